"""How the candidate fares with everyone."""

from __future__ import annotations

from bowerbird.core.facts import F32, I32, NONE, Action
from bowerbird.core.kernels import inner
from bowerbird.features.family import Cost, Family, Feature
from bowerbird.features.scales import (
    IMPRESSION,
    PRIORS,
    decayed,
    engagements,
    fill_rates,
    log_count,
    log_rate,
)
from bowerbird.world.probe import Whole
from bowerbird.world.rules import RECENT_HALF_LIFE
from bowerbird.world.tables import Media

POPULARITY = Family(
    "popularity",
    (
        Feature("media_impressions", "ln(1 + impressions)"),
        Feature("media_recent_impressions", "ln(1 + impressions, half-life 1 day)"),
        Feature("media_recent", "ln(1 + engagements, half-life 1 day)"),
        Feature("media_click_rate", "ln(rate / prior)"),
        Feature("media_long_view_rate", "ln(rate / prior)"),
        Feature("media_like_rate", "ln(rate / prior)"),
        Feature("media_save_rate", "ln(rate / prior)"),
        Feature("media_hide_rate", "ln(rate / prior)"),
        Feature("media_recent_click_rate", "ln(rate / prior), half-life 1 day"),
        Feature("media_recent_long_view_rate", "ln(rate / prior), half-life 1 day"),
        Feature("media_recent_like_rate", "ln(rate / prior), half-life 1 day"),
    ),
    Cost.ROW,
)

RATES = (
    int(Action.CLICK),
    int(Action.LONG_VIEW),
    int(Action.LIKE),
    int(Action.SAVE),
    int(Action.HIDE),
)
RECENT_RATES = (int(Action.CLICK), int(Action.LONG_VIEW), int(Action.LIKE))


@inner
def fill_popularity(media: Media, rows: I32, now: Whole, out: F32) -> None:
    """Write the columns of the media `rows` ([n], NONE for unknown) into `out` ([n, 11])."""
    for i in range(len(rows)):
        row = rows[i]
        if row == NONE:
            continue
        total, recent, then = media.total[row], media.recent[row], media.recent_ts[row]
        out[i, 0] = log_count(total[IMPRESSION])
        out[i, 1] = log_count(decayed(recent[IMPRESSION], then, now, RECENT_HALF_LIFE))
        out[i, 2] = log_count(decayed(engagements(recent), then, now, RECENT_HALF_LIFE))
        fill_rates(total, RATES, out[i, 3:])
        left = decayed(1.0, then, now, RECENT_HALF_LIFE)
        shown = left * recent[IMPRESSION]
        for k in range(len(RECENT_RATES)):
            prior, strength = PRIORS[RECENT_RATES[k]]
            out[i, 8 + k] = log_rate(left * recent[RECENT_RATES[k]], shown, prior, strength)
