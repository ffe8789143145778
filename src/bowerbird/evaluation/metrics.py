"""Figures of merit over people, with intervals that respect that people differ."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bowerbird.core.facts import F64

DRAWS = 2_000


@dataclass(frozen=True, slots=True)
class Interval:
    """A mean and the middle 95 % of its user-bootstrap."""

    mean: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"{self.mean:.4f} [{self.low:.4f}, {self.high:.4f}]"


def hits(slate: NDArray[np.integer], positives: NDArray[np.integer]) -> int:
    """Return how many distinct rows of `slate` are among `positives`.

    Example:
        >>> hits(np.array([4, 7, 9]), np.array([9, 1, 4]))
        2
    """
    return len(np.intersect1d(slate, positives))


def bootstrap(values: F64, rng: np.random.Generator, draws: int = DRAWS) -> Interval:
    """Return the mean of `values` (one a person) and its percentile bootstrap interval.

    Source: Efron and Tibshirani, An Introduction to the Bootstrap, 1993, section 13.3.
    """
    picks = rng.integers(0, len(values), (draws, len(values)))
    means = values[picks].mean(axis=1)
    low, high = np.quantile(means, [0.025, 0.975])
    return Interval(float(values.mean()), float(low), float(high))


def pooled(
    hit: F64, wanted: F64, rng: np.random.Generator, draws: int = DRAWS, block: int = 100
) -> Interval:
    """Return sum of `hit` over sum of `wanted` (one a person each) and its bootstrap interval.

    Recall over all positives together, people drawn anew each time. `hit` may be the difference of
    two methods' hits: then the interval is that of the paired difference of their recalls.

    Args:
        hit: [n] hits of each person, or a difference of two.
        wanted: [n] positives of each person.
        rng: draws the people.
        draws: how often.
        block: draws made at a time.
    """
    n = len(hit)
    ratios = np.empty(draws)
    for first in range(0, draws, block):
        picks = rng.integers(0, n, (min(block, draws - first), n))
        ratios[first : first + block] = hit[picks].sum(axis=1) / wanted[picks].sum(axis=1)
    low, high = np.quantile(ratios, [0.025, 0.975])
    return Interval(float(hit.sum() / wanted.sum()), float(low), float(high))
