"""The k best of many, kept in a heap: a kernel's way to choose without sorting all."""

from __future__ import annotations

import numpy as np

from bowerbird.core.facts import F32, I32
from bowerbird.core.kernels import inner


@inner
def _worse(rows: I32, scores: F32, a: int, b: int) -> bool:
    """Return whether place `a` ranks below place `b`; of equal scores the smaller row is better."""
    return bool(scores[a] < scores[b] or (scores[a] == scores[b] and rows[a] > rows[b]))


@inner
def _swap(rows: I32, scores: F32, a: int, b: int) -> None:
    row, score = rows[a], scores[a]
    rows[a], scores[a] = rows[b], scores[b]
    rows[b], scores[b] = row, score


@inner
def _sink(rows: I32, scores: F32, size: int, at: int) -> None:
    """Move place `at` down until none of its children is worse."""
    while 2 * at + 1 < size:
        child = 2 * at + 1
        if child + 1 < size and _worse(rows, scores, child + 1, child):
            child += 1
        if not _worse(rows, scores, child, at):
            return
        _swap(rows, scores, child, at)
        at = child


@inner
def keep_most(rows: I32, scores: F32, size: int, row: int, score: np.float32) -> int:
    """Offer (row, score) to the heap in `rows[:size]`, worst first; return its size.

    What is kept does not depend on the order of offers. Both arrays ([k]) are written to.
    """
    if size == len(rows):
        if score < scores[0] or (score == scores[0] and row > rows[0]):
            return size
        rows[0], scores[0] = row, score
        _sink(rows, scores, size, 0)
        return size
    at = size
    rows[at], scores[at] = row, score
    while at > 0 and _worse(rows, scores, at, (at - 1) // 2):
        _swap(rows, scores, at, (at - 1) // 2)
        at = (at - 1) // 2
    return size + 1


@inner
def sort_most(rows: I32, scores: F32, size: int) -> None:
    """Turn the heap in `rows[:size]` into a list, best first."""
    for last in range(size - 1, 0, -1):
        _swap(rows, scores, 0, last)
        _sink(rows, scores, last, 0)
