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
from bowerbird.core.prefetch import fetch_at, peek
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
def _listed(links: Any, account: Any, times: Any, cap: Any) -> Any:
    """Return the line of an account, and how many of its first `cap` media are young enough."""
    line = line_of(links[0], account)
    n = 0 if line < 0 else min(np.int64(links[2][line]), cap)
    ts, dated, since = times
    if dated and n > 0 and ts[links[1][line, n - 1]] < since:  # the newest come first
        low = 0
        while low < n:
            middle = (low + n) // 2
            if ts[links[1][line, middle]] < since:
                n = middle
            else:
                low = middle + 1
    return line, n


@kernel
def list_media(accounts: Any, scores: Any, links: Any, times: Any, cap: int, sieve: Any) -> Any:
    """Return account by account what each posted, in blocks that go through `sieve`.

    Returns:
        Position of the account, media, score of each row; and whether the sieve knew every row.
    """
    room = 0
    fade = 1.0 + FADE * np.arange(cap)
    for i in range(len(accounts)):
        line = line_of(links[0], accounts[i])
        if line >= 0:
            room += min(cap, links[2][line])
            peek(links[1], line, 64)
    at, rows = np.empty(room, np.int32), np.empty(room, np.int32)
    score = np.empty(room, np.float32)
    row, place = np.empty(BLOCK, np.int32), np.empty(BLOCK, np.int32)
    first, step = first_of(sieve)
    asked, found, n = len(sieve.column) > 0, np.uint64(0), np.uint64(0)
    for i in range(len(accounts) + 1):
        line, length = (0, 0)
        if i < len(accounts):
            line, length = _listed(links, accounts[i], times, cap)
        if n + np.uint64(length) > BLOCK or i == len(accounts):
            if asked and beyond(row[:n], sieve.size):
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
