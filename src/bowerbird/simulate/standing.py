"""What changes while people use the app: likes, heat, follows, mutes, what was seen, weariness."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from bowerbird.core.facts import F32, F64, I32, I64, NONE, U8
from bowerbird.simulate.draws import earlier_equals
from bowerbird.simulate.society import DAY

FOLLOWS = 48
"""Accounts followed per person; a further one takes the place of the oldest."""

MUTES = 16
HALF_LIFE = DAY
"""Of heat, in milliseconds."""

FORGETS = 0.55
"""What a night leaves of a person's weariness of a topic."""


class Lists:
    """For each person the accounts last noted, at most `width` of them."""

    def __init__(self, people: int, width: int) -> None:
        self.accounts: I32 = np.full((people, width), NONE, np.int32)
        self.length: I32 = np.zeros(people, np.int32)
        self._noted: I32 = np.zeros(people, np.int32)

    def note(self, person: I32, account: I32) -> None:
        """Add each pair ([n])."""
        width = self.accounts.shape[1]
        slot = self._noted[person] + earlier_equals(person.astype(np.int64))
        self.accounts[person, slot % width] = account
        np.add.at(self._noted, person, 1)
        self.length = np.minimum(self._noted, width)

    def holds(self, person: I32, account: I32) -> NDArray[np.bool_]:
        """Return whether each person ([n]) has the account of the same position ([n])."""
        held: NDArray[np.bool_] = (self.accounts[person] == account[:, None]).any(axis=1)
        return held


class Standing:
    """The state of the app and its people at one moment of the run.

    Attributes:
        likes: [M] float32, what everyone can see.
        heat: [M] float64 recent engagement in units that grow with time, so that nothing has to be
            decayed; comparable at one moment only.
        follows: whom people follow.
        mutes: whom they do not want to see.
        tired: [P, T] float32 recent media of each leaf looked at.
    """

    def __init__(self, people: int, media: int, topics: int, expected: int) -> None:
        self.likes: F32 = np.zeros(media, np.float32)
        self.heat: F64 = np.zeros(media)
        self.follows = Lists(people, FOLLOWS)
        self.mutes = Lists(people, MUTES)
        self.tired: F32 = np.zeros((people, topics), np.float32)
        bits = int(np.ceil(np.log2(max(expected, 1_000) * 12)))
        self._seen: U8 = np.zeros(1 << bits - 3, np.uint8)  # a bit a place

    def seen(self, person: I32, media: I32) -> NDArray[np.bool_]:
        """Return whether a person saw a media; a few percent of the unseen are taken for seen."""
        place = self._place(person, media)
        marks: NDArray[np.bool_] = (self._seen[place >> 3] >> (place & 7).astype(np.uint8)) & 1 > 0
        return marks

    def note_seen(self, person: I32, media: I32) -> None:
        """Remember each pair ([n])."""
        place = self._place(person, media)
        np.bitwise_or.at(self._seen, place >> 3, np.uint8(1) << (place & 7).astype(np.uint8))

    def note_heat(self, media: I32, weight: F32, since: int) -> None:
        """Add `weight` ([n]) to the heat of `media` ([n]), `since` ms after the run began."""
        np.add.at(self.heat, media, weight * 2.0 ** (since / HALF_LIFE))

    def note_night(self) -> None:
        """Let people rest."""
        self.tired *= np.float32(FORGETS)

    def _place(self, person: I32, media: I32) -> I64:
        mixed = person.astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15)
        mixed += media.astype(np.uint64) * np.uint64(0xC2B2AE3D27D4EB4F)
        mixed ^= mixed >> np.uint64(29)
        mixed *= np.uint64(0xBF58476D1CE4E5B9)
        return ((mixed >> np.uint64(20)) & np.uint64(8 * len(self._seen) - 1)).astype(np.int64)
