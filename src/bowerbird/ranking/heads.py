"""What the net predicts: one head an outcome of an impression."""

from __future__ import annotations

from collections.abc import Mapping

from bowerbird.core.facts import Action

HEADS = (
    "click",
    "long_view",
    "like",
    "comment",
    "save",
    "share",
    "follow",
    "profile_visit",
    "hide",
)
"""Every head, in the order of the columns of labels."""

PRIORS: Mapping[str, float] = {
    "click": 0.15,
    "long_view": 0.15,
    "like": 0.05,
    "comment": 0.01,
    "save": 0.01,
    "share": 0.01,
    "follow": 0.005,
    "profile_visit": 0.02,
    "hide": 0.005,
}
"""The share of impressions each outcome follows where nothing was learned: round numbers."""

WEIGHTS: Mapping[str, float] = {
    "click": 0.1,
    "long_view": 0.2,
    "like": 1.0,
    "comment": 0.5,
    "save": 3.0,
    "share": 2.0,
    "follow": 1.0,
    "profile_visit": 0.2,
    "hide": -10.0,
}
"""What a value may weigh each by where no program says so: the middle of drawn weights."""

ACTIONS: Mapping[str, Action] = {head: Action[head.upper()] for head in HEADS}
"""What a person does for the head to be 1; a long enough view counts as `long_view` too."""

HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS

WINDOWS: Mapping[str, int] = {
    "click": HOUR_MS,
    "long_view": HOUR_MS,
    "like": 3 * HOUR_MS,
    "comment": 3 * HOUR_MS,
    "save": 3 * HOUR_MS,
    "share": 3 * HOUR_MS,
    "follow": 6 * HOUR_MS,
    "profile_visit": HOUR_MS,
    "hide": HOUR_MS,
}
"""How long after the impression (ms) an outcome still belongs to it.

A row whose window is still open when the journal ends teaches that head nothing, so a longer one
costs the newest rows; the delay curve of the examples says what a shorter one would miss.
"""

DELAYS: Mapping[str, int] = {
    "1m": 60_000,
    "10m": 600_000,
    "1h": HOUR_MS,
    "3h": 3 * HOUR_MS,
    "6h": 6 * HOUR_MS,
}
"""Where the delay curve is told: the share of a day's outcomes that came so soon (ms)."""

OF_ACCOUNT = (Action.FOLLOW, Action.PROFILE_VISIT, Action.UNFOLLOW)
"""Outcomes that belong to the impressions of an account, whichever of its media was seen."""
