"""Lines of CSV taken apart into cells, where commas are all there is to them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from bowerbird.core.facts import I32, I64, U8
from bowerbird.core.kernels import fused, kernel
from bowerbird.journal.cells import ABSENT, NAMES, TEXT, Bits, Cells, no_cells

_COMMA, _NEWLINE, _RETURN, _LAST_ASCII = 44, 10, 13, 127


def csv_cells(data: U8, bounds: I64, header: Sequence[str]) -> Cells:
    """Return the cells of the lines of `data`, which has no quotes; of columns `header`.

    Line i is `data[bounds[i] : bounds[i + 1]]`. An empty one is odd, and so is one of another
    number of cells.
    """
    cells = no_cells(data, len(bounds) - 1)
    _scan(*cells, bounds, np.array([NAMES.index(name) for name in header], np.int64))
    return cells


@fused
def _line(data: U8, at: I64, size: I32, form: U8, first: int, end: int, columns: I64) -> bool:
    """Fill the cells of one line; return whether it has one for each column."""
    cell, start = 0, first
    for i in range(first, end + 1):
        if i < end and data[i] > _LAST_ASCII:
            return False
        if i == end or data[i] == _COMMA:
            if cell == len(columns):
                return False
            name = columns[cell]
            at[name], size[name] = start, i - start
            form[name] = TEXT if i > start else ABSENT
            cell, start = cell + 1, i + 1
    return end > first and cell == len(columns)


@kernel
def _scan(data: U8, at: I64, size: I32, form: U8, odd: Bits, bounds: I64, columns: I64) -> None:
    for row in range(len(bounds) - 1):
        end = bounds[row + 1]
        if end > bounds[row] and data[end - 1] == _NEWLINE:
            end -= 1
        if end > bounds[row] and data[end - 1] == _RETURN:
            end -= 1
        odd[row] = not _line(data, at[row], size[row], form[row], bounds[row], end, columns)
