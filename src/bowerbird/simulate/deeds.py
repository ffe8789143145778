"""What was done, as columns, before it becomes facts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from bowerbird.core.facts import I8, I16, I32, I64, NONE, U8

NOWHERE, FEED, EXPLORE = 0, 1, 2
SURFACES = ("", "feed", "explore")
"""Names of the surfaces; "" is none: a sign-up."""


@dataclass(frozen=True, slots=True)
class Deeds:
    """Events [n].

    Attributes:
        ts: [n] epoch ms.
        person: [n] row.
        action: [n] an `Action`.
        media: [n] row, or NONE.
        account: [n] row of an account that is the target, or NONE where the media is.
        dwell: [n] ms, or NONE.
        request: [n] number of the page, 0 for none.
        position: [n] slot, or NONE.
        surface: [n] index into `SURFACES`.
        told: [n] number of the session, 0 where the person's app does not tell.
        main: [n] 1 where the media's leaf is a main interest of the person that day; truth, never
            written to facts.
    """

    ts: I64
    person: I32
    action: U8
    media: I32
    account: I32
    dwell: I32
    request: I64
    position: I16
    surface: I8
    told: I64
    main: I8

    def __len__(self) -> int:
        return len(self.ts)

    def take(self, which: NDArray[np.bool_] | NDArray[np.intp]) -> Deeds:
        """Return the deeds at `which` (a mask [n] or positions)."""
        return Deeds(**{name: getattr(self, name)[which] for name in COLUMNS})


COLUMNS = tuple(field.name for field in fields(Deeds))


def together(parts: Sequence[Deeds]) -> Deeds:
    """Return all the deeds of `parts`, at least one, in their order."""
    return Deeds(**{name: np.concatenate([getattr(p, name) for p in parts]) for name in COLUMNS})


def follows(person: I32, account: I32, ts: I64, action: int) -> Deeds:
    """Return deeds [n] towards accounts that no page led to."""
    absent = np.full(len(person), NONE)
    return Deeds(
        ts=ts,
        person=person,
        action=np.full(len(person), action, np.uint8),
        media=absent.astype(np.int32),
        account=account,
        dwell=absent.astype(np.int32),
        request=np.zeros(len(person), np.int64),
        position=absent.astype(np.int16),
        surface=np.zeros(len(person), np.int8),
        told=np.zeros(len(person), np.int64),
        main=np.zeros(len(person), np.int8),
    )
