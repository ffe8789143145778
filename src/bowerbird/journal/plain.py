"""Events as most logs have them, checked in one loop over their cells.

A row is plain when every cell is of the one form and in the one range that nearly all are; for
such rows the columns made here are those of `check`, many times quicker. All others are left to
`check`, which alone knows what is wrong with them.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from bowerbird.core.facts import F32, I16, I64, U8, Action, FactKind, Flag
from bowerbird.core.kernels import fused, kernel
from bowerbird.core.texts import Texts
from bowerbird.journal import cells as at
from bowerbird.journal.cells import ABSENT, NUMBER, TEXT, TRUTH, Bits, Cells, Words
from bowerbird.journal.draft import Draft, blank
from bowerbird.journal.hashing import hashes_of_texts, identities_of_texts
from bowerbird.journal.numerals import NOT_READ, amount, digits, is_whole, moment
from bowerbird.journal.validate import DAY
from bowerbird.journal.values import EARLIEST, LARGEST, LATEST, LONGEST_ID
from bowerbird.journal.words import word_at

_ACTIONS = Words.of(tuple(action.name.lower() for action in Action))
_EVENT = Words.of(("event",))
_TRUTHS = Words.of(("true", "1", "yes", "false", "0", "no"))
_YES = 3  # the words before are

_TIME_KNOWN = int(Flag.TIME_KNOWN)
_MOST_SLOTS = 1 << 15
_MOST_DIGITS_OF_ID = 38  # below 2 ** 128 whatever they are
_IDS = np.array(
    [at.USER, at.MEDIA, at.ACCOUNT, at.EVENT_ID, at.SESSION, at.SURFACE, at.REQUEST], np.int64
)


class _Columns(NamedTuple):
    """What the loop fills, [n] each."""

    ts: I64
    code: U8
    value: F32
    position: I16
    flags: U8
    plain: Bits


_TEXTS = {"user": at.USER, "media": at.MEDIA, "account": at.ACCOUNT, "surface": at.SURFACE}
_FILLED = ("ts", "code", "value", "position", "flags")


def plain_events(cells: Cells, now: int, *, named: bool) -> tuple[Draft, Bits]:
    """Return a draft [n], and [n] whether each row is plain; what the draft says of others is void.

    Args:
        cells: of n rows.
        now: wall time, epoch ms.
        named: whether rows without a `kind` are events.
    """
    draft = blank(len(cells.odd), but=_TEXTS)
    columns = _Columns(**{name: draft[name] for name in _FILLED}, plain=~cells.odd)
    latest = min(now + DAY, LATEST - 1)
    _read(cells, columns, latest, named, _ACTIONS, _EVENT, _TRUTHS, _IDS)
    texts = {name: _texts(cells, column) for name, column in _TEXTS.items()}
    draft["kind"][:] = FactKind.EVENT
    draft["session"] = hashes_of_texts(_texts(cells, at.SESSION), columns.plain)
    draft["request"] = hashes_of_texts(_texts(cells, at.REQUEST), columns.plain)
    draft["hashes"] = identities_of_texts(draft, texts, _texts(cells, at.EVENT_ID), columns.plain)
    whole: dict[str, Any] = {**draft, **texts}
    return Draft(**whole), columns.plain


def _texts(cells: Cells, column: int) -> Texts:
    there = cells.form[:, column] != ABSENT
    size = np.where(there, cells.size[:, column], np.int32(-1))
    return Texts(cells.data, np.ascontiguousarray(cells.at[:, column]), size)


@fused
def _is_id(data: U8, start: int, size: int, form: int) -> bool:
    """Return whether a cell is text of the right length, or a number that is its own text."""
    if form == TEXT:
        return 0 < size <= LONGEST_ID
    return form == NUMBER and size <= _MOST_DIGITS_OF_ID and is_whole(data, start, size)


@fused
def _ids_are_plain(cells: Cells, row: int, columns: I64) -> bool:
    for k in range(len(columns)):
        column = columns[k]
        form = cells.form[row, column]
        if form != ABSENT and not _is_id(
            cells.data, cells.at[row, column], cells.size[row, column], form
        ):
            return False
    target: bool = cells.form[row, at.MEDIA] != ABSENT or cells.form[row, at.ACCOUNT] != ABSENT
    return bool(cells.form[row, at.USER] != ABSENT and target)


@fused
def _time(cells: Cells, row: int) -> int:
    """Return epoch ms, NOT_READ where the time is none that is plain."""
    start, size = cells.at[row, at.TS], cells.size[row, at.TS]
    form = cells.form[row, at.TS]
    if form == NUMBER:
        return digits(cells.data, start, size)
    return moment(cells.data, start, size) if form == TEXT else NOT_READ


@fused
def _amount(cells: Cells, row: int, column: int) -> float:
    """Return a number, NaN where there is none, NOT_READ where it is none that is plain."""
    form = cells.form[row, column]
    if form == ABSENT:
        return np.nan
    if form == TRUTH:
        return NOT_READ
    return amount(cells.data, cells.at[row, column], cells.size[row, column])


@fused
def _word(cells: Cells, row: int, column: int, words: Words, guess: int) -> int:
    """Return which of `words` a cell is, -1 for none."""
    start, size = cells.at[row, column], cells.size[row, column]
    return word_at(cells.data, start, size, words.data, words.ends, guess)


@fused
def _kind_is_event(cells: Cells, row: int, named: bool, event: Words) -> bool:
    form = cells.form[row, at.KIND]
    if form == ABSENT:
        return named
    return form == TEXT and _word(cells, row, at.KIND, event, 0) == 0


@kernel
def _read(
    cells: Cells,
    columns: _Columns,
    latest: int,
    named: bool,
    actions: Words,
    event: Words,
    truths: Words,
    ids: I64,
) -> None:
    """Fill `columns` where rows are plain, and say where they are not."""
    action = 0
    for row in range(len(columns.plain)):
        if not columns.plain[row]:
            continue
        columns.plain[row] = False
        if not _kind_is_event(cells, row, named, event) or not _ids_are_plain(cells, row, ids):
            continue
        if cells.form[row, at.ACTION] != TEXT:
            continue
        found = _word(cells, row, at.ACTION, actions, action)
        ts = _time(cells, row)
        dwell, slot = _amount(cells, row, at.DWELL), _amount(cells, row, at.POSITION)
        if found < 0 or ts < EARLIEST or ts > latest or dwell < 0 or dwell > LARGEST:
            continue
        if slot < 0 or slot >= _MOST_SLOTS or (slot == slot and slot != np.floor(slot)):
            continue
        known = 0
        if cells.form[row, at.TIME_KNOWN] != ABSENT:
            known = _word(cells, row, at.TIME_KNOWN, truths, 0)
            if known < 0:
                continue
        action = found
        columns.ts[row] = ts
        columns.code[row] = found
        columns.value[row] = dwell
        columns.flags[row] = _TIME_KNOWN if known < _YES else 0
        if slot == slot:
            columns.position[row] = np.int16(slot)
        columns.plain[row] = True
