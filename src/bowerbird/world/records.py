"""How the World lies in memory: a record a row, so that one fact touches few cache lines.

Kernels of the fold take the records: `media.total[row, action]` of an array of records is the
same numbers as of a `tables.Media`, which is made of views on them. `bits` is what `tables` calls
`flags`, a name that arrays have already.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from bowerbird.core.facts import COUNTED, F32, I32, I64, NONE, U8, UNKNOWN
from bowerbird.world import tables as t
from bowerbird.world.ledger import new_ledger

Lines = Any
"""[n] records, to a kernel; numpy has no type that knows its fields."""


class Field(NamedTuple):
    """What a field is before any fact: its dtype, what it holds, how many of them."""

    dtype: type
    fill: float = 0
    width: int = 0  # 0 for one value, else a row of that many


_COUNTS = Field(np.float32, 0, COUNTED)
_ROW = Field(np.int32, NONE)
_TIME = Field(np.int64)
_START = Field(np.int64, NONE)
_LONG = Field(np.int64)
_WHOLE = Field(np.int32)
_REAL = Field(np.float32)
_BYTE = Field(np.uint8)
_TYPE = Field(np.uint8, UNKNOWN)

Record = Mapping[str, Field]

MEDIA: Record = {
    "recent_ts": _TIME,  # what an event touches, and what a page asks, comes first
    "account": _ROW,
    "media_type": _TYPE,
    "bits": _BYTE,
    "ts": _TIME,
    "expires": _TIME,
    "total": _COUNTS,
    "recent": _COUNTS,
    "duration_s": Field(np.float32, np.nan),
    "details_len": _WHOLE,
    "details_at": _LONG,
    "policies": _LONG,
    "topics": Field(np.int32, NONE, t.TOPICS),
}
ACCOUNTS: Record = {
    "recent_ts": _TIME,
    "ts": _TIME,
    "total": _COUNTS,
    "recent": _COUNTS,
    "user": _ROW,
    "posts": _WHOLE,
    "posted_len": _WHOLE,
    "engagers_len": _WHOLE,
    "engagers": Field(np.int32, NONE, t.ENGAGERS),
    "posted": Field(np.int32, NONE, t.POSTED),
    "topics": Field(np.int32, NONE, t.TOPICS),
    "details_at": _LONG,
    "policies": _LONG,
    "details_len": _WHOLE,
    "bits": _BYTE,
}
USERS: Record = {
    "recent_ts": _TIME,
    "session_ts": _TIME,
    "last_ts": _TIME,
    "history_at": _LONG,
    "history_base": _START,
    "seen_at": _START,
    "history_len": _WHOLE,
    "history_cap": _WHOLE,
    "seen_cap": _WHOLE,
    "seen_len": _WHOLE,
    "session_events": _WHOLE,
    "account": _ROW,
    "total": _COUNTS,
    "recent": _COUNTS,
    "by_type": Field(np.float32, 0, 4),
    "request": _LONG,
    "pages": _WHOLE,
    "bits": _BYTE,
    "hidden_topics": Field(np.int32, NONE, t.HIDDEN),
    "shown": Field(np.int32, NONE, t.SHOWN),
    "shown_page": Field(np.int32, 0, t.SHOWN),
}
HISTORY: Record = {  # zeros, so that the system hands out no page before it is needed
    "ts": _TIME,
    "media": _WHOLE,
    "account": _WHOLE,
    "action": _BYTE,
    "media_type": _BYTE,
    "known": _BYTE,
}
PAIRS: Record = {
    "key": _START,
    "second": Field(np.uint32),
    "affinity": _REAL,
    "counts": Field(np.uint8, 0, COUNTED),
    "muted": _BYTE,
}

SMALLEST = 1024
"""Lines of what is empty; of a table of pairs too, which makes it part of the layout."""


class Store(NamedTuple):
    """All of the World, as the fold holds it; lengths as in `Tables`."""

    media: Lines
    accounts: Lines
    users: Lines
    history: Lines
    pairs: Lines
    seen: I32
    details: U8
    media_scores: F32
    account_scores: F32
    touched: I32
    fresh: I32
    ledger: I64
    pool: I32


RECORDS: Mapping[str, Record] = {
    "media": MEDIA,
    "accounts": ACCOUNTS,
    "users": USERS,
    "history": HISTORY,
    "pairs": PAIRS,
}


def layout(record: Record) -> np.dtype[np.void]:
    """Return the dtype of a record, with the gaps that a C compiler would leave."""
    fields = [(name, f.dtype, (f.width,) if f.width else ()) for name, f in record.items()]
    return np.dtype(fields, align=True)


def make(record: Record, length: int) -> Lines:
    """Return `length` records, all as they are before any fact."""
    lines = np.zeros(length, layout(record))
    wipe(record, lines)
    return lines


def wipe(record: Record, lines: Lines) -> None:
    """Make `lines` that are all zeros records as they are before any fact."""
    blank = np.zeros(1, lines.dtype)
    for name, field in record.items():
        blank[name] = field.fill
    if any(field.fill != 0 for field in record.values()):
        whole = f"V{lines.dtype.itemsize}"  # numpy copies records field by field
        lines.view(whole)[:] = blank.view(whole)


def octets(lines: Lines) -> U8:
    """Return [n, bytes of one] view of records, gaps included."""
    view: U8 = lines.view(np.uint8).reshape(len(lines), lines.dtype.itemsize)
    return view


def empty_store() -> Store:
    """Return the World of no facts."""
    return Store(
        **{name: make(record, SMALLEST) for name, record in RECORDS.items()},
        seen=np.full(SMALLEST, NONE, np.int32),
        details=np.zeros(SMALLEST, np.uint8),
        media_scores=np.empty((SMALLEST, 0), np.float32),
        account_scores=np.empty((SMALLEST, 0), np.float32),
        touched=np.full(t.POOL, NONE, np.int32),
        fresh=np.full(t.FRESH, NONE, np.int32),
        ledger=new_ledger(),
        pool=np.full(t.POOL, NONE, np.int32),
    )


def tables_of(store: Store, sizes: t.Sizes) -> t.Tables:
    """Return the columns everybody else reads: views on the records."""
    history = {f"history_{name}": store.history[name] for name in HISTORY}
    history["history_type"] = history.pop("history_media_type")
    return t.Tables(
        sizes=sizes,
        media=t.Media(**_columns(store.media), scores=store.media_scores),
        accounts=t.Accounts(**_columns(store.accounts), scores=store.account_scores),
        users=t.Users(**_columns(store.users)),
        arenas=t.Arenas(**history, seen=store.seen, details=store.details),
        pairs=t.Pairs(**_columns(store.pairs)),
        lists=t.Lists(store.pool, store.touched, store.fresh),
        ledger=store.ledger,
    )


def _columns(lines: Lines) -> dict[str, NDArray[Any]]:
    names = lines.dtype.names
    return {"flags" if name == "bits" else name: lines[name] for name in names}
