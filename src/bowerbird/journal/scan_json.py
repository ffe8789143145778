"""Lines of JSON taken apart into cells, where they are flat objects of an event's columns."""

from __future__ import annotations

import numpy as np

from bowerbird.core.facts import I32, I64, U8
from bowerbird.core.kernels import fused, kernel
from bowerbird.journal.cells import ABSENT, NAMES, NUMBER, TEXT, TRUTH, Bits, Cells, Words, no_cells
from bowerbird.journal.words import same_word, word_at

_NAMES = Words.of(NAMES)
_LITERALS = Words.of(("null", "true", "false")).data
_MOST = len(NAMES)

_QUOTE, _BACKSLASH, _COMMA, _COLON = 34, 92, 44, 58
_OPEN, _CLOSE, _MINUS, _POINT, _PLUS = 123, 125, 45, 46, 43
_SPACE, _TAB, _RETURN, _ZERO, _NINE, _E = 32, 9, 13, 48, 57, 101
_NEWLINE, _LAST_ASCII = 10, 127


def json_cells(data: U8, bounds: I64) -> Cells:
    """Return the cells of the lines of `data`; line i is `data[bounds[i] : bounds[i + 1]]`.

    What is not as nearly all lines are (an object in an object, a backslash, a letter beyond ASCII,
    a column twice, one that is none of an event's) makes the line odd.
    """
    cells = no_cells(data, len(bounds) - 1)
    _scan(*cells, bounds, _NAMES.data, _NAMES.ends)
    return cells


@fused
def _skip(data: U8, at: int, end: int) -> int:
    while at < end and (data[at] == _SPACE or data[at] == _TAB or data[at] == _RETURN):
        at += 1
    return at


@fused
def _text_end(data: U8, at: int, end: int) -> int:
    """Return where the text that starts at `at` ends; -1 where it is no plain one."""
    while at < end:
        byte = data[at]
        if byte == _QUOTE:
            return at
        if byte < _SPACE or byte > _LAST_ASCII or byte == _BACKSLASH:
            return -1
        at += 1
    return -1


@fused
def _digits(data: U8, at: int, end: int) -> int:
    while at < end and _ZERO <= data[at] <= _NINE:
        at += 1
    return at


@fused
def _number_end(data: U8, at: int, end: int) -> int:
    """Return where the number that starts at `at` ends; -1 where there is none."""
    if at < end and data[at] == _MINUS:
        at += 1
    whole = _digits(data, at, end)
    if whole == at or (data[at] == _ZERO and whole > at + 1):
        return -1
    at = whole
    if at < end and data[at] == _POINT:
        fraction = _digits(data, at + 1, end)
        if fraction == at + 1:
            return -1
        at = fraction
    if at < end and data[at] | _SPACE == _E:
        at += 1
        if at < end and (data[at] == _MINUS or data[at] == _PLUS):
            at += 1
        power = _digits(data, at, end)
        if power == at:
            return -1
        at = power
    return at


@fused
def _value(data: U8, at: int, end: int) -> tuple[int, int, int, int]:
    """Return form, start, size and what follows of the value at `at`; -1 as what follows if odd."""
    if at >= end:
        return ABSENT, at, 0, -1
    if data[at] == _QUOTE:
        close = _text_end(data, at + 1, end)
        return TEXT, at + 1, close - at - 1, close + 1 if close >= 0 else -1
    if same_word(data, at, end, _LITERALS, 0, 4):
        return ABSENT, at, 0, at + 4
    if same_word(data, at, end, _LITERALS, 4, 4):
        return TRUTH, at, 4, at + 4
    if same_word(data, at, end, _LITERALS, 8, 5):
        return TRUTH, at, 5, at + 5
    close = _number_end(data, at, end)
    return NUMBER, at, close - at, close


@fused
def _line(  # noqa: C901  # one step after the other, as the grammar has them
    data: U8,
    at: I64,
    size: I32,
    form: U8,
    first: int,
    end: int,
    guess: I64,
    names: U8,
    ends: I64,
) -> bool:
    """Fill the cells of one line; return whether it is a plain object."""
    i = _skip(data, first, end)
    if i >= end or data[i] != _OPEN:
        return False
    i = _skip(data, i + 1, end)
    met, before = 0, _MOST
    while True:
        if i >= end or data[i] != _QUOTE:
            return False
        close = _text_end(data, i + 1, end)
        if close < 0:
            return False
        name = word_at(data, i + 1, close - i - 1, names, ends, guess[before])
        if name < 0 or met & (1 << name):
            return False
        guess[before], before = name, name
        met |= 1 << name
        i = _skip(data, close + 1, end)
        if i >= end or data[i] != _COLON:
            return False
        form[name], at[name], size[name], i = _value(data, _skip(data, i + 1, end), end)
        if i < 0:
            return False
        i = _skip(data, i, end)
        if i >= end:
            return False
        if data[i] == _CLOSE:
            return _skip(data, i + 1, end) == end
        if data[i] != _COMMA:
            return False
        i = _skip(data, i + 1, end)


@kernel
def _scan(
    data: U8, at: I64, size: I32, form: U8, odd: Bits, bounds: I64, names: U8, ends: I64
) -> None:
    guess = np.zeros(_MOST + 1, np.int64)  # which column followed each one in the line before
    for row in range(len(bounds) - 1):
        end = bounds[row + 1]
        if end > bounds[row] and data[end - 1] == _NEWLINE:
            end -= 1
        odd[row] = not _line(
            data, at[row], size[row], form[row], bounds[row], end, guess, names, ends
        )
