"""Making the World's columns, empty, and making them longer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from bowerbird.core.facts import COUNTED, NONE, UNKNOWN
from bowerbird.world import tables as t
from bowerbird.world.ledger import new_ledger

Array = NDArray[Any]
Group = TypeVar("Group", bound=NamedTuple)


class Column(NamedTuple):
    """What a line of a column is before any fact: its dtype, how many values, which one."""

    dtype: Any
    fill: float = 0
    width: int = 0  # 0 for a plain column [n], else [n, width]


_COUNTS = Column(np.float32, 0, COUNTED)
ROW = Column(np.int32, NONE)
_TIME = Column(np.int64)
_BYTE = Column(np.uint8)
_WHOLE = Column(np.int32)
_TOPICS = Column(np.int32, NONE, t.TOPICS)
_SCORES = Column(np.float32, np.nan, 1)

MEDIA: Mapping[str, Column] = {
    "account": ROW,
    "ts": _TIME,
    "media_type": Column(np.uint8, UNKNOWN),
    "duration_s": Column(np.float32, np.nan),
    "flags": _BYTE,
    "policies": _TIME,
    "expires": _TIME,
    "topics": _TOPICS,
    "total": _COUNTS,
    "recent": _COUNTS,
    "recent_ts": _TIME,
    "scores": _SCORES,
    "details_at": _TIME,
    "details_len": _WHOLE,
}
ACCOUNTS: Mapping[str, Column] = {
    "user": ROW,
    "ts": _TIME,
    "flags": _BYTE,
    "policies": _TIME,
    "topics": _TOPICS,
    "posts": _WHOLE,
    "posted": Column(np.int32, NONE, t.POSTED),
    "posted_len": _WHOLE,
    "engagers": Column(np.int32, NONE, t.ENGAGERS),
    "engagers_len": _WHOLE,
    "total": _COUNTS,
    "recent": _COUNTS,
    "recent_ts": _TIME,
    "scores": _SCORES,
    "details_at": _TIME,
    "details_len": _WHOLE,
}
USERS: Mapping[str, Column] = {
    "account": ROW,
    "total": _COUNTS,
    "recent": _COUNTS,
    "recent_ts": _TIME,
    "by_type": Column(np.float32, 0, 4),
    "session_ts": _TIME,
    "session_events": _WHOLE,
    "last_ts": _TIME,
    "history_at": _TIME,
    "history_len": _WHOLE,
    "history_base": Column(np.int64, NONE),
    "history_cap": _WHOLE,
    "seen_at": Column(np.int64, NONE),
    "seen_cap": _WHOLE,
    "seen_len": _WHOLE,
    "shown": Column(np.int32, NONE, t.SHOWN),
    "shown_page": Column(np.int32, 0, t.SHOWN),
    "pages": _WHOLE,
    "request": _TIME,
    "flags": _BYTE,
    "hidden_topics": Column(np.int32, NONE, t.HIDDEN),
}
HISTORY: Mapping[str, Column] = {
    "history_media": ROW,
    "history_account": ROW,
    "history_action": _BYTE,
    "history_type": Column(np.uint8, UNKNOWN),
    "history_ts": _TIME,
    "history_known": _BYTE,
}
SEEN: Mapping[str, Column] = {"seen": ROW}
DETAILS: Mapping[str, Column] = {"details": _BYTE}
PAIRS: Mapping[str, Column] = {
    "key": Column(np.int64, NONE),
    "affinity": Column(np.float32),
    "ts": _TIME,
    "counts": Column(np.uint16, 0, COUNTED),
    "muted": _BYTE,
}

SMALLEST = 1024
"""Lines of a fresh column; of a fresh table of pairs too, which makes it part of its layout."""


def make(column: Column, length: int) -> Array:
    """Return `length` lines of a column, all as they are before any fact."""
    shape = (length, column.width) if column.width else (length,)
    if column.fill == 0:
        return np.zeros(shape, column.dtype)  # the system hands out pages when they are touched
    return np.full(shape, column.fill, column.dtype)


def lengthened(array: Array, column: Column, length: int) -> Array:
    """Return `array` with lines added up to `length`, as they are before any fact."""
    width = array.shape[1] if array.ndim == 2 else 0  # scores grow wider than they start
    longer = make(column._replace(width=width), length)
    longer[: len(array)] = array
    return longer


def grown(group: Group, columns: Mapping[str, Column], needed: int) -> Group:
    """Return `group` with its `columns` at least `needed` long, doubling when they are not."""
    length = len(getattr(group, next(iter(columns))))
    if needed <= length:
        return group
    longer = max(needed, 2 * length, SMALLEST)
    return group._replace(
        **{name: lengthened(getattr(group, name), c, longer) for name, c in columns.items()}
    )


def empty_tables() -> t.Tables:
    """Return the World of no facts."""

    def lines(columns: Mapping[str, Column], length: int = SMALLEST) -> dict[str, Array]:
        return {name: make(column, length) for name, column in columns.items()}

    return t.Tables(
        sizes=t.Sizes(0, 0, 0, 0),
        media=t.Media(**lines(MEDIA)),
        accounts=t.Accounts(**lines(ACCOUNTS)),
        users=t.Users(**lines(USERS)),
        arenas=t.Arenas(**lines(HISTORY), **lines(SEEN), **lines(DETAILS)),
        pairs=t.Pairs(**lines(PAIRS)),
        lists=t.Lists(*(make(ROW, n) for n in (t.POOL, t.POOL, t.FRESH))),
        ledger=new_ledger(),
    )
