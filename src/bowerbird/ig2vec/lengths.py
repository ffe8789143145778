"""Vectors of length 1."""

from __future__ import annotations

import numpy as np

from bowerbird.core.facts import F32


def lengths(vectors: F32) -> F32:
    """Return [m] float32, the lengths of `vectors` ([m, d])."""
    return np.asarray(np.sqrt((vectors * vectors).sum(axis=1)), np.float32)


def unit(vectors: F32) -> F32:
    """Return `vectors` ([m, d]) at length 1; those of length 0 stay as they are."""
    norms = lengths(vectors)
    return np.asarray(vectors / np.where(norms > 0, norms, np.float32(1))[:, None], np.float32)
