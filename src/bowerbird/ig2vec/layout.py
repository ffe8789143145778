"""A map: accounts in two dimensions, neighbours near each other."""

from __future__ import annotations

import numpy as np

from bowerbird.core.facts import F32, I64
from bowerbird.core.kernels import learner
from bowerbird.ig2vec.neighbours import nearest_lines
from bowerbird.ig2vec.randomness import U64, below

NEAREST = 12
PASSES = 300
REPELLED = 5
"""Accounts drawn blindly that each pull of two neighbours pushes one of them away from."""

A, B = 0.583, 1.334
"""Of UMAP's curve 1 / (1 + a r^2b) at a least distance of 0.5 (McInnes et al. 2018): dots apart."""


def layout(vectors: F32, seed: int = 0) -> F32:
    """Return [m, 2] float32 places in about -1 .. 1, near for accounts whose vectors are near.

    The two main components, then UMAP's forces along the lists of nearest.

    Args:
        vectors: [m, d] float32 of length 1.
        seed: of the forces; one seed gives one map.
    """
    places = _components(vectors)
    if len(vectors) > 2:
        k = min(NEAREST, len(vectors) - 1)
        lines, scores = nearest_lines(vectors, vectors, k, seed)
        weights = np.maximum(scores, 0) ** 2
        weights /= max(float(weights.max()), 1e-9)
        state = np.array([seed * 2 + 88_172_645_463_325_253], np.uint64)
        _settle(places, lines.astype(np.int64), weights.astype(np.float32), PASSES, state)
    places -= np.median(places, axis=0)
    return np.asarray(places / max(float(np.quantile(np.abs(places), 0.99)), 1e-9), np.float32)


def _components(vectors: F32) -> F32:
    """Return [m, 2] the coordinates along the two main directions, ten wide."""
    centred = vectors.astype(np.float64) - vectors.mean(axis=0)
    _, directions = np.linalg.eigh(centred.T @ centred)
    found = centred @ directions[:, ::-1][:, :2]
    if found.shape[1] < 2:
        found = np.hstack([found, np.zeros((len(found), 2 - found.shape[1]))])
    return np.asarray(10 * found / max(float(np.abs(found).max()), 1e-9), np.float32)


@learner
def _settle(places: F32, lines: I64, weights: F32, passes: int, state: U64) -> None:
    """Pull neighbours together and push others apart; `places` ([m, 2]) is written to."""
    size = len(places)
    for step in range(passes):
        rate = 1 - step / passes
        for i in range(size):
            for n in range(lines.shape[1]):
                j = lines[i, n]
                if j < 0 or weights[i, n] * 1024 < below(state, 1024):
                    continue
                dx, dy = places[i, 0] - places[j, 0], places[i, 1] - places[j, 1]
                apart = dx * dx + dy * dy
                if apart > 0:
                    pull = -2 * A * B * apart ** (B - 1) / (1 + A * apart**B)
                    mx, my = rate * min(max(pull * dx, -4), 4), rate * min(max(pull * dy, -4), 4)
                    places[i, 0] += mx
                    places[i, 1] += my
                    places[j, 0] -= mx
                    places[j, 1] -= my
                for _ in range(REPELLED):
                    j = below(state, size)
                    dx, dy = places[i, 0] - places[j, 0], places[i, 1] - places[j, 1]
                    apart = dx * dx + dy * dy
                    if apart > 0:
                        push = 2 * B / ((0.001 + apart) * (1 + A * apart**B))
                        places[i, 0] += rate * min(max(push * dx, -4), 4)
                        places[i, 1] += rate * min(max(push * dy, -4), 4)
