"""`media_engaged_by`: from accounts to what their own people engaged with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from bowerbird.core.candidates import SCORE, VIA, Kind
from bowerbird.core.kernels import kernel
from bowerbird.igql.bind.stream import Stream
from bowerbird.igql.frame import Frame
from bowerbird.igql.kernels.history import HALF_LIFE, WEIGHTS
from bowerbird.igql.op import Arg, Call, Op, Shape
from bowerbird.igql.ops.engaged import INTEREST, action_bits, type_bits
from bowerbird.igql.plan import Node
from bowerbird.igql.running import Run, fixed

MOST = 64


@dataclass(frozen=True)
class MediaEngagedBy(Node):
    """At most `max_media_per_account` media that the person behind each account engaged with.

    Attributes:
        actions: names of the actions that count.
        media_types: names of the types that count; empty for all, also unknown ones.
    """

    op: ClassVar[str] = "media_engaged_by"

    input: Node
    actions: tuple[str, ...]
    media_types: tuple[str, ...]
    within: float | None
    max_media_per_account: int


@kernel  # one walk over histories: to split it would be to pass its whole state
def _liked(  # noqa: C901, PLR0912
    accounts: Any,
    scores: Any,
    person_of: Any,
    spans: Any,
    columns: Any,
    wanted: Any,
    weights: Any,
) -> Any:
    start, length = spans
    media, action, media_type, ts = columns
    actions, media_types, since, now, half_life, cap = wanted
    room = 0
    for account in accounts:
        person = person_of[account] if account < len(person_of) else -1
        if person >= 0 and person < len(start):
            room += min(cap, length[person])
    at = np.empty(room, np.int32)
    rows = np.empty(room, np.int32)
    score = np.empty(room, np.float32)
    found = np.empty(256, np.int32)
    total = np.empty(256, np.float64)
    n = 0
    for a in range(len(accounts)):
        person = person_of[accounts[a]] if accounts[a] < len(person_of) else -1
        if person < 0 or person >= len(start):
            continue
        known = 0
        for i in range(start[person] + length[person] - 1, start[person] - 1, -1):
            if media[i] < 0 or (actions >> action[i]) & 1 == 0 or ts[i] < since:
                continue
            if media_types >= 0 and (media_type[i] > 62 or (media_types >> media_type[i]) & 1 == 0):
                continue
            place = 0
            while place < known and found[place] != media[i]:
                place += 1
            if place == len(found):
                continue
            if place == known:
                found[known], total[known] = media[i], 0.0
                known += 1
            age = np.float64(max(now - ts[i], 0))
            total[place] += weights[action[i]] * 0.5 ** (age / half_life)
        strength = max(np.float64(scores[a]), 0.0)
        for _ in range(min(cap, known)):
            best = 0
            for j in range(1, known):
                if total[j] > total[best]:
                    best = j
            at[n], rows[n] = a, found[best]
            score[n] = strength * np.log1p(total[best])
            total[best] = -1.0
            n += 1
    return at[:n], rows[:n], score[:n]


def _rule(call: Call) -> Stream:
    values = call.values
    cap: int = values["max_media_per_account"]
    actions = INTEREST if values["actions"] is None else values["actions"]
    types = values["media_types"] or ()
    node = MediaEngagedBy(call.input.node, actions, types, values["within"], cap)
    rows = call.input.rows * cap
    return call.input.then(node, kind=Kind.MEDIA, rows=rows, unique=False)


def run_media_engaged_by(node: MediaEngagedBy, run: Run) -> Frame:
    """Return media, account by account in their order, each person's strongest first.

    The media of an account nobody stands behind, or whose person did nothing, are none.
    """
    accounts, histories = run.frame(node.input), run.histories()
    since = np.iinfo(np.int64).min
    if node.within is not None:
        since = run.context.now - int(node.within)
    columns = (histories.media, histories.action, histories.media_type, histories.ts)
    at, rows, score = _liked(
        accounts.rows,
        accounts.score,
        run.array(Kind.ACCOUNTS, "user_id"),
        (fixed(histories.start), fixed(histories.length)),
        tuple(fixed(column) for column in columns),
        (
            action_bits(node.actions),
            type_bits(node.media_types),
            int(since),
            run.context.now,
            float(HALF_LIFE),
            node.max_media_per_account,
        ),
        WEIGHTS,
    )
    return accounts.hop(Kind.MEDIA, rows, at, {SCORE: score, VIA: accounts.rows[at]})


MEDIA_ENGAGED_BY = Op(
    "media_engaged_by",
    (Kind.ACCOUNTS,),
    Kind.MEDIA,
    (
        Arg("actions", Shape.ACTIONS, None),
        Arg("media_types", Shape.MEDIA_TYPES, None),
        Arg("within", Shape.DURATION, None),
        Arg("max_media_per_account", Shape.WHOLE, 10, 1, MOST),
    ),
    _rule,
    MediaEngagedBy,
    run_media_engaged_by,
)
