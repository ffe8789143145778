"""When people open the app, and in what mood."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bowerbird.core.facts import F32, I16, I32, I64
from bowerbird.simulate.draws import pick, stream
from bowerbird.simulate.people import People
from bowerbird.simulate.society import DAY, HOUR, Society

TWO_MOODS = 0.5
"""Chance that a session leans to a second topic too."""


@dataclass(frozen=True, slots=True)
class Sessions:
    """Sessions [S] by time of their start.

    Attributes:
        person: [S] row.
        start: [S] epoch ms. A person's sessions start in hours two apart or more and last at most
            half an hour, so at least 30 minutes lie between them.
        mood: [S, 2] leaves the session leans to; twice the same where it is one.
        told: [S] number of the session where the person's app tells it, 0 for most.
    """

    person: I32
    start: I64
    mood: I16
    told: I64

    def within(self, first: int, last: int) -> Sessions:
        """Return the sessions that start in `first .. last - 1` (epoch ms)."""
        return self.take((self.start >= first) & (self.start < last))

    def take(self, which: NDArray[np.bool_]) -> Sessions:
        """Return those of the mask `which` ([S])."""
        return Sessions(self.person[which], self.start[which], self.mood[which], self.told[which])

    def beside(self, others: Sessions) -> Sessions:
        """Return these and then `others`."""
        columns = ("person", "start", "mood", "told")
        return Sessions(*(np.concatenate([getattr(self, c), getattr(others, c)]) for c in columns))

    def __len__(self) -> int:
        return len(self.person)


def draw_sessions(society: Society, people: People, cares: F32, day: int, seed: int) -> Sessions:
    """Return the sessions of `day` (from 0); `cares` ([P, T]) are that day's interests."""
    rng = stream(seed, "sessions", day)
    midnight = society.starts + day * DAY
    weekend = 1.25 if (midnight // DAY + 4) % 7 in (0, 6) else 0.92  # 1970-01-01 was a Thursday
    count = np.minimum(rng.poisson(people.activity * weekend), 12)
    keys = np.log(people.hours) + rng.gumbel(size=people.hours.shape)
    rank = np.argsort(np.argsort(-keys, axis=1), axis=1)
    person, slot = np.nonzero(rank < count[:, None])
    hour = slot * 2 + people.odd[person]
    start = midnight + hour * HOUR + rng.integers(0, HOUR, len(hour))
    here = (start > people.joined[person] + HOUR) & (start < people.leaves[person] - HOUR)
    order = np.flatnonzero(here)[np.argsort(start[here], kind="stable")]
    person, start = person[order], start[order].astype(np.int64)
    lean = leaning(cares[person])
    mood = pick(lean, rng)
    second = np.where(rng.random(len(person)) < TWO_MOODS, pick(lean, rng), mood)
    told = np.where(person % 12 == 0, start // HOUR * 10**8 + person + 1, 0)
    return Sessions(
        person=person.astype(np.int32),
        start=start,
        mood=np.stack([mood, second], axis=1).astype(np.int16),
        told=told.astype(np.int64),
    )


def leaning(cares: F32) -> F32:
    """Return how likely a mood is each leaf ([n, T], sums to 1), given interests ([n, T])."""
    sharp = cares * np.sqrt(cares)
    shares: F32 = sharp / sharp.sum(axis=1, keepdims=True)
    return shares
