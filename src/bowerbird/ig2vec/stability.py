"""Stability: does an account keep its neighbours from one Version to the next?"""

from __future__ import annotations

from typing import Any

import numpy as np

from bowerbird.core.facts import F64, I32, NONE
from bowerbird.core.signals import Links
from bowerbird.ig2vec.lookup import look_up

NEAREST = 20


def stability(before: Links, after: Links) -> dict[str, Any]:
    """Return the share of their 20 nearest that accounts keep.

    Returns:
        `accounts` in both, and `kept`, the mean over them; nothing where there are none.
    """
    rows = np.flatnonzero(after.index != NONE).astype(np.int32)
    rows = rows[look_up(before.index, rows, NONE) != NONE]
    if len(rows) == 0:
        return {}
    kept = _kept(_first(before, rows), _first(after, rows))
    return {"accounts": len(rows), "kept": round(float(kept.mean()), 5)}


def _first(links: Links, rows: I32) -> I32:
    """Return [n, 20] the first of each row's list, NONE-padded."""
    lines = links.index[rows]
    width = min(NEAREST, links.rows.shape[1])
    filled = np.arange(width) < links.length[lines][:, None]
    return np.where(filled, links.rows[lines, :width], np.int32(NONE))


def _kept(before: I32, after: I32) -> F64:
    """Return [n] the share of `before` that is in `after`, row by row."""
    found = np.zeros(len(before), np.int64)
    for place in range(before.shape[1]):  # a place at a time: all pairs at once would be 20 times
        mine = before[:, place, None]
        found += ((after == mine) & (mine != NONE)).any(axis=1)
    return np.asarray(found / np.maximum((before != NONE).sum(axis=1), 1), np.float64)
