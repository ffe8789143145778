"""Evidence for the same row, put together."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from bowerbird.core.candidates import Rows
from bowerbird.core.facts import F32
from bowerbird.core.kernels import kernel

GOLDEN = np.uint64(0x9E3779B97F4A7C15)

COMBINES = ("sum", "max", "noisy_or")


@kernel
def merge_rows(rows: Any, scores: Any, mode: int) -> Any:
    """See `merge`, which is for Python; this is for other kernels."""
    n = len(rows)
    size = 16
    while size < 2 * n:
        size *= 2
    slots = np.full(size, -1, np.int32)  # number of the distinct row
    distinct = np.empty(n, np.int32)
    best = np.empty(n, np.int64)
    total, most = np.empty(n, np.float64), np.empty(n, np.float64)
    mask, found = np.uint64(size - 1), np.uint64(0)
    for i in range(np.uint64(n)):
        row = rows[i]
        score = np.float64(scores[i])
        if not score >= 0.0:
            score = np.float64(0.0)  # evidence never speaks against
        part = min(score, 1.0) if mode == 2 else score
        slot = ((np.uint64(np.uint32(row)) * GOLDEN) >> np.uint64(32)) & mask
        while slots[slot] >= 0 and distinct[np.uint64(slots[slot])] != row:
            slot = (slot + np.uint64(1)) & mask
        if slots[slot] < 0:
            slots[slot] = found
            distinct[found], best[found], most[found], total[found] = row, i, score, part
            found += np.uint64(1)
            continue
        known = np.uint64(slots[slot])
        if mode == 0:
            total[known] += part
        elif mode == 1:
            total[known] = max(total[known], part)
        else:
            total[known] += part * (1.0 - total[known])  # so written, it cannot fall
        if score > most[known]:
            best[known], most[known] = i, score
    return best[:found], total[:found].astype(np.float32)


def merge(rows: Rows, scores: F32, combine: str) -> tuple[NDArray[np.int64], F32]:
    """Put together what speaks for the same row.

    A row's score can only rise with more evidence, whatever `combine` is: negative and missing
    scores count as 0.

    Args:
        rows: [n].
        scores: [n].
        combine: `sum`; `max`; or `noisy_or`, 1 - product of (1 - score), scores cut at 1.

    Returns:
        Position [m] of the strongest evidence (the first of equal ones) for each distinct row, in
        order of appearance, and the row's merged score [m].
    """
    best, total = merge_rows(
        rows, np.ascontiguousarray(scores, np.float32), COMBINES.index(combine)
    )
    return best, total
