"""Smoothing: an account of few engagements borrows from those it is near to."""

from __future__ import annotations

import math

import numpy as np

from bowerbird.core.facts import F32, I64
from bowerbird.ig2vec.lengths import unit
from bowerbird.ig2vec.neighbours import nearest_lines

FEWEST, MOST = 10, 40
"""Neighbours an account borrows from, at least and at most."""


def lenders(accounts: int) -> int:
    """Return how many neighbours each of so many accounts borrows from.

    A quarter of the root: the larger the app, the more accounts are about the same.

    Example:
        >>> lenders(2_700), lenders(20_000)
        (13, 35)
    """
    return min(max(round(math.sqrt(accounts) / 4), FEWEST), MOST, accounts - 1)


KNOWN = 80
"""Words with which a neighbour counts for half of one of endless words."""


def smoothed(vectors: F32, counts: I64, share: float, seed: int) -> F32:
    """Return `vectors` moved towards their neighbours, at length 1.

    To each is added `share` of the mean of its nearest (`lenders`), weighted by cosine and by how
    well they are known. What sessions taught of one account is noise in part; what its neighbours
    agree on is less so.

    Args:
        vectors: [m, d] float32 of length 1.
        counts: [m] words of each.
        share: 0 leaves them as they are.
        seed: of the search, where it is not exact.
    """
    k = lenders(len(vectors))
    if share <= 0 or k < 1:
        return vectors
    lines, scores = nearest_lines(vectors, vectors, k, seed)
    known = (counts / (counts + KNOWN)).astype(np.float32)
    weights = np.maximum(scores, 0) * known[lines]
    weights /= np.maximum(weights.sum(axis=1, keepdims=True), np.float32(1e-12))
    total = vectors.copy()
    for place in range(k):  # a place at a time: all at once would be k times the vectors
        total += np.float32(share) * weights[:, place, None] * vectors[lines[:, place]]
    return unit(total)
