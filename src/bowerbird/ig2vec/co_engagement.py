"""Co-engagement: what the same people engaged with (item-based collaborative filtering).

For rows i and j, with w the weight of a person's engagement and d of the person,
c(i, j) = sum of d w(i) w(j) over people, and the score is
c(i, j) / (sqrt(c(i, i) c(j, j)) + shrinkage): a cosine that trusts little evidence little. Scores
are made to be *summed* over a person's seeds.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

import numpy as np

from bowerbird.core.facts import F32, I32, I64, NONE, Action
from bowerbird.core.kernels import kernel
from bowerbird.core.signals import Links
from bowerbird.ig2vec.engagements import Engagements
from bowerbird.ig2vec.most import keep_most, sort_most


class Damping(StrEnum):
    """How much less a person counts who engaged with n rows."""

    NONE = "none"
    ROOT = "root"  # 1 / sqrt(n)
    LOG = "log"  # 1 / log(1 + n)


@dataclass(frozen=True, slots=True)
class CoEngagementConfig:
    """What counts as being engaged with together.

    Attributes:
        weights: action -> weight of it; a row counts with the greatest of what a person did.
            Actions not named do not count. An impression may: where a feed was chosen for the
            person, what it showed says something.
        damping: of people who engage with much.
        shrinkage: of scores with little evidence.
        newest: rows a person counts for at most.
        k: rows kept for each row.
    """

    weights: Mapping[Action, float] = field(
        default_factory=lambda: {
            Action.CLICK: 0.5,
            Action.LONG_VIEW: 1.0,
            Action.LIKE: 1.0,
            Action.COMMENT: 1.0,
            Action.SAVE: 1.0,
            Action.SHARE: 1.0,
            Action.FOLLOW: 1.0,
            Action.PROFILE_VISIT: 1.0,
        }
    )
    damping: Damping = Damping.ROOT
    shrinkage: float = 2.0
    newest: int = 200
    k: int = 200


DEFAULT = CoEngagementConfig()


@dataclass(frozen=True, slots=True)
class Baskets:
    """What each of p people engaged with, each row once.

    Attributes:
        rows: [n] int32, the newest last within a person.
        weights: [n] float32.
        starts: [p + 1] int64.
    """

    rows: I32
    weights: F32
    starts: I64


def co_engaged_accounts(engagements: Engagements, config: CoEngagementConfig = DEFAULT) -> Links:
    """Return for each account those that the same people engaged with, best first."""
    return co_engagement(baskets(engagements, engagements.account, config), config)


def co_engaged_media(engagements: Engagements, config: CoEngagementConfig = DEFAULT) -> Links:
    """Return for each media those that the same people engaged with, best first."""
    return co_engagement(baskets(engagements, engagements.media, config), config)


def baskets(engagements: Engagements, rows: I32, config: CoEngagementConfig) -> Baskets:
    """Return the `config.newest` distinct rows each person engaged with last.

    Args:
        engagements: [n], by person and time.
        rows: [n] int32 what each engagement was with; NONE is left out.
        config: weights of actions.
    """
    by_action = np.zeros(256, np.float32)
    by_action[list(config.weights)] = list(config.weights.values())
    weight = by_action[engagements.action]
    counts = (weight > 0) & (rows != NONE)
    user, rows, weight = engagements.user[counts], rows[counts], weight[counts]
    order = np.lexsort((rows, user))  # stable: the newest of a pair comes last
    user, rows, weight = user[order], rows[order], weight[order]
    ends = np.append((user[1:] != user[:-1]) | (rows[1:] != rows[:-1]), [True] * (len(user) > 0))
    at = np.flatnonzero(ends)
    if not len(at):
        return Baskets(rows, weight, np.zeros(1, np.int64))
    best = np.maximum.reduceat(weight, np.append(0, at[:-1] + 1))
    newest_first = np.lexsort((order[at], user[at]))
    return _cut(user[at][newest_first], rows[at][newest_first], best[newest_first], config.newest)


def _cut(user: I32, rows: I32, weight: F32, newest: int) -> Baskets:
    """Keep the last `newest` of each person."""
    ends = np.flatnonzero(np.append(user[1:] != user[:-1], True))
    sizes = np.diff(ends, prepend=-1)
    kept = np.repeat(ends, sizes) - np.arange(len(user)) < newest
    starts = np.append(0, np.cumsum(np.minimum(sizes, newest))).astype(np.int64)
    return Baskets(rows[kept], weight[kept], starts)


def co_engagement(people: Baskets, config: CoEngagementConfig = DEFAULT) -> Links:
    """Return for each row of `people` the `config.k` best that share people with it."""
    size = int(people.rows.max(initial=NONE)) + 1
    person = np.repeat(np.arange(len(people.starts) - 1), np.diff(people.starts))
    by_row = np.argsort(people.rows, kind="stable")
    owners = np.append(0, np.cumsum(np.bincount(people.rows, minlength=size))).astype(np.int64)
    damp = _damp(np.diff(people.starts), config.damping)
    mass = np.bincount(people.rows, damp[person] * people.weights**2, minlength=size)
    found, scores, length = _pair(
        people.rows,
        people.weights,
        people.starts,
        (person[by_row].astype(np.int32), people.weights[by_row], owners),
        damp,
        np.sqrt(mass).astype(np.float32),
        (config.k, config.shrinkage),
    )
    return _links(found, scores, length)


def _damp(sizes: I64, damping: Damping) -> F32:
    """Return [p] float32, what each person counts for who engaged with `sizes` rows."""
    by = {
        Damping.NONE: np.ones(len(sizes)),
        Damping.ROOT: 1 / np.sqrt(np.maximum(sizes, 1)),
        Damping.LOG: 1 / np.log1p(np.maximum(sizes, 1)),
    }
    return by[damping].astype(np.float32)


def _links(found: I32, scores: F32, length: I32) -> Links:
    """Return [A, k] lists as links, without the lines that are empty."""
    lines = np.flatnonzero(length)
    index = np.full(len(length), NONE, np.int32)
    index[lines] = np.arange(len(lines), dtype=np.int32)
    return Links(index, found[lines], length[lines], scores[lines])


@kernel
def _pair(
    rows: I32,
    weights: F32,
    starts: I64,
    owners: tuple[I32, F32, I64],
    damp: F32,
    norms: F32,
    limits: tuple[int, float],
) -> tuple[I32, F32, I32]:
    """Return the best rows beside each row, their scores, and how many: [A, k], [A, k], [A].

    Args:
        rows: [n] by person.
        weights: [n].
        starts: [p + 1] bounds of people in both.
        owners: by row: person [n], weight [n], bounds [A + 1].
        damp: [p].
        norms: [A] sqrt of c(i, i).
        limits: k and shrinkage.
    """
    person, weight, bounds = owners
    k, shrinkage = limits
    size = len(norms)
    found = np.full((size, k), NONE, np.int32)
    scores = np.zeros((size, k), np.float32)
    length = np.zeros(size, np.int32)
    together = np.zeros(size, np.float32)
    touched = np.empty(size, np.int32)
    for row in range(size):
        met = 0
        for at in range(bounds[row], bounds[row + 1]):
            who = person[at]
            strength = weight[at] * damp[who]
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
                length[row] = keep_most(found[row], scores[row], length[row], j, score)
            together[j] = 0
        sort_most(found[row], scores[row], length[row])
    return found, scores, length
