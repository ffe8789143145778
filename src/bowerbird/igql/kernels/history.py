"""What a person engaged with, how strongly, newest first."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bowerbird.core.candidates import Rows
from bowerbird.core.facts import F32, I32, NONE, Action
from bowerbird.core.kernels import kernel
from bowerbird.core.signals import Context, Histories
from bowerbird.igql.running import fixed

Engagements = tuple[Rows, F32, NDArray[np.int64]]
"""Rows [n], scores [n], position [n] in the history of the engagement that says most."""

DAY = 86_400_000
HALF_LIFE = 14 * DAY

WEIGHTS = np.zeros(16)
"""What one engagement of each `Action` is worth on its day."""
WEIGHTS[Action.VIEW] = 0.2
WEIGHTS[Action.CLICK] = 0.5
WEIGHTS[Action.LONG_VIEW] = 1.0
WEIGHTS[Action.PROFILE_VISIT] = 1.0
WEIGHTS[Action.LIKE] = 2.0
WEIGHTS[Action.COMMENT] = 2.5
WEIGHTS[Action.SAVE] = 3.0
WEIGHTS[Action.SHARE] = 3.0
WEIGHTS[Action.FOLLOW] = 4.0


def bits(codes: Iterable[int]) -> int:
    """Return the codes as a set of bits."""
    return sum(1 << code for code in codes)


@kernel
def _engaged(
    target: Any,
    columns: Any,
    first: int,
    length: int,
    actions: int,
    media_types: int,
    since: int,
    now: int,
    half_life: float,
    weights: Any,
) -> Any:
    action, media_type, ts = columns
    rows = np.empty(length, np.int32)
    total = np.empty(length, np.float64)
    strongest = np.empty(length, np.float64)
    event = np.empty(length, np.int64)
    found = 0
    for i in range(first + length - 1, first - 1, -1):
        if target[i] < 0 or (actions >> action[i]) & 1 == 0 or ts[i] < since:
            continue
        if media_types >= 0 and (media_type[i] > 62 or (media_types >> media_type[i]) & 1 == 0):
            continue
        age = np.float64(max(now - ts[i], 0))
        weight = weights[action[i]] * 0.5 ** (age / half_life)
        at = 0
        while at < found and rows[at] != target[i]:
            at += 1
        if at == found:
            rows[at], total[at], strongest[at], event[at] = target[i], 0.0, -1.0, i
            found += 1
        total[at] += weight
        if weight > strongest[at]:
            strongest[at], event[at] = weight, i
    return rows[:found], np.log1p(total[:found]).astype(np.float32), event[:found]


def engaged(
    histories: Histories,
    target: I32,
    person: int,
    context: Context,
    *,
    actions: int,
    media_types: int = NONE,
    within: float | None = None,
) -> Engagements:
    """Return what `person` engaged with, one row a target, the newest first.

    The score is log(1 + sum of `WEIGHTS`, halved every 14 days): a hundred likes of one account
    do not drown the others. Times that are made up count as they stand: they keep the order.

    Args:
        histories: of everybody.
        target: the column of `histories` to group by, `account` or `media`.
        person: row; unknown rows have no history.
        context: for `now`.
        actions: bits of the actions that count.
        media_types: bits of the media types that count, NONE for all, also unknown ones.
        within: milliseconds back from now, None for all.

    Returns:
        Rows [n], scores [n], position [n] in the history of the strongest engagement (the newest
        among equal ones).
    """
    if not 0 <= person < len(histories.start):
        empty = np.empty(0, np.int32)
        return empty, empty.astype(np.float32), empty.astype(np.int64)
    columns = (fixed(histories.action), fixed(histories.media_type), fixed(histories.ts))
    since = np.iinfo(np.int64).min if within is None else context.now - int(within)
    first, length = int(histories.start[person]), int(histories.length[person])
    rows, scores, events = _engaged(
        fixed(target),
        columns,
        first,
        length,
        actions,
        media_types,
        int(since),
        context.now,
        float(HALF_LIFE),
        WEIGHTS,
    )
    return rows, scores, events
