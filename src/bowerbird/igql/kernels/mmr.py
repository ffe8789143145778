"""Maximal marginal relevance: rows that are good, and not like those already chosen."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from bowerbird.core.facts import F32, I32, I64, NONE
from bowerbird.core.kernels import kernel
from bowerbird.igql.running import Run

MOST = 2_000
"""Rows that are looked at: the first that come in."""


def vectors_of(accounts: I64, embedding: str, run: Run) -> F32:
    """Return the vector of each of `accounts` ([n]), [n, d]; zeros where there is none."""
    parts = run.signals.embedding(embedding)
    if not parts:
        run.warn(f"nothing yet for embedding `{embedding}`")
    width = max((vectors.shape[1] for _, vectors in parts), default=1)
    found = np.zeros((len(accounts), width), np.float32)
    for index, vectors in parts:
        line = _lines(index, accounts)
        found[line >= 0] = vectors[line[line >= 0]]
    return found


def _lines(index: I32, accounts: I64) -> I32:
    known = (accounts >= 0) & (accounts < len(index))
    line = np.full(len(accounts), NONE, np.int32)
    line[known] = index[accounts[known]]
    return line


@kernel
def _near(one: Any, two: Any, same: Any) -> Any:
    """Return how alike two rows are: 1 for the same account, else the cosine if above 0."""
    if same:
        return 1.0
    total = 0.0
    for d in range(len(one)):
        total += np.float64(one[d]) * np.float64(two[d])
    return min(max(total, 0.0), 1.0)


@kernel
def _choose(scores: Any, keys: Any, vectors: Any, keep: int, strength: float) -> Any:
    n, columns = len(scores), len(keys)
    low, high = np.float64(scores.min()), np.float64(scores.max())
    span = high - low if high > low else 1.0
    nearest = np.zeros(n)
    open = np.ones(n, np.bool_)
    picks = np.empty(min(keep, n), np.int64)
    penalty = np.zeros(min(keep, n), np.float32)
    for found in range(len(picks)):
        best, best_worth = -1, 0.0
        for i in range(n):
            if open[i]:
                worth = (1.0 - strength) * (scores[i] - low) / span - strength * nearest[i]
                if best < 0 or worth > best_worth:
                    best, best_worth = i, worth
        picks[found], penalty[found] = best, strength * nearest[best]
        open[best] = False
        for i in range(n):
            if open[i]:
                near = 0.0
                for c in range(columns):
                    same = keys[c, i] >= 0 and keys[c, i] == keys[c, best]
                    near += _near(vectors[c, i], vectors[c, best], same)
                nearest[i] = max(nearest[i], near / columns)
    return picks, penalty


def mmr(
    scores: F32, keys: I64, embedding: str, keep: int, strength: float, run: Run
) -> tuple[NDArray[np.int64], F32]:
    """Choose rows greedily by (1 - strength) x score, from 0 to 1, - strength x likeness.

    Likeness is that to the chosen row most alike (Carbonell and Goldstein 1998): the cosine of the
    accounts' vectors, 1 for the same account, not under 0; several columns count by their mean.

    Args:
        scores: [n], at least one.
        keys: [columns, n] account rows, NONE for none.
        embedding: whose vectors tell what is alike.
        keep: rows at most.
        strength: 0 for scores alone, 1 for variety alone.
        run: gives the vectors.

    Returns:
        Positions and what likeness took off each, in the order chosen.
    """
    scores, keys = _finite(scores[:MOST]), np.ascontiguousarray(keys[:, :MOST])
    vectors = np.stack([vectors_of(accounts, embedding, run) for accounts in keys])
    picks, penalty = _choose(scores, keys, vectors, keep, strength)
    return picks, penalty


def _finite(scores: F32) -> F32:
    """Return `scores` with what is missing or infinite put to the end of the others."""
    known = scores[np.isfinite(scores)]
    low, high = (known.min(), known.max()) if len(known) else (0.0, 0.0)
    cut: F32 = np.nan_to_num(scores, nan=low, posinf=high, neginf=low)
    return cut
