"""Co-engagement: what the same people engaged with (item-based collaborative filtering).

For rows i and j, with w the weight of a person's engagement and d of the person,
c(i, j) = sum of d w(i) w(j) over people, and the score is
c(i, j) / (sqrt(c(i, i) c(j, j)) + shrinkage): a cosine that trusts little evidence little. Scores
are made to be *summed* over a person's seeds.
"""

from __future__ import annotations

import numpy as np

from bowerbird.core.facts import F32, I32, I64, NONE
from bowerbird.core.kernels import kernel
from bowerbird.core.signals import Links
from bowerbird.ig2vec.baskets import Baskets, CoEngagementConfig, baskets, damp
from bowerbird.ig2vec.engagements import Engagements
from bowerbird.ig2vec.most import keep_most, sort_most

DEFAULT = CoEngagementConfig()


def co_engaged_accounts(engagements: Engagements, config: CoEngagementConfig = DEFAULT) -> Links:
    """Return for each account those that the same people engaged with, best first."""
    return co_engagement(baskets(engagements, "account", config), config)


def co_engaged_media(engagements: Engagements, config: CoEngagementConfig = DEFAULT) -> Links:
    """Return for each media those that the same people engaged with, best first."""
    return co_engagement(baskets(engagements, "media", config), config)


def co_engagement(people: Baskets, config: CoEngagementConfig = DEFAULT) -> Links:
    """Return for each row of `people` the `config.k` best that share people with it."""
    size = int(people.rows.max(initial=NONE)) + 1
    person = np.repeat(np.arange(len(people.starts) - 1), np.diff(people.starts))
    by_row = np.argsort(people.rows, kind="stable")
    owners = np.append(0, np.cumsum(np.bincount(people.rows, minlength=size))).astype(np.int64)
    counts_for = damp(np.diff(people.starts), config.damping)
    mass = np.bincount(people.rows, counts_for[person] * people.weights**2, minlength=size)
    engaged = np.flatnonzero(np.diff(owners)).astype(np.int32)
    found, scores, length = _pair(
        engaged,
        people.rows,
        people.weights,
        people.starts,
        (person[by_row].astype(np.int32), people.weights[by_row], owners),
        counts_for,
        np.sqrt(mass).astype(np.float32),
        (config.k, config.shrinkage),
    )
    index = np.full(size, NONE, np.int32)
    index[engaged] = np.where(length > 0, np.arange(len(engaged)), NONE)
    return Links(index, found, length, scores)


@kernel
def _pair(
    engaged: I32,
    rows: I32,
    weights: F32,
    starts: I64,
    owners: tuple[I32, F32, I64],
    counts_for: F32,
    norms: F32,
    limits: tuple[int, float],
) -> tuple[I32, F32, I32]:
    """Return what is best beside each of `engaged`, scores, and how many: [m, k], [m, k], [m].

    Args:
        engaged: [m] rows that somebody engaged with.
        rows: [n] by person.
        weights: [n].
        starts: [p + 1] bounds of people in both.
        owners: by row: person [n], weight [n], bounds [A + 1].
        counts_for: [p] by person.
        norms: [A] sqrt of c(i, i).
        limits: k and shrinkage.
    """
    person, weight, bounds = owners
    k, shrinkage = limits
    found = np.full((len(engaged), k), NONE, np.int32)
    scores = np.zeros((len(engaged), k), np.float32)
    length = np.zeros(len(engaged), np.int32)
    together = np.zeros(len(norms), np.float32)
    touched = np.empty(len(norms), np.int32)
    for line, row in enumerate(engaged):
        met = 0
        for at in range(bounds[row], bounds[row + 1]):
            who = person[at]
            strength = weight[at] * counts_for[who]
            for other in range(starts[who], starts[who + 1]):
                j = rows[other]
                if together[j] == 0:
                    touched[met] = j
                    met += 1
                together[j] += strength * weights[other]
        for n in range(met):
            j = touched[n]
            if j != row:
                score = np.float32(together[j] / (norms[row] * norms[j] + shrinkage))
                length[line] = keep_most(found[line], scores[line], length[line], j, score)
            together[j] = 0
        sort_most(found[line], scores[line], length[line])
    return found, scores, length
