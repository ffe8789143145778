"""What a page has to beat: popularity, and cosine between items the same people engaged with."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from bowerbird.core.facts import F32, I32

SHRINKAGE = 10.0


@dataclass(frozen=True, slots=True)
class Engaged:
    """Who engaged with what, before the cut; pairs may repeat.

    Attributes:
        user: [n] int32.
        media: [n] int32.
        weight: [n] float32.
        users: how many users there are.
        items: how many media there are.
    """

    user: I32
    media: I32
    weight: F32
    users: int
    items: int


def popularity(engaged: Engaged) -> F32:
    """Return [items] the summed weight of each media."""
    return np.bincount(engaged.media, engaged.weight, engaged.items).astype(np.float32)


class ItemCF:
    """Cosine between media with shrinkage, summed over what a person engaged with.

    Source: Sarwar et al., Item-Based Collaborative Filtering Recommendation Algorithms, WWW 2001;
    the shrinkage as in Bell and Koren, KDD 2007.
    """

    def __init__(self, engaged: Engaged, shrinkage: float = SHRINKAGE) -> None:
        """Learn from pairs; needs items x items x 4 bytes, so catalogues of ten thousands."""
        matrix = np.zeros((engaged.users, engaged.items), np.float32)
        np.maximum.at(matrix, (engaged.user, engaged.media), engaged.weight)
        together = matrix.T @ matrix
        norms = np.sqrt(np.diag(together))
        similar = together / (np.outer(norms, norms) + np.float32(shrinkage))
        self._similar = similar.astype(np.float32)
        np.fill_diagonal(self._similar, 0)

    def scores(self, media: I32, weight: F32) -> F32:
        """Return [items] the summed similarity to a person's media [k], weighted [k]."""
        summed: F32 = weight @ self._similar[media]
        return summed


def best(scores: F32, excluded: I32, k: int) -> I32:
    """Return the `k` rows with the greatest scores that are not `excluded`; ties by row.

    Example:
        >>> best(np.array([1, 5, 3, 5], np.float32), np.array([1], np.int32), 2)
        array([3, 2], dtype=int32)
    """
    left = scores.copy()
    left[excluded] = -np.inf
    order = np.argsort(-left, kind="stable")[:k]
    return order[np.isfinite(left[order])].astype(np.int32)
