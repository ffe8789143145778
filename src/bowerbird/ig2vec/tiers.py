"""Head, torso and tail: a method that only knows the famous must not look good."""

from __future__ import annotations

import numpy as np

from bowerbird.core.facts import I64

TIERS = ("head", "torso", "tail")
"""Thirds of the words of a corpus: the few accounts that hold the first third, and so on."""


def tiers(counts: I64) -> I64:
    """Return [m] int64, the place in `TIERS` of accounts with `counts` words; equals by line."""
    order = np.argsort(-counts, kind="stable")
    above = np.cumsum(counts[order]) - counts[order]
    place = np.empty(len(counts), np.int64)
    place[order] = above * len(TIERS) // max(int(counts.sum()), 1)
    return place
