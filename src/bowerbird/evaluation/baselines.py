"""What a page has to beat: popularity, cosine between items of the same people, and EASE."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from bowerbird.core.facts import F32, I32
from bowerbird.ig2vec.linear import gram, solved

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


def together(engaged: Engaged) -> F32:
    """Return [items, items] the sum over people of weight x weight, each of a person's pairs once.

    Of pairs that repeat the greatest weight counts. Needs items x items x 4 bytes, so it is for
    catalogues of ten thousands.
    """
    pair = engaged.user.astype(np.int64) * engaged.items + engaged.media
    order = np.lexsort((engaged.weight, pair))
    kept = order[np.append(np.diff(pair[order]) > 0, [True] * (len(order) > 0))]
    starts = np.searchsorted(engaged.user[kept], np.arange(engaged.users + 1)).astype(np.int64)
    alike = np.ones(engaged.users, np.float32)
    return gram(engaged.media[kept], engaged.weight[kept], starts, alike, engaged.items)


class ItemCF:
    """Cosine between media with shrinkage, summed over what a person engaged with.

    Source: Sarwar et al., Item-Based Collaborative Filtering Recommendation Algorithms, WWW 2001;
    the shrinkage as in Bell and Koren, KDD 2007.

    Attributes:
        matrix: [items, items] float32, 0 on the diagonal.
    """

    def __init__(self, engaged: Engaged, shrinkage: float = SHRINKAGE) -> None:
        """Learn from pairs; memory as for `together`."""
        shared = together(engaged)
        norms = np.sqrt(np.diag(shared))
        similar = shared / (np.outer(norms, norms) + np.float32(shrinkage))
        self.matrix: F32 = similar.astype(np.float32, copy=False)
        np.fill_diagonal(self.matrix, 0)

    def scores(self, media: I32, weight: F32) -> F32:
        """Return [items] the summed similarity to a person's media [k], weighted [k]."""
        summed: F32 = weight @ self.matrix[media]
        return summed


class Ease:
    """Each media predicted from all others by one regularised linear model.

    Source: Steck, Embarrassingly Shallow Autoencoders for Sparse Data, WWW 2019.

    Attributes:
        matrix: [items, items] float32, 0 on the diagonal.
    """

    def __init__(self, engaged: Engaged, ridge: float) -> None:
        """Learn from pairs; takes the cube of `items` in time, memory as for `together`."""
        self.matrix: F32 = solved(together(engaged), ridge)

    def scores(self, media: I32, weight: F32) -> F32:
        """Return [items] the summed weights of a person's media [k], weighted [k]."""
        summed: F32 = weight @ self.matrix[media]
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
