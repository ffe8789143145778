"""`posted_media`: from accounts to what they posted last."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar, Protocol

import numpy as np

from bowerbird.core.candidates import SCORE, Column, Kind
from bowerbird.core.facts import I64
from bowerbird.core.kernels import fused, kernel
from bowerbird.core.prefetch import fetch_at, fetch_cell, peek
from bowerbird.core.signals import Type
from bowerbird.igql.bind.stream import Stream
from bowerbird.igql.expression import Expression
from bowerbird.igql.frame import Frame
from bowerbird.igql.keep import Parts, keep, parts_of, sieve_for, whole
from bowerbird.igql.kernels.links import line_of
from bowerbird.igql.kernels.sieve import BLOCK, NOTHING_ASKED, Sieve, beyond, first_of, sifted
from bowerbird.igql.op import Arg, Call, Op, Shape
from bowerbird.igql.plan import Node
from bowerbird.igql.running import ListArrays, Run

POSTED = 64
"""Most media an account can have in its list, for bounds."""

FADE = 0.1
"""The i-th media of an account (from 0) has the account's score over 1 + FADE x i."""


@dataclass(frozen=True)
class PostedMedia(Node):
    """At most `max_media_per_account` media of each account, newest first.

    Attributes:
        within: milliseconds back from now, None for all.
        where: a condition over the media; those it refuses do not count towards the cap.
        then: a condition over the media asked while they are listed; those it refuses count.
    """

    op: ClassVar[str] = "posted_media"

    input: Node
    max_media_per_account: int
    within: float | None
    where: Expression | None
    then: Expression | None = None

    @cached_property
    def parts(self) -> Parts:
        """The parts of `where`, else those of `then`."""
        condition = self.then if self.where is None else self.where
        return () if condition is None else parts_of(condition)


@fused
def _young(listed: Any, n: Any, times: Any) -> Any:
    """Return how many of the first `n` of `listed`, newest first, are young enough."""
    ts, dated, since = times
    if dated and n > 0 and ts[listed[n - 1]] < since:
        low = 0
        while low < n:
            middle = (low + n) // 2
            if ts[listed[middle]] < since:
                n = middle
            else:
                low = middle + 1
    return n


@kernel
def _found(accounts: Any, links: Any, times: Any, cap: int) -> Any:
    """Return the line of each account, and how many of its media are listed at most.

    Lines lie anywhere in the World. All are asked for before any is read, and so is the oldest
    media that each may list, so as to wait for memory once and not once an account.
    """
    index, posted, length = links
    lines, sizes = np.empty(len(accounts), np.int64), np.empty(len(accounts), np.int64)
    for i in range(len(accounts)):
        lines[i] = line_of(index, accounts[i])
        if lines[i] >= 0:
            peek(length, lines[i], 4)
    for i in range(len(accounts)):
        listed = np.int64(length[lines[i]]) if lines[i] >= 0 else np.int64(0)
        sizes[i] = min(np.int64(cap), listed)
        if sizes[i] > 0:
            fetch_cell(posted, lines[i], 0)
            fetch_cell(posted, lines[i], sizes[i] - 1)
    ts, dated, _ = times
    for i in range(len(accounts) if dated else 0):
        if sizes[i] > 0:
            peek(ts, posted[lines[i], sizes[i] - 1], 8)
    return lines, sizes


@kernel
def _list_all(lines: Any, sizes: Any, posted: Any, times: Any, scores: Any, fade: Any) -> Any:
    """Do what `list_media` does where nothing is asked; `sizes` become those of what is listed.

    One loop for each thing that is read: what is asked of memory is then asked for many accounts at
    a time, and no write can be of what the next account reads.
    """
    ts, dated, since = times
    for i in range(np.uint64(len(lines)) if dated else np.uint64(0)):
        last = np.uint64(sizes[i] - 1)
        if sizes[i] > 0 and ts[np.uint64(posted[np.uint64(lines[i]), last])] < since:
            sizes[i] = _young(posted[lines[i]], sizes[i], times)
    room = sizes.sum()
    at, rows = np.empty(room, np.int32), np.empty(room, np.int32)
    score = np.empty(room, np.float32)
    n = np.uint64(0)
    for i in range(np.uint64(len(lines))):
        line, listed = np.uint64(lines[i]), np.uint64(sizes[i])
        for j in range(listed):
            rows[n + j] = posted[line, j]
        n += listed
    n = np.uint64(0)
    for i in range(np.uint64(len(lines))):
        listed, strength = np.uint64(sizes[i]), np.float64(scores[i])
        for j in range(listed):
            at[n + j], score[n + j] = i, strength / fade[j]
        n += listed
    return at, rows, score, True


@kernel
def list_media(accounts: Any, scores: Any, links: Any, times: Any, cap: int, sieve: Any) -> Any:
    """Return account by account what each posted, in blocks that go through `sieve`.

    Returns:
        Position of the account, media, score of each row; and whether the sieve knew every row.
    """
    fade = 1.0 + FADE * np.arange(cap)
    lines, sizes = _found(accounts, links, times, cap)
    if len(sieve.column) == 0:
        return _list_all(lines, sizes, links[1], times, scores, fade)
    room = sizes.sum()
    at, rows = np.empty(room, np.int32), np.empty(room, np.int32)
    score = np.empty(room, np.float32)
    row, place = np.empty(BLOCK, np.int32), np.empty(BLOCK, np.int32)
    first, step = first_of(sieve)
    found, n = np.uint64(0), np.uint64(0)
    for i in range(len(accounts) + 1):
        line, length = np.int64(0), np.int64(0)
        if i < len(accounts):
            line, length = lines[i], _young(links[1][lines[i]], sizes[i], times)
        if n + np.uint64(length) > BLOCK or i == len(accounts):
            if beyond(row[:n], sieve.size):
                return at[:0], rows[:0], score[:0], False
            for k in range(sifted(row, place, n, sieve)):
                whose, nth = place[k] // POSTED, place[k] % POSTED
                at[found], rows[found] = whose, row[k]
                score[found] = np.float64(scores[whose]) / fade[nth]
                found += np.uint64(1)
            n = np.uint64(0)
        for j in range(np.uint64(length)):
            media = links[1][np.uint64(line), j]
            row[n], place[n] = media, i * POSTED + np.int64(j)
            fetch_at(first + step * np.int64(media))
            n += np.uint64(1)
    return at[:found], rows[:found], score[:found], True


@kernel
def _first(at: Any, cap: int) -> Any:
    """Return the positions of the first `cap` rows of each run of equal values in `at`."""
    kept = np.empty(len(at), np.int64)
    place = np.empty(len(at), np.int64)
    n, taken = 0, 0
    for i in range(len(at)):
        taken = 0 if i == 0 or at[i] != at[i - 1] else taken
        if taken < cap:
            kept[n], place[n] = i, taken
            n += 1
        taken += 1
    return kept[:n], place[:n]


def _rule(call: Call) -> Stream | None:
    cap = call.values["max_media_per_account"]
    media = call.input.then(call.input.node, kind=Kind.MEDIA)
    where = call.given("where", media, Type.BOOL)
    if where is None and "where" in call.written:
        return None
    node = PostedMedia(call.input.node, cap, call.values["within"], where)
    return media.then(node, rows=call.input.rows * cap)


def run_posted_media(node: PostedMedia, run: Run) -> Frame:
    """Return media, account by account in their order, each account's newest first."""
    accounts = run.frame(node.input)
    if node.where is not None:
        return _counted(node, accounts, run)

    def posted(listing: Listing) -> tuple[Any, bool]:
        *found, known = list_media(accounts.rows, accounts.score, *listing)
        return found, known

    (at, rows, score), left = listed(node, posted, run)
    return keep(left, accounts.hop(Kind.MEDIA, rows, at, {SCORE: score}), run)


Listing = tuple[ListArrays, tuple[I64, bool, int], int, Sieve]
"""Lists of accounts; times of media, whether they matter, the oldest; cap; conditions."""


class Lister(Protocol):
    """A step that lists media of accounts."""

    @property
    def max_media_per_account(self) -> int:
        """At most so many of each."""

    @property
    def within(self) -> float | None:
        """How young they have to be, milliseconds; None for any age."""

    @property
    def parts(self) -> Parts:
        """Conditions asked while they are listed."""


def listed(
    node: Lister, reach: Callable[[Listing], tuple[Any, bool]], run: Run
) -> tuple[Any, Parts]:
    """List media, asking what can be asked meanwhile.

    Args:
        node: the step.
        reach: lists them; and says whether the conditions knew every row, or nothing was listed.
        run: the run.

    Returns:
        What `reach` found; the conditions left to be asked.
    """
    sieve = NOTHING_ASKED if run.analyse else sieve_for(node.parts, Kind.MEDIA, run)
    found, known = reach(_listing(node, node.max_media_per_account, sieve, run))
    if known and sieve is not NOTHING_ASKED:
        return found, [part for part in node.parts if not whole(part, Kind.MEDIA, run)]
    if not known:
        found, _ = reach(_listing(node, node.max_media_per_account, NOTHING_ASKED, run))
    return found, node.parts


def _listing(node: Lister, cap: int, sieve: Sieve, run: Run) -> Listing:
    since = 0 if node.within is None else run.context.now - int(node.within)
    times = run.array(Kind.MEDIA, "ts"), node.within is not None, since
    return run.lists("posted"), times, cap, sieve


def _counted(node: PostedMedia, accounts: Frame, run: Run) -> Frame:
    """Return at most the cap of an account's media, of those that `where` holds for."""
    listing = _listing(node, POSTED, NOTHING_ASKED, run)
    at, rows, score, _ = list_media(accounts.rows, accounts.score, *listing)
    position = np.arange(len(rows), dtype=np.int32)
    own: dict[str, Column] = {SCORE: score, POSITION: position}
    frame = keep(node.parts, accounts.hop(Kind.MEDIA, rows, at, own), run)
    at = at[frame.column(POSITION, Type.ACCOUNT)]
    kept, place = _first(at, node.max_media_per_account)
    score = (accounts.score[at[kept]] / (1.0 + FADE * place)).astype(np.float32)
    return frame.take(kept, {SCORE: score})


POSITION = "position in the list"

POSTED_MEDIA = Op(
    "posted_media",
    (Kind.ACCOUNTS,),
    Kind.MEDIA,
    (
        Arg("max_media_per_account", Shape.WHOLE, 10, 1, POSTED),
        Arg("within", Shape.DURATION, None),
        Arg("where", Shape.EXPRESSION, None),
    ),
    _rule,
    PostedMedia,
    run_posted_media,
)
