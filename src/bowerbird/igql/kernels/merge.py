"""Evidence for the same row, put together."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from bowerbird.core.candidates import Rows
from bowerbird.core.facts import F32
from bowerbird.core.kernels import fused, kernel
from bowerbird.core.prefetch import fetch

GOLDEN = np.uint64(0x9E3779B97F4A7C15)
HALF, LOW, ONE = np.uint64(32), np.uint64(0xFFFFFFFF), np.uint64(1)
AHEAD = np.uint64(16)
"""Rows ahead of which a slot is asked for."""

COMBINES = ("sum", "max", "noisy_or")


@fused
def _slot(row: Any, mask: Any) -> Any:
    return ((np.uint64(np.uint32(row)) * GOLDEN) >> HALF) & mask


@kernel
def merge_rows(rows: Any, scores: Any, mode: int) -> Any:
    """See `merge`, which is for Python; this is for other kernels.

    A slot holds a row and above it the number of the distinct row, from 1: one place to look at,
    asked for some rows ahead.
    """
    n = np.uint64(len(rows))
    size = 16
    while size < 2 * len(rows):
        size *= 2
    slots, mask = np.zeros(size, np.uint64), np.uint64(size - 1)
    best = np.empty(len(rows), np.int64)
    total, most = np.empty(len(rows), np.float64), np.empty(len(rows), np.float64)
    found = np.uint64(0)
    for i in range(n):
        fetch(slots, _slot(rows[min(i + AHEAD, n - ONE)], mask), 8)
        row, score = np.uint64(np.uint32(rows[i])), np.float64(scores[i])
        if not score >= 0.0:
            score = np.float64(0.0)  # evidence never speaks against
        part = min(score, 1.0) if mode == 2 else score
        slot = _slot(rows[i], mask)
        while slots[slot] != 0 and slots[slot] & LOW != row:
            slot = (slot + ONE) & mask
        if slots[slot] == 0:
            best[found], most[found], total[found] = i, score, part
            found += ONE
            slots[slot] = (found << HALF) | row
            continue
        known = (slots[slot] >> HALF) - ONE
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
