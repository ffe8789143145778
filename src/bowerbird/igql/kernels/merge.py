"""Evidence for the same row, put together."""

from __future__ import annotations

from threading import local
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bowerbird.core.candidates import Rows
from bowerbird.core.facts import F32
from bowerbird.core.kernels import fused, kernel
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


@fused
def _evidence(scores: Any, i: Any) -> Any:
    score = np.float64(scores[i])
    return score if score >= 0.0 else np.float64(0.0)  # evidence never speaks against


@kernel
def _apart(rows: Any, marks: Any) -> Any:
    """Return where each distinct row stands first; and of all others where, and which it is.

    No branch depends on a row, which the processor could not guess.
    """
    first = np.empty(len(rows), np.int64)
    again, which = np.empty(len(rows), np.int64), np.empty(len(rows), np.int64)
    found, more = np.uint64(0), np.uint64(0)
    last = np.uint64(max(len(rows), 1) - 1)
    for i in range(np.uint64(len(rows))):
        peek(marks, rows[min(i + np.uint64(AHEAD), last)] + 1, 4)
        row = np.uint64(rows[i] + 1)
        mark = np.uint64(marks[row])
        new = np.uint64(mark == 0)
        first[found], again[more], which[more] = i, i, mark - np.uint64(1)
        found += new
        more += np.uint64(1) - new
        marks[row] = found if mark == 0 else mark
    for i in range(found):
        marks[np.uint64(rows[first[i]] + 1)] = 0
    return first[:found], again[:more], which[:more]


@kernel
def merge_rows(rows: Any, scores: Any, mode: int, marks: Any) -> Any:
    """See `merge`, which is for Python; this is for other kernels.

    `marks` are of `marks_for`, and are left all 0; where they are too few there are others made.
    """
    if _highest(rows) + 1 >= len(marks):
        marks = np.zeros(_highest(rows) + 2, np.uint32)
    best, again, which = _apart(rows, marks)
    total = np.empty(len(best), np.float64)
    for n in range(len(best)):
        part = _evidence(scores, best[n])
        total[n] = min(part, 1.0) if mode == 2 else part
    for j in range(len(again)):
        i, k = again[j], np.uint64(which[j])
        score = _evidence(scores, i)
        if mode == 0:
            total[k] += score
        elif mode == 1:
            total[k] = max(total[k], score)
        else:
            total[k] += min(score, 1.0) * (1.0 - total[k])  # so written, it cannot fall
        if score > _evidence(scores, best[k]):
            best[k] = i
    return best, total.astype(np.float32)


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
