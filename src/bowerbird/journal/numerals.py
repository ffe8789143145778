"""Numbers and times read from bytes, in the ways nearly all are written; others are not read."""

from __future__ import annotations

import numpy as np

from bowerbird.core.facts import U8
from bowerbird.core.kernels import fused

NOT_READ = -1

_NO_POWER = 1 << 30
_ZERO, _NINE, _MINUS, _PLUS, _POINT, _COLON, _SPACE = 48, 57, 45, 43, 46, 58, 32
_T, _Z, _E = 84, 90, 101
_MOST_DIGITS = 18  # of an int64, whatever they are
_EXACT = 1 << 53
_POWERS = tuple(10.0**k for k in range(23))  # those that a float64 holds exactly
_DAYS = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
_DAY, _HOUR, _MINUTE = 86_400_000, 3_600_000, 60_000


@fused
def digits(data: U8, start: int, size: int) -> int:
    """Return the number that `size` digits make; NOT_READ for anything else, or too many."""
    if size < 1 or size > _MOST_DIGITS:
        return NOT_READ
    value = np.int64(0)
    for k in range(start, start + size):
        if data[k] < _ZERO or data[k] > _NINE:
            return NOT_READ
        value = value * 10 + (np.int64(data[k]) - _ZERO)
    return int(value)


@fused
def is_whole(data: U8, start: int, size: int) -> bool:
    """Return whether a JSON number is a whole one whose text Python would write likewise."""
    minus = size > 1 and data[start] == _MINUS
    for k in range(start + minus, start + size):
        if data[k] < _ZERO or data[k] > _NINE:
            return False
    return not (minus and data[start + 1] == _ZERO)


@fused
def _power(data: U8, start: int, end: int) -> int:
    """Return the power of ten that follows an `e`, up to 99 either way; `_NO_POWER` for none."""
    minus = start < end and data[start] == _MINUS
    signed = minus or (start < end and data[start] == _PLUS)
    told = digits(data, start + signed, end - start - signed)
    if told == NOT_READ or told > 99:
        return _NO_POWER
    return -told if minus else told


@fused
def _scaled(mantissa: int, power: int) -> float:
    """Return mantissa * 10 ** power, rounded once; NOT_READ where that takes more care."""
    if power == 0:
        return float(mantissa)
    # Both are exact, so one division or product rounds as if nothing had before it.
    if mantissa >= _EXACT or abs(power) >= len(_POWERS):
        return NOT_READ
    return mantissa * _POWERS[power] if power > 0 else mantissa / _POWERS[-power]


@fused
def amount(data: U8, start: int, size: int) -> float:
    """Return a number that is not negative, rounded as Python does; NOT_READ for anything else."""
    end, point, last = start + size, -1, start + size
    mantissa, count = np.int64(0), 0
    for k in range(start, end):
        if _ZERO <= data[k] <= _NINE:
            mantissa = mantissa * 10 + (np.int64(data[k]) - _ZERO)
            count += 1
        elif data[k] == _POINT and point < 0:
            point = k
        elif data[k] | _SPACE == _E:
            last = k
            break
        else:
            return NOT_READ
    power = _power(data, last + 1, end) if last < end else 0
    bare = count == 0 or point in (start, last - 1)  # no digit on one side of the point
    if bare or count > _MOST_DIGITS or power == _NO_POWER:
        return NOT_READ
    return _scaled(int(mantissa), power - (last - point - 1 if point >= 0 else 0))


@fused
def days_before(year: int, month: int, day: int) -> int:
    """Return the days from 1970 to a date of the Gregorian calendar (Hinnant, 2013)."""
    shifted = year - (month <= 2)
    era = shifted // 400
    of_era = shifted - era * 400
    of_year = (153 * (month + (-3 if month > 2 else 9)) + 2) // 5 + day - 1
    return era * 146_097 + of_era * 365 + of_era // 4 - of_era // 100 + of_year - 719_468


@fused
def moment(data: U8, start: int, size: int) -> int:
    """Return epoch ms of text: digits, or like `2023-11-14T22:13:20Z`; NOT_READ for others.

    A space may stand for the T, `.123` or `.123456` behind the seconds; without Z it is UTC too.
    """
    if size <= _MOST_DIGITS:
        return digits(data, start, size) if size > 8 else NOT_READ
    end = start + size - (data[start + size - 1] == _Z)
    if end - start not in (19, 23, 26):
        return NOT_READ
    marks = data[start + 4] == _MINUS and data[start + 7] == _MINUS
    marks = marks and (data[start + 10] == _T or data[start + 10] == _SPACE)
    marks = marks and data[start + 13] == _COLON and data[start + 16] == _COLON
    year, month = digits(data, start, 4), digits(data, start + 5, 2)
    day, hour = digits(data, start + 8, 2), digits(data, start + 11, 2)
    minute, second = digits(data, start + 14, 2), digits(data, start + 17, 2)
    if not marks or min(year, month, day, hour, minute, second) < 0:
        return NOT_READ
    if year < 1 or not 1 <= month <= 12 or hour > 23 or minute > 59 or second > 59:
        return NOT_READ
    leap = month == 2 and year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    if not 1 <= day <= _DAYS[month - 1] + leap:
        return NOT_READ
    part = 0
    if end - start > 19:
        part = digits(data, start + 20, 3)
        if data[start + 19] != _POINT or digits(data, start + 20, end - start - 20) == NOT_READ:
            return NOT_READ
    time = hour * _HOUR + minute * _MINUTE + second * 1000 + part
    return days_before(year, month, day) * _DAY + time
