"""Centring: what all words have in common says nothing of any of them."""

from __future__ import annotations

import numpy as np

from bowerbird.core.facts import F32, I64


def centred(vectors: F32, counts: I64, share: float) -> F32:
    """Return `vectors` less `share` of their mean, weighted by how often each account is a word.

    Skip-gram vectors lie in a narrow cone around their mean, for each is pushed away from the same
    negatives (Mimno and Thompson 2017), and the best known accounts lie deepest in it: what
    everybody is shown stands beside everything. Taken off, what is left is what they are about
    (Mu and Viswanath 2018, who take off principal components as well, which here costs topics).

    Args:
        vectors: [m, d] float32, of any length.
        counts: [m] words of each.
        share: 0 leaves them as they are.
    """
    if share <= 0:
        return vectors
    weights = (counts / counts.sum())[:, None]
    mean = (vectors * weights).sum(axis=0)  # float64, in the order of lines
    return np.asarray(vectors - share * mean, np.float32)
