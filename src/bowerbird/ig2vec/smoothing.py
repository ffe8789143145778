"""Smoothing: an account of few engagements borrows from those it is near to."""

from __future__ import annotations

import numpy as np

from bowerbird.core.facts import F32
from bowerbird.ig2vec.lengths import unit
from bowerbird.ig2vec.neighbours import nearest_lines

NEAREST = 10
"""Neighbours an account borrows from."""


def smoothed(vectors: F32, share: float, seed: int) -> F32:
    """Return `vectors` moved towards their neighbours, at length 1.

    To each is added `share` of the mean of the ten nearest, weighted by cosine. What sessions
    taught of one account is noise in part; what its neighbours agree on is less so.

    Args:
        vectors: [m, d] float32 of length 1.
        share: 0 leaves them as they are.
        seed: of the search, where it is not exact.
    """
    k = min(NEAREST, len(vectors) - 1)
    if share <= 0 or k < 1:
        return vectors
    lines, scores = nearest_lines(vectors, vectors, k, seed)
    weights = np.maximum(scores, 0)
    weights /= np.maximum(weights.sum(axis=1, keepdims=True), np.float32(1e-12))
    total = vectors.copy()
    for place in range(k):  # a place at a time: all at once would be k times the vectors
        total += np.float32(share) * weights[:, place, None] * vectors[lines[:, place]]
    return unit(total)
