"""What a person watched before the log begins, as events with made-up times in the true order."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bowerbird.core.facts import I64, NONE, U8, Action
from bowerbird.journal.draft import Objects

GAP = 60_000
"""Between one impression and the next, ms."""


@dataclass(frozen=True, slots=True)
class Told:
    """Events [n] by person, in order; columns are as in `kuairand.Acts`."""

    ts: I64
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
        last: [p] time of the last impression, epoch ms; every event is before it.
        watched: [p] arrays of videos, oldest first, repeats possible.
        liked: [p] the same.
        long: [p] the same, of long views.
    """
    ts: list[int] = []
    user: list[int] = []
    video: list[int] = []
    action: list[int] = []
    request: list[str] = []
    people = zip(users.tolist(), last.tolist(), watched, liked, long, strict=True)
    for person, end, *sequences in people:
        seen = _impressions(*(_plain(sequence) for sequence in sequences))
        for back, impression in zip(range(len(seen) - 1, -1, -1), seen, strict=True):
            for act in impression.acts():
                ts.append(end - 1 - back * GAP)
                user.append(person)
                video.append(impression.video)
                action.append(act)
                request.append(f"kh-{person}-{back}")
    return Told(
        ts=np.array(ts, np.int64),
        user=np.array(user),
        video=np.array(video),
        action=np.array(action, np.uint8),
        request=np.array(request, np.object_),
    )


@dataclass(slots=True)
class _Impression:
    video: int
    long: bool = False
    liked: bool = False

    def acts(self) -> Iterator[Action]:
        yield Action.IMPRESSION
        if self.long:
            yield Action.LONG_VIEW
        if self.liked:
            yield Action.LIKE


def _impressions(
    watched: Sequence[int], liked: Sequence[int], long: Sequence[int]
) -> list[_Impression]:
    """Return a person's impressions in order.

    What was liked or seen long ago, before the last 50 impressions, was an impression as well; it
    goes before those.
    """
    seen = [_Impression(video) for video in watched]
    for mark, videos in (("long", long), ("liked", liked)):
        found = aligned([impression.video for impression in seen], videos)
        older = []
        for video, at in zip(videos, found, strict=True):
            if at == NONE:
                older.append(_Impression(video, **{mark: True}))
            else:
                setattr(seen[at], mark, True)
        seen = older + seen
    return seen


def aligned(whole: Sequence[int], part: Sequence[int]) -> list[int]:
    """Return where in `whole` each of `part` is, NONE where it is not; both are in one order.

    Matched from the end, each as late as possible: what does not fit must be older than `whole`.

    Example:
        >>> aligned([7, 8, 7, 9], [5, 7, 9])
        [-1, 2, 3]
    """
    places: dict[int, list[int]] = {}
    for at, item in enumerate(whole):
        places.setdefault(item, []).append(at)
    limit, found = len(whole), []
    for item in reversed(part):
        at = NONE
        mine = places.get(item, [])
        while mine and at == NONE:
            place = mine.pop()
            if place < limit:
                limit = at = place
        found.append(at)
    return found[::-1]


def _plain(sequence: Iterable[Any] | None) -> list[int]:
    return [] if sequence is None else [int(video) for video in sequence]
