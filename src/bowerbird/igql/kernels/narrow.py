"""One condition on a whole column, asked of the rows that are left: gather, compare, keep."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from bowerbird.core.candidates import Rows
from bowerbird.core.kernels import fused, kernel

COMPARES = ("", "<", "<=", ">", ">=")


@fused
def _passes(found: float, compare: int, value: float) -> bool:
    if compare == 1:
        return found < value
    if compare == 2:
        return found <= value
    return found > value if compare == 3 else found >= value


@kernel
def _narrow(column: Any, rows: Any, left: Any, compare: int, value: float, out: Any) -> int:
    """Write the positions that pass to `out`; return how many, -1 where a row is not there."""
    n, size, wrong = 0, len(column), 0
    if compare == 0:
        wanted = value != 0.0
        for i in range(len(left)):
            row = np.int64(rows[left[i]])
            inside = 0 <= row < size
            wrong += not inside
            out[n] = left[i]
            n += (column[row if inside else 0] != 0) == wanted
        return -1 if wrong else n
    for i in range(len(left)):
        row = np.int64(rows[left[i]])
        inside = 0 <= row < size
        wrong += not inside
        out[n] = left[i]
        n += _passes(np.float64(column[row if inside else 0]), compare, value)
    return -1 if wrong else n


def narrow(
    column: NDArray[Any], rows: Rows, left: NDArray[np.int64], compare: str, value: float
) -> NDArray[np.int64] | None:
    """Return those of the positions `left` [k] in `rows` [n] whose `column` passes, in order.

    Args:
        column: [m] by row number, bool or numbers.
        rows: [n].
        left: [k] positions.
        compare: of `COMPARES`; empty for a column that has to hold (value 1) or must not (0).
        value: what is compared with.

    Returns:
        None where a row is beyond the column.
    """
    if not len(column):
        return None
    out = np.empty(len(left) + 1, np.int64)
    kept = _narrow(column, rows, left, COMPARES.index(compare), value, out)
    return None if kept < 0 else out[:kept]
