"""What exploration slots would have earned under another choice of newcomers.

Claimed for exploration slots only: there the page drew by chance and recorded the chance, so that
each draw can stand for those the other policy would have made. Everywhere else a page shows what it
thinks best, and says nothing of what it did not show.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from bowerbird.core.errors import ShapeError
from bowerbird.core.facts import F64, I64
from bowerbird.core.page import Recipe
from bowerbird.evaluation.metrics import Interval

NORMAL = 1.959964
"""Standard deviations to each side that hold 95 % of a normal distribution."""


@dataclass(frozen=True, slots=True)
class Drawn:
    """Exploration slots [n] as they were logged.

    Attributes:
        page: [n] number of the page each was on.
        media_id: [n] what was drawn.
        propensity: [n] chance with which it was.
    """

    page: I64
    media_id: tuple[str, ...]
    propensity: F64


def drawn(recipes: Iterable[Recipe]) -> Drawn:
    """Return the exploration slots of journaled pages, page by page."""
    page, media, chance = [], [], []
    for number, recipe in enumerate(recipes):
        for id, propensity in zip(recipe.slate, recipe.propensity, strict=True):
            if propensity < 1.0:
                page.append(number)
                media.append(id)
                chance.append(propensity)
    return Drawn(np.array(page, np.int64), tuple(media), np.array(chance))


def off_policy(page: I64, propensity: F64, target: F64, reward: F64) -> Interval:
    """Return the mean reward of a slot under another policy, with its 95 % interval.

    The self-normalised estimate (Hajek 1971; for policies Swaminathan and Joachims, NIPS 2015),
    with the interval of a ratio of two sums over pages (Cochran, Sampling Techniques, 1977,
    section 6.4): slots of one page may go together, pages do not.

    Args:
        page: [n] which page a slot was on.
        propensity: [n] chance with which its media was drawn.
        target: [n] chance with which the other policy would draw it; only ratios count.
        reward: [n] what came of it.

    Raises:
        ShapeError: no slot, or none that the other policy could have drawn.
    """
    weight = target / propensity
    if not len(page) or weight.sum() <= 0:
        raise ShapeError(f"{len(page)} slots, none of which the other policy would have drawn")
    _, number = np.unique(page, return_inverse=True)
    earned, drawn = np.bincount(number, weight * reward), np.bincount(number, weight)
    pages = len(drawn)
    mean = float(earned.sum() / drawn.sum())
    residual = earned - mean * drawn
    spread = np.sqrt(pages / max(pages - 1, 1) * (residual**2).sum()) / drawn.sum()
    return Interval(mean, mean - NORMAL * float(spread), mean + NORMAL * float(spread))
