"""Facts: what the journal holds, as numbered columns.

Outside, a fact is a row of JSON, CSV or Parquet with string ids. The journal gives it an offset and
turns each id into a row number; from there on everything reads a `FactBatch`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields
from enum import IntEnum, IntFlag

import numpy as np
from numpy.typing import NDArray

from bowerbird.core.errors import ShapeError

I8 = NDArray[np.int8]
U8 = NDArray[np.uint8]
I16 = NDArray[np.int16]
I32 = NDArray[np.int32]
I64 = NDArray[np.int64]
F32 = NDArray[np.float32]
F64 = NDArray[np.float64]

NONE = -1
"""The row number of "nobody" and "nothing"."""


class FactKind(IntEnum):
    """The kinds of fact; the numbers are on disk and never change."""

    ACCOUNT = 0
    MEDIA = 1
    EVENT = 2
    EXPOSURE = 3
    CONTROL = 4
    LABEL = 5
    SCORE = 6
    REMOVAL = 7


class Action(IntEnum):
    """What a person did; the numbers are on disk and never change.

    The first 12 are counted (`COUNTED`). `LONG_VIEW` is derived from a long enough `VIEW`,
    or given outright by logs that carry their own flag.
    """

    IMPRESSION = 0
    VIEW = 1
    CLICK = 2
    LONG_VIEW = 3
    LIKE = 4
    COMMENT = 5
    SAVE = 6
    SHARE = 7
    FOLLOW = 8
    PROFILE_VISIT = 9
    HIDE = 10
    REPORT = 11
    UNLIKE = 12
    UNSAVE = 13
    UNFOLLOW = 14


COUNTED = 12
"""Actions `0 .. COUNTED - 1` have counters; the ones from there on undo."""

ENGAGEMENTS = (
    Action.VIEW,
    Action.CLICK,
    Action.LONG_VIEW,
    Action.LIKE,
    Action.COMMENT,
    Action.SAVE,
    Action.SHARE,
    Action.FOLLOW,
    Action.PROFILE_VISIT,
)
"""The actions that say interest and enter a person's history."""

UNDOES = {
    Action.UNLIKE: Action.LIKE,
    Action.UNSAVE: Action.SAVE,
    Action.UNFOLLOW: Action.FOLLOW,
}


class Control(IntEnum):
    """What a person asked for, outside of any one media; the numbers are on disk."""

    MUTE = 0  # an account
    UNMUTE = 1
    HIDE_TOPIC = 2
    SHOW_TOPIC = 3


class MediaType(IntEnum):
    """The forms of media; the numbers are on disk. 255 stands for one not told."""

    PHOTO = 0
    VIDEO = 1
    STORY = 2
    LIVE = 3


UNKNOWN = 255
"""An unsigned byte that says "not given": media type, action."""


class Flag(IntFlag):
    """Bits of `FactBatch.flags`."""

    TIME_KNOWN = 1  # `ts` is a real time, not one made up to keep an order
    RECOMMENDABLE_GIVEN = 2
    RECOMMENDABLE = 4
    VIOLATES = 8  # of a label


@dataclass(frozen=True, slots=True)
class FactBatch:
    """Consecutive facts [n], in journal order, every id a row number.

    Attributes:
        start: offset of the first fact; fact i has offset `start + i`.
        kind: [n] uint8, a `FactKind`. Readers skip kinds they do not know.
        ts: [n] int64, epoch milliseconds, UTC.
        user: [n] int32 row of the person, or NONE. For an account: the person behind it.
        account: [n] int32 row of the account, or NONE.
        media: [n] int32 row of the media, or NONE.
        code: [n] uint8: `Action` of an event, `Control` of a control, `MediaType` of a media; else
            UNKNOWN.
        value: [n] float32: dwell_ms of an event, duration_s of a media, value of a score; NaN when
            absent.
        name: [n] int32 row in the table of names: a score's name, a label's policy; else NONE.
        flags: [n] uint8, `Flag` bits.
        session: [n] int64 hash of session_id, 0 when absent.
        request: [n] int64 hash of request_id, 0 when absent.
        position: [n] int16 slot in the page, from 0, or NONE.
        surface: [n] int16 row in the table of surfaces, or NONE.
        expires: [n] int64 epoch ms from which a media is gone, 0 for never.
        items_at: [n + 1] int64; fact i owns `items[items_at[i] : items_at[i + 1]]`.
        items: [m] int32: topic rows of an account, media or control; media rows of an exposure, top
            slot first.
        details_at: [n + 1] int64 bounds into `details`, like `items_at`.
        details: [b] uint8: a JSON object a fact, of what nobody counts (text, url, attributes, an
            exposure's recipe).
    """

    start: int
    kind: U8
    ts: I64
    user: I32
    account: I32
    media: I32
    code: U8
    value: F32
    name: I32
    flags: U8
    session: I64
    request: I64
    position: I16
    surface: I16
    expires: I64
    items_at: I64
    items: I32
    details_at: I64
    details: U8

    def __post_init__(self) -> None:
        for name in ROW_COLUMNS:
            if getattr(self, name).shape != self.kind.shape:
                raise ShapeError(
                    f"column {name!r} has shape {getattr(self, name).shape}, "
                    f"expected {self.kind.shape} (one value a fact)"
                )
        for name in ("items_at", "details_at"):
            if len(getattr(self, name)) != len(self.kind) + 1:
                raise ShapeError(f"{name!r} has {len(getattr(self, name))} bounds, expected n + 1")

    def __len__(self) -> int:
        return len(self.kind)

    @property
    def stop(self) -> int:
        """The offset after the last fact."""
        return self.start + len(self)

    def slice(self, first: int, last: int) -> FactBatch:
        """Return the facts at positions `first .. last - 1` of this batch."""
        columns = {name: getattr(self, name)[first:last] for name in ROW_COLUMNS}
        return FactBatch(
            start=self.start + first,
            **columns,
            items_at=self.items_at[first : last + 1] - self.items_at[first],
            items=self.items[self.items_at[first] : self.items_at[last]],
            details_at=self.details_at[first : last + 1] - self.details_at[first],
            details=self.details[self.details_at[first] : self.details_at[last]],
        )

    def cut(self, size: int) -> Iterator[FactBatch]:
        """Yield the batch in pieces of at most `size` facts."""
        for first in range(0, len(self), size):
            yield self.slice(first, min(first + size, len(self)))

    def details_of(self, position: int) -> bytes:
        """Return the JSON of the fact at `position`, empty when it has none."""
        return self.details[self.details_at[position] : self.details_at[position + 1]].tobytes()


ROW_COLUMNS = tuple(
    field.name
    for field in fields(FactBatch)
    if field.name not in ("start", "items", "items_at", "details", "details_at")
)
"""The columns of a `FactBatch` with one value a fact, in order."""

DTYPES = {
    "kind": np.uint8,
    "ts": np.int64,
    "user": np.int32,
    "account": np.int32,
    "media": np.int32,
    "code": np.uint8,
    "value": np.float32,
    "name": np.int32,
    "flags": np.uint8,
    "session": np.int64,
    "request": np.int64,
    "position": np.int16,
    "surface": np.int16,
    "expires": np.int64,
    "items_at": np.int64,
    "items": np.int32,
    "details_at": np.int64,
    "details": np.uint8,
}
"""The dtype of each column of a `FactBatch`."""
