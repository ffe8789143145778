"""Hubness: do a few accounts appear in everybody's list?"""

from __future__ import annotations

import numpy as np

from bowerbird.core.facts import I64, NONE
from bowerbird.core.signals import Links

NEAREST = 10
"""Places of a list that count."""


def occurrences(links: Links, k: int = NEAREST) -> I64:
    """Return [A] int64, in how many lists each row is among the first `k`."""
    size = len(links.index)
    filled = np.arange(min(k, links.rows.shape[1])) < links.length[:, None]
    rows = links.rows[:, :k][filled]
    return np.bincount(rows[rows != NONE], minlength=size).astype(np.int64)


def hubness(links: Links) -> dict[str, float]:
    """Return how unevenly the rows that have a list appear in the lists of others.

    Returns:
        `skewness` of the k-occurrence (Radovanovic et al. 2010: 0 for none, over 3 much), `orphans`
        (share of rows in no list) and `largest` (share of lists that hold the commonest row).
    """
    times = occurrences(links)[links.index != NONE].astype(np.float64)
    if len(times) == 0:
        return {}
    away = times - times.mean()
    spread = float(np.sqrt((away**2).mean()))
    return {
        "skewness": round(float((away**3).mean()) / spread**3, 4) if spread > 0 else 0.0,
        "orphans": round(float((times == 0).mean()), 5),
        "largest": round(float(times.max() / len(times)), 5),
    }
