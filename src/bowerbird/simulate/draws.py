"""Random draws that numpy does not have by the row, and the one way a generator is made."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from bowerbird.core.facts import F32, F64, I32, I64

Rng = np.random.Generator


def stream(seed: int, purpose: str, day: int = 0) -> Rng:
    """Return a generator of its own for one purpose and day, so that no draw shifts another's."""
    return np.random.default_rng([seed, day + 1_000, *purpose.encode()])


def pick(weights: F32 | F64, rng: Rng) -> I32:
    """Draw one column a row of `weights` ([n, k], nonnegative), in proportion ([n])."""
    total = np.cumsum(weights, axis=1, dtype=np.float64)
    wanted = rng.random(len(weights)) * total[:, -1]
    drawn = (total <= wanted[:, None]).sum(axis=1)
    column: I32 = np.minimum(drawn, weights.shape[1] - 1).astype(np.int32)
    return column


def choose(weights: F32 | F64, count: int, rng: Rng) -> I32:
    """Draw `count` positions of `weights` ([k]) with replacement, in proportion."""
    total = np.cumsum(weights, dtype=np.float64)
    drawn = np.searchsorted(total, rng.random(count) * total[-1], side="right")
    position: I32 = np.minimum(drawn, len(weights) - 1).astype(np.int32)
    return position


def happens(chance: NDArray[np.floating], rng: Rng) -> NDArray[np.bool_]:
    """Return whether each event of probability `chance` ([n]) happens."""
    happened: NDArray[np.bool_] = rng.random(chance.shape) < chance
    return happened


def earlier_equals(keys: I64) -> I32:
    """Return for each key ([n]) how many equal ones stand before it.

    Example:
        >>> earlier_equals(np.array([7, 3, 7, 7, 3]))
        array([0, 0, 1, 2, 1], dtype=int32)
    """
    order = np.argsort(keys, kind="stable")
    lines = keys[order]
    first = np.ones(len(keys), bool)
    first[1:] = lines[1:] != lines[:-1]
    starts = np.flatnonzero(first)
    place = np.arange(len(keys)) - np.repeat(starts, np.diff(np.append(starts, len(keys))))
    counts = np.empty(len(keys), np.int32)
    counts[order] = place
    return counts


def sigmoid(logit: F32) -> F32:
    """Return the probability of `logit`."""
    chance: F32 = (1.0 / (1.0 + np.exp(-logit))).astype(np.float32)
    return chance
