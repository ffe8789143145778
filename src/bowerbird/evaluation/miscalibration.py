"""Whether a page keeps the proportions of a person's interests."""

from __future__ import annotations

import math

from bowerbird.evaluation.interests import Shares

SMOOTHING = 0.01
"""Of the interests, mixed into the page's shares, so that a missing topic costs no infinity."""


def miscalibration(interests: Shares, page: Shares) -> float:
    """Return how far a page's topics are from the interests, in nats; 0 is right.

    The divergence KL(p || (1 - a) q + a p) of Steck, "Calibrated Recommendations", RecSys 2018,
    equations 6 and 7. NaN where either has no topic.

    Example:
        >>> miscalibration({"cats": 1.0}, {"cats": 1.0})
        0.0
    """
    if not interests or not page:
        return float("nan")
    found = 0.0
    for topic, share in interests.items():
        smoothed = (1.0 - SMOOTHING) * page.get(topic, 0.0) + SMOOTHING * share
        found += share * math.log(share / smoothed)
    return found
