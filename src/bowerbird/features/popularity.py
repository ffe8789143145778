"""How the candidate fares with everyone."""

from __future__ import annotations

from bowerbird.core.facts import F32, I32, NONE, U8, Action
from bowerbird.core.kernels import fused, inner
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
        Feature("media_profile_visit_rate", "ln(rate / prior)"),
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
    int(Action.PROFILE_VISIT),
    int(Action.HIDE),
)
RECENT_RATES = (int(Action.CLICK), int(Action.LONG_VIEW), int(Action.LIKE))

FIRST_RATE = 3
FIRST_RECENT = FIRST_RATE + len(RATES)
"""Columns at which either begins; before them are three counts."""


@inner
def fill_popularity(media: Media, rows: I32, now: Whole, want: U8, out: F32) -> None:
    """Write the columns of the media `rows` ([n], NONE for unknown) into `out` ([n, 12]).

    Only those that `want` ([12]) has a 1 for.
    """
    lately = want[1] or want[2] or want[FIRST_RECENT:].any()
    for i in range(len(rows)):
        if rows[i] == NONE:
            continue
        if want[0]:
            out[i, 0] = log_count(media.total[rows[i], IMPRESSION])
        fill_rates(media.total, rows[i], RATES, want, out, i, FIRST_RATE)
        if lately:
            fill_recent_popularity(media.recent, media.recent_ts[rows[i]], rows[i], now, out, i)


@fused
def fill_recent_popularity(
    recent: F32, then: Whole, row: Whole, now: Whole, out: F32, i: Whole
) -> None:
    """Write what fades with a half-life of a day, by line `row` of `recent`, into `out[i]`."""
    left = decayed(1.0, then, now, RECENT_HALF_LIFE)
    shown = left * recent[row, IMPRESSION]
    out[i, 1] = log_count(shown)
    out[i, 2] = log_count(left * engagements(recent, row))
    for k in range(len(RECENT_RATES)):
        prior, strength = PRIORS[RECENT_RATES[k]]
        out[i, FIRST_RECENT + k] = log_rate(
            left * recent[row, RECENT_RATES[k]], shown, prior, strength
        )
