"""`posted_media`: from accounts to what they posted last."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from bowerbird.core.candidates import SCORE, Kind
from bowerbird.core.kernels import kernel
from bowerbird.core.signals import Type
from bowerbird.igql.bind.stream import Stream
from bowerbird.igql.evaluate import keep
from bowerbird.igql.expression import Expression
from bowerbird.igql.frame import Frame
from bowerbird.igql.kernels.links import line_of
from bowerbird.igql.op import Arg, Call, Op, Shape
from bowerbird.igql.plan import Node
from bowerbird.igql.running import Run

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
    """

    op: ClassVar[str] = "posted_media"

    input: Node
    max_media_per_account: int
    within: float | None
    where: Expression | None


@kernel
def _posted(
    accounts: Any, scores: Any, links: Any, ts: Any, dated: bool, since: int, cap: int
) -> Any:
    room = 0
    fade = 1.0 + FADE * np.arange(cap)
    for i in range(len(accounts)):
        line = line_of(links[0], accounts[i])
        room += 0 if line < 0 else min(cap, links[2][line])
    at = np.empty(room, np.int32)
    rows = np.empty(room, np.int32)
    score = np.empty(room, np.float32)
    n = 0
    for i in range(len(accounts)):
        line = line_of(links[0], accounts[i])
        filled = 0 if line < 0 else links[2][line]
        taken = 0
        for j in range(filled):
            media = links[1][line, j]
            if taken == cap:
                break
            if media < 0 or (dated and ts[media] < since):
                continue
            at[n], rows[n] = i, media
            score[n] = np.float64(scores[i]) / fade[taken]
            taken += 1
            n += 1
    return at[:n], rows[:n], score[:n]


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
    cap = node.max_media_per_account if node.where is None else POSTED
    since = 0 if node.within is None else run.context.now - int(node.within)
    own_score = accounts.score
    lists, ts = run.lists("posted"), run.array(Kind.MEDIA, "ts")
    at, rows, score = _posted(
        accounts.rows, own_score, lists, ts, node.within is not None, since, cap
    )
    frame = accounts.hop(Kind.MEDIA, rows, at, {SCORE: score})
    if node.where is None:
        return frame
    position = np.arange(len(frame), dtype=np.int32)
    frame = keep(node.where, frame.set({POSITION: position}), run)
    at = at[frame.column(POSITION, Type.ACCOUNT)]
    kept, place = _first(at, node.max_media_per_account)
    score = (own_score[at[kept]] / (1.0 + FADE * place)).astype(np.float32)
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
