"""What has been between the person and the candidate's account."""

from __future__ import annotations

import numpy as np

from bowerbird.core.facts import F32, I32, NONE, U8, Action
from bowerbird.core.kernels import inner
from bowerbird.features.family import Cost, Family, Feature
from bowerbird.features.scales import (
    ENGAGED_PRIOR,
    UNKNOWN_SPAN,
    decayed,
    engagements,
    log_count,
    log_hours,
    log_rate,
    log_weight,
)
from bowerbird.world.probe import Whole, find_pair
from bowerbird.world.rules import AFFINITY_HALF_LIFE
from bowerbird.world.tables import Pairs

AFFINITY = Family(
    "affinity",
    (
        Feature("affinity", "ln(1 + weight of engagements, half-life 30 days), negative for hides"),
        Feature("affinity_engagements", "ln(1 + engagements)"),
        Feature("affinity_impressions", "ln(1 + impressions)"),
        Feature("affinity_rate", "ln(rate of any engagement / prior)"),
        Feature("affinity_idle", "ln(1 + hours) since the last engagement", UNKNOWN_SPAN),
        Feature("affinity_follows", "1 where the person follows it"),
        Feature("affinity_long_views", "ln(1 + long views)"),
        Feature("affinity_likes", "ln(1 + likes)"),
        Feature("affinity_saves", "ln(1 + saves)"),
        Feature("affinity_hides", "ln(1 + hides)"),
    ),
    Cost.PROBE,
)

IMPRESSION = int(Action.IMPRESSION)
FOLLOW = int(Action.FOLLOW)
BY_ACTION = (int(Action.LONG_VIEW), int(Action.LIKE), int(Action.SAVE), int(Action.HIDE))


@inner
def fill_affinity(pairs: Pairs, user: Whole, owners: I32, now: Whole, want: U8, out: F32) -> None:
    """Write the columns of `user` and the accounts `owners` ([n], NONE for unknown) into `out`.

    `out` is [n, 10]; only those that `want` ([10]) has a 1 for.
    """
    by_action = want[6:].any()
    for i in range(len(owners)):
        at = find_pair(pairs.key, user, owners[i])
        if at == NONE:
            continue
        since = 1000 * np.int64(pairs.second[at])
        done, shown = engagements(pairs.counts, at), pairs.counts[at, IMPRESSION]
        if want[0]:
            weight = decayed(pairs.affinity[at], since, now, AFFINITY_HALF_LIFE)
            out[i, 0] = log_weight(weight)
        out[i, 1] = log_count(done)
        if want[2]:
            out[i, 2] = log_count(shown)
        out[i, 3] = log_rate(done, shown, ENGAGED_PRIOR[0], ENGAGED_PRIOR[1])
        out[i, 4] = log_hours(since, now)
        out[i, 5] = 1.0 if pairs.counts[at, FOLLOW] > 0.0 else 0.0
        for k in range(len(BY_ACTION) if by_action else 0):
            out[i, 6 + k] = log_count(pairs.counts[at, BY_ACTION[k]])
