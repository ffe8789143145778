"""The cells of rows that may be plain events, wherever they come from: spans of one buffer."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from bowerbird.core.facts import I32, I64, U8

Bits = NDArray[np.bool_]

NAMES = (
    *("kind", "user_id", "media_id", "account_id", "action", "ts", "event_id"),
    *("dwell_ms", "session_id", "surface", "position", "request_id", "time_known"),
)
"""The columns of an event, in the order of cells."""

KIND, USER, MEDIA, ACCOUNT, ACTION, TS, EVENT_ID = range(7)
DWELL, SESSION, SURFACE, POSITION, REQUEST, TIME_KNOWN = range(7, 13)

ABSENT = 0  # forms of a cell
TEXT = 1  # what it means is told by its column; of CSV all cells are
NUMBER = 2  # written without quotes
TRUTH = 3  # `true` or `false`, without quotes


class Cells(NamedTuple):
    """The cells of n rows.

    Attributes:
        data: [b] the buffer.
        at: [n, len(NAMES)] where a cell starts in it.
        size: [n, len(NAMES)] its bytes, all of them ASCII.
        form: [n, len(NAMES)] how it is written, of those above.
        odd: [n] whether the row says anything else, or says it in another way.
    """

    data: U8
    at: I64
    size: I32
    form: U8
    odd: Bits


def no_cells(data: U8, rows: int) -> Cells:
    """Return the cells of rows that say nothing, to be filled."""
    shape = rows, len(NAMES)
    return Cells(
        data,
        np.zeros(shape, np.int64),
        np.zeros(shape, np.int32),
        np.zeros(shape, np.uint8),
        np.zeros(rows, np.bool_),
    )


class Words(NamedTuple):
    """Words to be found again: their bytes, and where each one ends."""

    data: U8
    ends: I64

    @staticmethod
    def of(words: tuple[str, ...]) -> Words:
        """Return `words` as kernels read them."""
        ends = np.cumsum([0, *map(len, words)])
        return Words(np.frombuffer(bytearray("".join(words).encode()), np.uint8), ends)
