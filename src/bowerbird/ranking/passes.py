"""The three passes of the funnel: what each reads, and how large it is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from bowerbird.features.compute import NAMES

FIRST, SECOND, FINAL = "first_pass", "second_pass", "final_pass"
DEFAULT = "default"
"""Another name of the final pass."""

CHEAP: tuple[str, ...] = (
    "geometry_mean",
    "geometry_best",
    "topic_main",
    "topic_unknown",
    "taste_share",
    "is_live",
    "affinity_rate",
    "affinity_idle",
    "affinity_engagements",
    "account_posts",
    "account_recent",
    "account_like_rate",
    "account_follow_rate",
    "media_long_view_rate",
    "media_hide_rate",
    "media_age",
)
"""What the first pass reads: those whose shuffling among a request's candidates moved the light
net's top the most, each a handful of reads a candidate."""


@dataclass(frozen=True, slots=True)
class Spec:
    """One model of the funnel.

    Attributes:
        name: a program calls it by this.
        features: dense columns it reads.
        hidden: widths of its layers; those of the deep net are its own.
        deep: whether it reads sparse features and attends to recent accounts.
        epochs: passes over the examples, at most.
        patience: of them, without a better validation.
        rate: of learning, at the start.
    """

    name: str
    features: tuple[str, ...]
    hidden: tuple[int, ...] = ()
    deep: bool = False
    epochs: int = 8
    patience: int = 2
    rate: float = 2e-3


PASSES: Mapping[str, Spec] = {
    FINAL: Spec(FINAL, NAMES, deep=True, epochs=6, rate=1e-3),
    SECOND: Spec(SECOND, NAMES, hidden=(64, 32), epochs=5, patience=1),
    FIRST: Spec(FIRST, CHEAP, hidden=(32, 16), epochs=2, patience=1),
}
"""By name, in the order they are trained: the teacher before those it teaches."""
