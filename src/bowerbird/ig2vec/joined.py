"""Two witnesses of the same accounts in one vector."""

from __future__ import annotations

import numpy as np

from bowerbird.core.facts import F32
from bowerbird.ig2vec.lengths import unit


def joined(vectors: F32, others: F32, weight: float) -> F32:
    """Return `vectors` and `weight` times `others` as one, at the width of `vectors`.

    Side by side the inner product of two accounts would be the sum of both; of that the leading
    principal directions are kept, and turned so that they lie as near to `vectors` as can be
    (Schönemann 1966): what reads the numbers one by one finds them where they were.

    Args:
        vectors: [m, d] float32 of length 1.
        others: [m, k] float32 of length 1.
        weight: 0 leaves `vectors` as they are.
    """
    if weight <= 0 or others.shape[1] == 0:
        return vectors
    both = np.hstack([vectors, np.float32(weight) * others])
    _, directions = np.linalg.eigh(both.T @ both)
    kept = both @ directions[:, -vectors.shape[1] :]
    left, _, right = np.linalg.svd(kept.T @ vectors)
    return unit(kept @ (left @ right))
