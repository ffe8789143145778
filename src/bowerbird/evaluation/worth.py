"""What a page is worth, by one yardstick for all programs."""

from __future__ import annotations

from collections.abc import Mapping

from bowerbird.core.facts import F32


def worth(chances: Mapping[str, F32], weights: Mapping[str, float]) -> float:
    """Return the sum over slots of weight times chance, over all heads; 0 for an empty page.

    Args:
        chances: head -> [k] what the final pass expects of each slot.
        weights: head -> what it counts for; a head without one counts for nothing.

    Example:
        >>> import numpy as np
        >>> worth({"like": np.array([0.5, 0.25]), "hide": np.array([0.1, 0.0])},
        ...       {"like": 1.0, "hide": -10.0})
        -0.25
    """
    return float(sum(weights.get(head, 0.0) * column.sum() for head, column in chances.items()))
