"""How many slots go to media that hardly anyone has seen."""

from __future__ import annotations

from bowerbird.core.facts import F32

FEW = 50.0
"""Impressions; a media with fewer is a newcomer, as it is to `explore`."""


def newcomers(impressions: F32, few: float = FEW) -> int:
    """Return how many of a page's media ([k]) were shown fewer than `few` times before it.

    Example:
        >>> import numpy as np
        >>> newcomers(np.array([3.0, 50.0, 2_000.0], np.float32))
        1
    """
    return int((impressions < few).sum())
