"""What a person watched before the log begins, as events in the true order.

The data set tells the time of each person's last impression. Those before it get made-up times.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bowerbird.core.facts import I64, NONE, U8, Action
from bowerbird.journal.draft import Objects

GAP = 60_000
"""Between one impression and the next, ms."""

MARKS = {Action.IMPRESSION: 1, Action.VIEW: 2, Action.LONG_VIEW: 4, Action.LIKE: 8}
"""What an impression came with, as bits; in the order of telling."""

WATCHED = MARKS[Action.IMPRESSION] | MARKS[Action.VIEW]
"""Of every impression of a history: it tells what people watched."""


@dataclass(frozen=True, slots=True)
class Told:
    """Events [n] by person, in order; columns are as in `kuairand.Acts`."""

    ts: I64
    known: NDArray[np.bool_]
    user: NDArray[Any]
    video: NDArray[Any]
    action: U8
    request: Objects


def replayed(
    users: NDArray[Any], last: I64, watched: Objects, liked: Objects, long: Objects
) -> Told:
    """Return the events of every person's three sequences, each of the last 50 of its sort.

    Args:
        users: [p] user_id.
        last: [p] time of the last impression, epoch ms; the only time that is known.
        watched: [p] arrays of videos, oldest first, repeats possible.
        liked: [p] the same.
        long: [p] the same, of long views.
    """
    seen: list[int] = []
    flags: list[int] = []
    lengths: list[int] = []
    for sequences in zip(watched, liked, long, strict=True):
        videos, marks = _impressions(*(_plain(sequence) for sequence in sequences))
        seen += videos
        flags += marks
        lengths.append(len(videos))
    ends = np.repeat(np.cumsum(lengths), lengths)
    back = ends - 1 - np.arange(len(seen))  # impressions of the person after this one
    user = np.repeat(users, lengths)
    told = zip(user.tolist(), back.tolist(), strict=True)
    requests = np.array([f"kh-{person}-{n}" for person, n in told], np.object_)
    happened = np.array(flags, np.uint8)[:, None] & np.array(list(MARKS.values()), np.uint8) > 0
    row, which = np.nonzero(happened)
    return Told(
        ts=(np.repeat(last, lengths) - back * GAP)[row],
        known=(back == 0)[row],
        user=user[row],
        video=np.array(seen)[row],
        action=np.array(list(MARKS), np.uint8)[which],
        request=requests[row],
    )


def _impressions(
    watched: Sequence[int], liked: Sequence[int], long: Sequence[int]
) -> tuple[list[int], list[int]]:
    """Return the videos of a person's impressions in order, and the `MARKS` of each.

    What was liked or seen long before the impressions listed was an impression as well, and goes
    before those: first the likes among it that were no long view, whose place is not known.
    """
    marks = [WATCHED] * len(watched)
    older = _mark_and_return_others(Action.LONG_VIEW, marks, watched, long)
    older_marks = [WATCHED | MARKS[Action.LONG_VIEW]] * len(older)
    before = _mark_and_return_others(Action.LIKE, marks, watched, liked)
    oldest = _mark_and_return_others(Action.LIKE, older_marks, older, before, gaps=True)
    oldest_marks = [WATCHED | MARKS[Action.LIKE]] * len(oldest)
    return [*oldest, *older, *watched], [*oldest_marks, *older_marks, *marks]


def _mark_and_return_others(
    action: Action,
    marks: list[int],
    whole: Sequence[int],
    part: Sequence[int],
    *,
    gaps: bool = False,
) -> list[int]:
    places = aligned(whole, part, gaps=gaps)
    for at in places:
        if at != NONE:
            marks[at] |= MARKS[action]
    return [video for video, at in zip(part, places, strict=True) if at == NONE]


def aligned(whole: Sequence[int], part: Sequence[int], *, gaps: bool = False) -> list[int]:
    """Return where in `whole` each of `part` is, NONE where it is not; both are in one order.

    Matched from the end, each as late as possible. Of two sequences that end at the same time, what
    does not fit is older than `whole`, and so is all that comes before it; with `gaps`, `whole` may
    also lack something in between.

    Example:
        >>> aligned([7, 8, 7, 9], [5, 7, 9])
        [-1, 2, 3]
        >>> aligned([7, 9], [7, 8, 9]), aligned([7, 9], [7, 8, 9], gaps=True)
        ([-1, -1, 1], [0, -1, 1])
    """
    places: dict[int, list[int]] = {}
    for at, item in enumerate(whole):
        places.setdefault(item, []).append(at)
    limit, found = len(whole), []
    for item in reversed(part):
        mine = places.get(item, [])
        while mine and mine[-1] >= limit:
            mine.pop()
        at = mine.pop() if mine else NONE
        limit = at if at != NONE else limit if gaps else 0
        found.append(at)
    return found[::-1]


def _plain(sequence: NDArray[Any] | None) -> list[int]:
    return [] if sequence is None else np.asarray(sequence).tolist()
