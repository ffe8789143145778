"""How the candidate's account fares with everyone."""

from __future__ import annotations

from bowerbird.core.facts import F32, I32, NONE, U8, Action
from bowerbird.core.kernels import inner
from bowerbird.features.family import Cost, Family, Feature
from bowerbird.features.scales import (
    IMPRESSION,
    decayed,
    engagements,
    fill_rates,
    log_count,
)
from bowerbird.world.probe import Whole
from bowerbird.world.rules import RECENT_HALF_LIFE
from bowerbird.world.tables import Accounts

ACCOUNT = Family(
    "account",
    (
        Feature("account_posts", "ln(1 + media)"),
        Feature("account_impressions", "ln(1 + impressions)"),
        Feature("account_recent", "ln(1 + engagements, half-life 1 day)"),
        Feature("account_click_rate", "ln(rate / prior)"),
        Feature("account_long_view_rate", "ln(rate / prior)"),
        Feature("account_like_rate", "ln(rate / prior)"),
        Feature("account_follow_rate", "ln(rate / prior)"),
        Feature("account_profile_visit_rate", "ln(rate / prior)"),
    ),
    Cost.ROW,
)

RATES = (
    int(Action.CLICK),
    int(Action.LONG_VIEW),
    int(Action.LIKE),
    int(Action.FOLLOW),
    int(Action.PROFILE_VISIT),
)


@inner
def fill_account(accounts: Accounts, owners: I32, now: Whole, want: U8, out: F32) -> None:
    """Write the columns of the accounts `owners` ([n], NONE for unknown) into `out` ([n, 8]).

    Only those that `want` ([8]) has a 1 for.
    """
    for i in range(len(owners)):
        account = owners[i]
        if account == NONE:
            continue
        if want[0]:
            out[i, 0] = log_count(accounts.posts[account])
        if want[1]:
            out[i, 1] = log_count(accounts.total[account, IMPRESSION])
        if want[2]:
            late, then = engagements(accounts.recent, account), accounts.recent_ts[account]
            out[i, 2] = log_count(decayed(late, then, now, RECENT_HALF_LIFE))
        fill_rates(accounts.total, account, RATES, want, out, i, 3)
