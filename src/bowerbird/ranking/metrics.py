"""How well probabilities fit what happened."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from bowerbird.core.facts import F64

TINY = 1e-7
"""Probabilities are kept this far from 0 and 1 before a logarithm is taken."""


def auc(labels: NDArray[np.bool_], scores: F64) -> float:
    """Return the chance that a positive scores above a negative, ties counting half.

    NaN where there is no positive or no negative. Mann and Whitney, 1947.
    """
    positives = int(labels.sum())
    negatives = len(labels) - positives
    if not positives or not negatives:
        return float("nan")
    _, inverse, counts = np.unique(scores, return_inverse=True, return_counts=True)
    last = np.cumsum(counts)
    ranks = (last - (counts - 1) / 2.0)[inverse]  # the mean rank of those tied
    above = ranks[labels].sum() - positives * (positives + 1) / 2.0
    return float(above / (positives * negatives))


def cross_entropy(labels: NDArray[np.bool_], probabilities: F64) -> float:
    """Return the mean of -ln p(what happened), in nats."""
    p = np.clip(probabilities, TINY, 1.0 - TINY)
    return float(-np.mean(np.where(labels, np.log(p), np.log1p(-p))))


def normalised_entropy(labels: NDArray[np.bool_], probabilities: F64) -> float:
    """Return the cross entropy over that of always saying the observed share; under 1 is better.

    He et al., "Practical Lessons from Predicting Clicks on Ads at Facebook", 2014. NaN where only
    one thing ever happened.
    """
    share = float(labels.mean()) if len(labels) else 0.0
    if not 0.0 < share < 1.0:
        return float("nan")
    return cross_entropy(labels, probabilities) / cross_entropy(labels, np.full(len(labels), share))


def calibration(labels: NDArray[np.bool_], probabilities: F64) -> float:
    """Return predicted over observed positives; 1 is right, NaN where none were observed."""
    observed = int(labels.sum())
    return float(probabilities.sum() / observed) if observed else float("nan")
