"""Columns by row, where some rows have nothing."""

from __future__ import annotations

from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

T = TypeVar("T", bound=np.generic)


def look_up(column: NDArray[T], rows: NDArray[Any], absent: float) -> NDArray[T]:
    """Return `column[rows]`, of the shape of `rows`; `absent` where a row is NONE or beyond it."""
    found = np.full(rows.shape, absent, column.dtype)
    inside = (rows >= 0) & (rows < len(column))
    found[inside] = column[rows[inside]]
    return found
