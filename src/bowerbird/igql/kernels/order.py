"""Best first, the same on every machine: by score, then by place."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from bowerbird.core.facts import F32
from bowerbird.core.kernels import kernel


@kernel
def _keys(bits: Any, out: Any) -> Any:
    """Write a word for each score that sorts as it should; say whether they stand so already."""
    sorted = True
    for i in range(len(bits)):
        word = bits[i]
        if word & 0x7FFFFFFF > 0x7F800000:
            word = np.uint32(0xFF800000)  # a missing score stands with the lowest
        if word == 0x80000000:
            word = np.uint32(0)  # minus zero is zero
        ascending = ~word if word & 0x80000000 else word | np.uint32(0x80000000)
        out[i] = (np.uint64(np.uint32(~ascending)) << np.uint64(32)) | np.uint64(i)
        sorted = sorted and (i == 0 or out[i - 1] < out[i])
    return sorted


def best_first(scores: F32, keep: int | None = None) -> NDArray[np.int64]:
    """Return the positions of `scores` ([n]) from highest to lowest, equal ones in their order.

    One sort of 64-bit words (score, position) is several times faster than a stable argsort. No
    two words are equal, so that the first `keep` can be parted from the others before they are
    sorted. A missing score (NaN) comes last, like minus infinity.

    Args:
        scores: [n].
        keep: how many positions to return, None for all.
    """
    keys = np.empty(len(scores), np.uint64)
    if _keys(np.ascontiguousarray(scores, np.float32).view(np.uint32), keys):
        return np.arange(len(scores))[:keep]
    if keep is not None and keep < len(keys):
        keys = np.partition(keys, keep)[:keep]
    keys.sort()
    return (keys & np.uint64(0xFFFFFFFF)).astype(np.int64)
