"""Events as most logs have them, checked a column at a time.

A row is plain when every value is of the one type and in the one range that nearly all are; for
such rows the columns made here are those of `check`, several times quicker. All others are left to
`check`, which alone knows what is wrong with them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from operator import attrgetter
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from bowerbird.core.facts import Action, FactKind, Flag
from bowerbird.journal.draft import Bits, Draft, Objects, blank
from bowerbird.journal.hashing import hashes64, identities
from bowerbird.journal.schema import SCHEMAS
from bowerbird.journal.validate import DAY
from bowerbird.journal.values import EARLIEST, LARGEST, LONGEST_ID

Column = list[Any]

WORDS = {action.name.lower(): int(action) for action in Action}
NAMES = SCHEMAS[FactKind.EVENT].names
ABSENT = frozenset({type(None)})
EPOCH_DIGITS = 13


class EventRow(msgspec.Struct, forbid_unknown_fields=True, gc=False):
    """One JSON object with no columns but those of an event; their values are not checked yet."""

    kind: Any = None
    user_id: Any = None
    media_id: Any = None
    account_id: Any = None
    action: Any = None
    ts: Any = None
    event_id: Any = None
    dwell_ms: Any = None
    session_id: Any = None
    surface: Any = None
    position: Any = None
    request_id: Any = None
    time_known: Any = None


VALUES = attrgetter(*EventRow.__struct_fields__)


def columns_of(rows: Sequence[EventRow]) -> dict[str, Column]:
    """Return name -> [n] of the values of `rows`, at least one."""
    columns = zip(*map(VALUES, rows), strict=True)
    names = EventRow.__struct_fields__
    return {name: list(column) for name, column in zip(names, columns, strict=True)}


def plain_events(
    columns: Mapping[str, Column], size: int, now: int, *, named: bool
) -> tuple[Draft, Bits]:
    """Return a draft [n], and [n] whether each row is plain; what the draft says of others is void.

    Args:
        columns: name -> [n] values, None where absent; only names of an event.
        size: n.
        now: wall time, epoch ms.
        named: whether rows without a `kind` are events.
    """
    reading = _Reading(columns, size)
    reading.kinds(named)
    for name, into in (("user_id", "user"), ("media_id", "media"), ("account_id", "account")):
        reading.draft[into][:] = reading.ids(name)
    reading.draft["surface"][:] = reading.ids("surface")
    reading.draft["kind"][:] = FactKind.EVENT
    reading.draft["flags"][:] = Flag.TIME_KNOWN
    reading.targets()
    reading.actions()
    reading.times(now)
    reading.amounts()
    reading.positions()
    for name, into in (("session_id", "session"), ("request_id", "request")):
        if (ids := reading.ids(name)) is not None:
            reading.draft[into][:] = hashes64(ids)
    event_ids = reading.ids("event_id") or [None] * size
    reading.draft["hashes"] = identities(reading.draft, event_ids)
    return Draft(**reading.draft), reading.plain


class _Reading:
    """Columns of a draft as they are filled, and which rows are plain so far."""

    def __init__(self, columns: Mapping[str, Column], size: int) -> None:
        self._columns, self._size = columns, size
        self.draft = blank(size)
        self.plain = np.ones(size, np.bool_)

    def _given(self, name: str) -> tuple[Column | None, frozenset[type]]:
        column = self._columns.get(name)
        types = ABSENT if column is None else frozenset(map(type, column))
        return (None if types == ABSENT else column), types

    def _where(self, found: Iterator[bool]) -> None:
        self.plain &= np.fromiter(found, np.bool_, self._size)

    def kinds(self, named: bool) -> None:
        column, _ = self._given("kind")
        if column is None:
            self.plain[:] = named
        elif column.count("event") < len(column):
            self._where((named if v is None else v == "event") is True for v in column)
        known, _ = self._given("time_known")
        if known is not None:
            self._where(value is None for value in known)

    def ids(self, name: str) -> Column | None:
        """Return the ids of a column, None where there is none; not plain ones become None."""
        column, types = self._given(name)
        if column is None:
            return None
        if int in types:
            column = [str(v) if type(v) is int and abs(v) < 1 << 64 else v for v in column]
            types = frozenset(map(type, column))
        if types == {str} and _good_texts(column):
            return column
        good = [v is None or _good_id(v) for v in column]
        if not all(good):
            self.plain &= np.array(good)
            column = [v if is_good else None for v, is_good in zip(column, good, strict=True)]
        return column

    def targets(self) -> None:
        user, media, account = (self.draft[name] for name in ("user", "media", "account"))
        self.plain &= _there(user) & (_there(media) | _there(account))

    def actions(self) -> None:
        column, types = self._given("action")
        if column is None or types != {str}:
            column = [v if type(v) is str else None for v in column or [None] * self._size]
        codes = list(map(WORDS.get, column))
        if None in codes:
            self._where(code is not None for code in codes)
            codes = [code or 0 for code in codes]
        self.draft["code"][:] = codes

    def times(self, now: int) -> None:
        column, types = self._given("ts")
        if column is None:
            self.plain[:] = False
            return
        times = _times_of_text(column) if types == {str} else None
        if times is None:
            found = (v if type(v) is int and 0 <= v < 1 << 62 else 0 for v in column)
            times = np.fromiter(found, np.int64, self._size)
        self.draft["ts"][:] = times
        self.plain &= (times >= EARLIEST) & (times <= now + DAY)

    def amounts(self) -> None:
        if (values := self._numbers("dwell_ms")) is not None:
            self.plain &= ~(values < 0) & ~(values > LARGEST)
            self.draft["value"][self.plain] = values[self.plain]

    def positions(self) -> None:
        if (values := self._numbers("position")) is not None:
            there = ~np.isnan(values)
            fits = (values >= 0) & (values < 1 << 15) & (values == np.floor(values))
            self.plain &= ~there | fits
            self.draft["position"][there & fits] = values[there & fits]

    def _numbers(self, name: str) -> NDArray[np.float64] | None:
        """Return the numbers of a column, NaN where absent or not plain; None without any."""
        column, types = self._given(name)
        if column is None:
            return None
        if not types <= {int, float, str, type(None)}:
            self._where(type(v) in (int, float, str, type(None)) for v in column)
            column = [v if type(v) in (int, float, str) else None for v in column]
        try:
            values = np.array(
                [None if v is None else float(v) for v in column] if str in types else column,
                np.float64,
            )
        except (ValueError, OverflowError):
            values = np.array([_number(v) for v in column])
        # What is there but no number, or none that is finite, is not plain.
        odd = ~np.isfinite(values)
        if odd.any():
            at = np.flatnonzero(odd)
            self.plain[[p for p in at.tolist() if column[p] is not None]] = False
            values[at] = np.nan
        return values


def _number(value: object) -> float:
    try:
        return float(value)  # type: ignore[arg-type]  # one of int, float, str; None says NaN below
    except (ValueError, OverflowError, TypeError):
        return float("nan")


def _there(column: Objects) -> Bits:
    found: Bits = column != None  # noqa: E711  # elementwise
    return found


def _good_id(value: object) -> bool:
    return type(value) is str and value.isascii() and 0 < len(value) <= LONGEST_ID


def _good_texts(column: list[str]) -> bool:
    """Return whether all texts are ids of the plain sort."""
    lengths: Callable[[str], int] = len
    return (
        "".join(column).isascii()
        and min(map(lengths, column)) > 0
        and max(map(lengths, column)) <= LONGEST_ID
    )


def _times_of_text(column: list[str]) -> NDArray[np.int64] | None:
    """Return epoch ms of texts that are all numbers or all like `2023-11-14T22:13:20Z`; else 0."""
    first = column[0]
    if first.isdecimal():
        texts = [
            v if v.isascii() and v.isdecimal() and len(v) == EPOCH_DIGITS else "0" for v in column
        ]
        return np.fromiter(map(int, texts), np.int64, len(texts))
    if len(first) not in (20, 24) or first[10] != "T" or first[-1] != "Z":
        return None
    length = len(first)
    texts = [v[:-1] if _like_iso(v, length) else "1970-01-01" for v in column]
    try:
        return np.array(texts, "datetime64[ms]").astype(np.int64)
    except ValueError:
        return None


def _like_epoch(text: str) -> bool:
    return len(text) == EPOCH_DIGITS and text.isdecimal() and text.isascii()


def _like_iso(text: str, length: int) -> bool:
    return len(text) == length and text[10] == "T" and text[-1] == "Z" and text.isascii()
