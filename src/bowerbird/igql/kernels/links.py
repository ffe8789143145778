"""From rows to the rows that hang off them: neighbours and co-engaged ones."""

from __future__ import annotations

from typing import Any

import numpy as np

from bowerbird.core.candidates import Rows
from bowerbird.core.facts import F32, I32
from bowerbird.core.kernels import fused, kernel
from bowerbird.core.prefetch import peek
from bowerbird.igql.running import LinkArrays

FAINT = 1e-6
"""A listed neighbour is evidence, however low its score."""


@kernel
def line_of(index: Any, row: int) -> int:
    """Return the line of `row`, -1 where it has no list."""
    if row < 0 or row >= len(index):
        return -1
    return int(index[row])


@fused
def _filled(links: Any, row: int) -> int:
    line = line_of(links[0], row)
    return 0 if line < 0 else int(links[2][line])


@fused
def _room(rows: Any, k: int, one: Any, two: Any) -> Any:
    """Return how many rows are found at most, and ask for the lists meanwhile."""
    room = 0
    for i in range(len(rows)):
        line = line_of(one[0], rows[i])
        if line >= 0:  # the second part is small: it stays in the cache
            peek(one[1], line, 128)
            peek(one[3], line, 128)
        room += min(k, _filled(one, rows[i]) + _filled(two, rows[i]))
    return room


@fused
def _alone(row: Any, k: int, one: Any, found: Any, near: Any, n: Any) -> Any:
    """Write what the first part lists of a row, from `n` on; return where it ends."""
    line, start, place = np.uint64(max(line_of(one[0], row), 0)), n, np.uint64(0)
    while place < np.uint64(_filled(one, row)) and n - start < np.uint64(k):
        other = one[1][line, place]
        found[n], near[n] = other, one[3][line, place]
        n += np.uint64((other >= 0) & (other != row))
        place += np.uint64(1)
    return n


@fused
def _merged(row: Any, k: int, one: Any, two: Any, found: Any, near: Any, n: Any) -> Any:
    """Do the same for both parts, the higher score first, a row that both list once."""
    first, second = line_of(one[0], row), line_of(two[0], row)
    left, right = _filled(one, row), _filled(two, row)
    a, b, start = 0, 0, n
    while n - start < np.uint64(k) and (a < left or b < right):
        if b >= right or (a < left and one[3][first, a] >= two[3][second, b]):
            other, similarity = one[1][first, a], one[3][first, a]
            a += 1
        else:
            other, similarity = two[1][second, b], two[3][second, b]
            b += 1
        known = other < 0 or other == row
        for j in range(start, n if left > 0 else start):
            known = known or found[j] == other
        if not known:
            found[n], near[n] = other, similarity
            n += np.uint64(1)
    return n


@kernel
def expand_rows(rows: Any, scores: Any, k: int, one: Any, two: Any) -> Any:
    """See `expand`, which is for Python; this is for other kernels."""
    room = _room(rows, k, one, two)
    at, found = np.empty(room, np.int32), np.empty(room, np.int32)
    near, score = np.empty(room, np.float32), np.empty(room, np.float32)
    n = np.uint64(0)
    for i in range(len(rows)):
        strength = np.float64(scores[i])
        if not strength > 0.0:
            strength = np.float64(0.0)  # negative or missing: no evidence, but listed all the same
        start = n
        if _filled(two, rows[i]) == 0:  # as it nearly always is
            n = _alone(rows[i], k, one, found, near, n)
        else:
            n = _merged(rows[i], k, one, two, found, near, n)
        for j in range(start, n):
            at[j] = i
            score[j] = strength * max(np.float64(near[j]), FAINT)
    return at[:n], found[:n], near[:n], score[:n]


def expand(
    rows: Rows, scores: F32, k: int, parts: tuple[LinkArrays, LinkArrays]
) -> tuple[I32, Rows, F32, F32]:
    """Follow the lists of `rows`, both parts merged by score, at most `k` each, never to itself.

    Returns:
        For each row found [m]: position in `rows` it hangs off, the row, its score in the list,
        and its evidence: the score of where it came from times its own (`FAINT` at least).
    """
    at, found, near, score = expand_rows(rows, scores, k, parts[0], parts[1])
    return at, found, near, score
