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

ACTIONS: Mapping[str, Action] = {head: Action[head.upper()] for head in HEADS}
"""What a person does for the head to be 1; a long enough view counts as `long_view` too."""

DAY_MS = 24 * 3_600_000

WINDOWS: Mapping[str, int] = dict.fromkeys(HEADS, DAY_MS)
"""How long after the impression (ms) an outcome still belongs to it."""

OF_ACCOUNT = (Action.FOLLOW, Action.PROFILE_VISIT, Action.UNFOLLOW)
"""Outcomes that belong to the impressions of an account, whichever of its media was seen."""
