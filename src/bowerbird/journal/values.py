"""Single values of a row: what may be written, and what it is read as."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import IntEnum

import msgspec

from bowerbird.core.facts import Action, Control, MediaType
from bowerbird.journal.receipt import RejectReason

LONGEST_ID = 256
MOST_ITEMS = 1_000
EARLIEST = 631_152_000_000  # 1990 in epoch ms: what is before are seconds, or nonsense
LATEST = 253_402_300_800_000  # the year 10,000
LARGEST = 3.4e38  # of a float32
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Fault(Exception):
    """A value cannot be read; never leaves the room, it becomes a `Reject`."""

    def __init__(self, reason: RejectReason) -> None:
        self.reason = reason
        super().__init__(reason)


def text(value: object) -> str:
    """Read any text that UTF-8 can hold."""
    if type(value) is not str:
        raise Fault(RejectReason.WRONG_TYPE)
    if not value.isascii():
        try:
            value.encode()
        except UnicodeEncodeError:
            raise Fault(RejectReason.WRONG_TYPE) from None
    return value


def id(value: object) -> str | None:
    """Read an id: text up to 256 characters, or an integer; empty text is no id."""
    if type(value) is str and value.isascii() and 0 < len(value) <= LONGEST_ID:
        return value  # nearly all of them
    if type(value) is int:
        value = str(value) if abs(value) < 1 << 128 else value
    found = text(value)
    if len(found) > LONGEST_ID:
        raise Fault(RejectReason.TOO_LONG)
    return found or None


def time(value: object) -> int:
    """Read epoch milliseconds: such a number, or ISO 8601 text, UTC where it names no zone.

    Example:
        >>> time("2020-01-01T01:00+01:00")
        1577836800000
    """
    try:
        found = _milliseconds(value)
    except (ValueError, OverflowError):
        raise Fault(RejectReason.UNREADABLE_TIME) from None
    if not EARLIEST <= found < LATEST:
        raise Fault(RejectReason.UNREADABLE_TIME)
    return found


def _milliseconds(value: object) -> int:
    if type(value) is int:
        return value
    if isinstance(value, float):
        return int(value)
    if isinstance(value, str):
        stripped = value.strip()
        if stripped.isdecimal() and len(stripped) > 8:  # 8 digits are a date without dashes
            return int(stripped)
        value = datetime.fromisoformat(stripped)
    if isinstance(value, date) and not isinstance(value, datetime):
        value = datetime(value.year, value.month, value.day, tzinfo=UTC)
    if isinstance(value, datetime):
        aware = value if value.tzinfo else value.replace(tzinfo=UTC)
        gap = aware - EPOCH
        return gap.days * 86_400_000 + gap.seconds * 1000 + gap.microseconds // 1000
    raise Fault(RejectReason.WRONG_TYPE)


def number(value: object) -> float:
    """Read a finite number a float32 can hold, also from text."""
    if isinstance(value, bool) or not isinstance(value, int | float | str | Decimal):
        raise Fault(RejectReason.WRONG_TYPE)
    try:
        found = float(value)
    except OverflowError:
        raise Fault(RejectReason.VALUE_OUT_OF_RANGE) from None
    except ValueError:
        raise Fault(RejectReason.WRONG_TYPE) from None
    if not math.isfinite(found) or abs(found) > LARGEST:
        raise Fault(RejectReason.VALUE_OUT_OF_RANGE)
    return found


def amount(value: object) -> float:
    """Read a number that is not negative."""
    if type(value) is int and 0 <= value < 1 << 53:
        return value  # nearly all of them
    found = number(value)
    if found < 0:
        raise Fault(RejectReason.VALUE_OUT_OF_RANGE)
    return found


def slot(value: object) -> int:
    """Read a place in a page, from 0."""
    if type(value) is int and 0 <= value < 1 << 15:
        return value  # nearly all of them
    found = number(value)
    if found != int(found):
        raise Fault(RejectReason.WRONG_TYPE)
    if not 0 <= found < 1 << 15:
        raise Fault(RejectReason.VALUE_OUT_OF_RANGE)
    return int(found)


TRUTHS = {"true": True, "1": True, "yes": True, "false": False, "0": False, "no": False}


def truth(value: object) -> bool:
    """Read a yes or no: a boolean, 0 or 1, or text that says so."""
    if isinstance(value, bool):
        return value
    if isinstance(value, int | str):
        found = TRUTHS.get(str(value).strip().lower())
        if found is not None:
            return found
    raise Fault(RejectReason.WRONG_TYPE)


def several(value: object) -> tuple[str, ...]:
    """Read ids: a list of them, or text with `|` or `,` between them; what is empty is left out."""
    if isinstance(value, str):
        value = _split(value)
    if not isinstance(value, list | tuple):
        raise Fault(RejectReason.WRONG_TYPE)
    if len(value) > MOST_ITEMS:
        raise Fault(RejectReason.TOO_LONG)
    return tuple(found for item in value if (found := id(item)))


def _split(value: str) -> object:
    if value.startswith("["):
        try:
            return msgspec.json.decode(value)
        except (msgspec.DecodeError, RecursionError):
            raise Fault(RejectReason.WRONG_TYPE) from None
    return [part.strip() for part in value.replace("|", ",").split(",")]


def one(value: object) -> tuple[str, ...] | None:
    """Read one id as a list of it."""
    found = id(value)
    return (found,) if found else None


def structure(value: object) -> object:
    """Read a JSON object: as such, as a struct, or as its text."""
    if isinstance(value, str):
        try:
            value = msgspec.json.decode(value)
        except (msgspec.DecodeError, RecursionError):
            raise Fault(RejectReason.WRONG_TYPE) from None
    if not isinstance(value, Mapping | msgspec.Struct):
        raise Fault(RejectReason.WRONG_TYPE)
    return value


class Word:
    """Reads one word of an enum, as its number."""

    def __init__(self, words: type[IntEnum], reason: RejectReason) -> None:
        self._codes: dict[object, int] = {word.name.lower(): int(word) for word in words}
        self._reason = reason

    def __call__(self, value: object) -> int:
        """Return the code of the word `value`."""
        if type(value) is not str:
            raise Fault(RejectReason.WRONG_TYPE)
        code = self._codes.get(value)
        if code is None:
            raise Fault(self._reason)
        return code


action = Word(Action, RejectReason.UNKNOWN_ACTION)
control = Word(Control, RejectReason.UNKNOWN_CONTROL)
media_type = Word(MediaType, RejectReason.UNKNOWN_MEDIA_TYPE)
