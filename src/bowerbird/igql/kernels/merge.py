"""Evidence for the same row, put together."""

from __future__ import annotations

from threading import local
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bowerbird.core.candidates import Rows
from bowerbird.core.facts import F32
from bowerbird.core.kernels import kernel
from bowerbird.core.prefetch import peek

U32 = NDArray[np.uint32]

COMBINES = ("sum", "max", "noisy_or")

AHEAD = 16
"""Rows ahead of which a mark is asked for."""


class _Kept(local):
    """The marks of one thread."""

    marks: U32 = np.zeros(0, np.uint32)


_kept = _Kept()


def marks_for(size: int) -> U32:
    """Return the calling thread's marks, one for each row below `size` and one for none, all 0.

    A place for every row there is, four bytes each: to look there takes a third of what a hash
    table does, which the processor cannot guess its way through.
    """
    if len(_kept.marks) <= size:
        _kept.marks = np.zeros(2 * size + 1, np.uint32)
    return _kept.marks


@kernel
def _highest(rows: Any) -> int:
    highest = np.int32(-1)
    for i in range(len(rows)):
        highest = max(highest, rows[i])
    return int(highest)


@kernel
def merge_rows(rows: Any, scores: Any, mode: int, marks: Any) -> Any:
    """See `merge`, which is for Python; this is for other kernels.

    `marks` are of `marks_for`, and are left all 0; where they are too few there are others made.
    """
    if _highest(rows) + 1 >= len(marks):
        marks = np.zeros(_highest(rows) + 2, np.uint32)
    best = np.empty(len(rows), np.int64)
    total, most = np.empty(len(rows), np.float64), np.empty(len(rows), np.float64)
    found, last = np.uint32(0), len(rows) - 1
    for i in range(len(rows)):
        peek(marks, rows[min(i + AHEAD, last)] + 1, 4)
        row, score = np.uint64(rows[i] + 1), np.float64(scores[i])
        if not score >= 0.0:
            score = np.float64(0.0)  # evidence never speaks against
        part = min(score, 1.0) if mode == 2 else score
        if marks[row] == 0:
            best[found], most[found], total[found] = i, score, part
            found += np.uint32(1)
            marks[row] = found
            continue
        known = np.uint64(marks[row]) - np.uint64(1)
        if mode == 0:
            total[known] += part
        elif mode == 1:
            total[known] = max(total[known], part)
        else:
            total[known] += part * (1.0 - total[known])  # so written, it cannot fall
        if score > most[known]:
            best[known], most[known] = i, score
    for i in range(found):
        marks[rows[best[i]] + 1] = 0
    return best[:found], total[:found].astype(np.float32)


def merge(rows: Rows, scores: F32, combine: str) -> tuple[NDArray[np.int64], F32]:
    """Put together what speaks for the same row.

    A row's score can only rise with more evidence, whatever `combine` is: negative and missing
    scores count as 0.

    Args:
        rows: [n], from NONE on.
        scores: [n].
        combine: `sum`; `max`; or `noisy_or`, 1 - product of (1 - score), scores cut at 1.

    Returns:
        Position [m] of the strongest evidence (the first of equal ones) for each distinct row, in
        order of appearance, and the row's merged score [m].
    """
    scores, mode = np.ascontiguousarray(scores, np.float32), COMBINES.index(combine)
    best, total = merge_rows(rows, scores, mode, marks_for(_highest(rows) + 1))
    return best, total
