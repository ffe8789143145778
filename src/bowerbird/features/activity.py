"""How active the person is, and how easily pleased."""

from __future__ import annotations

import numpy as np

from bowerbird.core.facts import F32, NONE, U8, Action
from bowerbird.core.kernels import inner
from bowerbird.features.family import Cost, Family, Feature
from bowerbird.features.scales import (
    IMPRESSION,
    UNKNOWN_SPAN,
    decayed,
    engagements,
    fill_rates,
    log_count,
    log_hours,
    spread,
)
from bowerbird.world.probe import Whole
from bowerbird.world.rules import RECENT_HALF_LIFE
from bowerbird.world.tables import Users

ACTIVITY = Family(
    "activity",
    (
        Feature("user_engagements", "ln(1 + engagements)"),
        Feature("user_recent", "ln(1 + engagements, half-life 1 day)"),
        Feature("user_impressions", "ln(1 + impressions)"),
        Feature("user_click_rate", "ln(rate / prior)"),
        Feature("user_long_view_rate", "ln(rate / prior)"),
        Feature("user_like_rate", "ln(rate / prior)"),
        Feature("user_hide_rate", "ln(rate / prior)"),
        Feature("user_idle", "ln(1 + hours)", UNKNOWN_SPAN),
    ),
    Cost.REQUEST,
)

RATES = (int(Action.CLICK), int(Action.LONG_VIEW), int(Action.LIKE), int(Action.HIDE))
ALL: U8 = np.ones(len(ACTIVITY.features), np.uint8)


@inner
def fill_activity(users: Users, user: Whole, now: Whole, out: F32) -> None:
    """Write the columns of one person into every row of `out` ([n, 8])."""
    if user == NONE or len(out) == 0:
        return
    recent = engagements(users.recent, user)
    out[0, 0] = log_count(engagements(users.total, user))
    out[0, 1] = log_count(decayed(recent, users.recent_ts[user], now, RECENT_HALF_LIFE))
    out[0, 2] = log_count(users.total[user, IMPRESSION])
    fill_rates(users.total, user, RATES, ALL, out, 0, 3)
    out[0, 7] = log_hours(users.last_ts[user], now)
    spread(out)
