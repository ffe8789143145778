"""From rows to the rows that hang off them: neighbours and co-engaged ones."""

from __future__ import annotations

from typing import Any

import numpy as np

from bowerbird.core.candidates import Rows
from bowerbird.core.facts import F32, I32
from bowerbird.core.kernels import kernel
from bowerbird.igql.running import LinkArrays

FAINT = 1e-6
"""A listed neighbour is evidence, however low its score."""


@kernel
def line_of(index: Any, row: int) -> int:
    """Return the line of `row`, -1 where it has no list."""
    if row < 0 or row >= len(index):
        return -1
    return int(index[row])


@kernel
def _filled(links: Any, row: int) -> int:
    line = line_of(links[0], row)
    return 0 if line < 0 else int(links[2][line])


@kernel
def _expand(rows: Any, scores: Any, k: int, one: Any, two: Any) -> Any:
    room = 0
    for i in range(len(rows)):
        room += min(k, _filled(one, rows[i]) + _filled(two, rows[i]))
    at = np.empty(room, np.int32)
    found = np.empty(room, np.int32)
    near = np.empty(room, np.float32)
    score = np.empty(room, np.float32)
    n = 0
    for i in range(len(rows)):
        first, second = line_of(one[0], rows[i]), line_of(two[0], rows[i])
        left, right = _filled(one, rows[i]), _filled(two, rows[i])
        strength = np.float64(scores[i])
        if not strength > 0.0:
            strength = np.float64(0.0)  # negative or missing: no evidence, but listed all the same
        a, b, start = 0, 0, n
        while n - start < k and (a < left or b < right):
            if b >= right or (a < left and one[3][first, a] >= two[3][second, b]):
                row, similarity = one[1][first, a], one[3][first, a]
                a += 1
            else:
                row, similarity = two[1][second, b], two[3][second, b]
                b += 1
            known = row < 0 or row == rows[i]
            if not known and left > 0 and right > 0:
                for j in range(start, n):
                    known = known or found[j] == row
            if not known:
                at[n], found[n], near[n] = i, row, similarity
                score[n] = strength * max(np.float64(similarity), FAINT)
                n += 1
    return at[:n], found[:n], near[:n], score[:n]


def expand(
    rows: Rows, scores: F32, k: int, parts: tuple[LinkArrays, LinkArrays]
) -> tuple[I32, Rows, F32, F32]:
    """Follow the lists of `rows`, both parts merged by score, at most `k` each, never to itself.

    Returns:
        For each row found [m]: position in `rows` it hangs off, the row, its score in the list,
        and its evidence: the score of where it came from times its own (`FAINT` at least).
    """
    at, found, near, score = _expand(rows, scores, k, parts[0], parts[1])
    return at, found, near, score
