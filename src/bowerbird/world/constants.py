"""Arrays that links need and that say nothing, kept so that no page makes them."""

from __future__ import annotations

import numpy as np

from bowerbird.core.facts import F32, I32


class Constants:
    """Grows with what is asked of it."""

    def __init__(self) -> None:
        self._index = np.empty(0, np.int32)
        self._ones: dict[int, F32] = {}

    def of(self, lines: int, width: int) -> tuple[I32, F32]:
        """Return 0, 1, 2 ... [lines], and ones [lines, width]."""
        if lines > len(self._index):
            self._index = np.arange(2 * lines, dtype=np.int32)
        ones = self._ones.get(width)
        if ones is None or lines > len(ones):
            ones = self._ones[width] = np.ones((2 * lines, width), np.float32)
        return self._index[:lines], ones[:lines]
