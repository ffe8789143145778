"""How mixed a page is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Sequence


def diversity(subjects: Sequence[Hashable]) -> float:
    """Return the chance that two different slots are about different subjects.

    Simpson, "Measurement of Diversity", 1949. NaN for fewer than two slots.

    Example:
        >>> diversity(["cats", "cats", "cars"])
        0.6666666666666667
    """
    n = len(subjects)
    if n < 2:
        return float("nan")
    same = sum(count * (count - 1) for count in Counter(subjects).values())
    return 1.0 - same / (n * (n - 1))
