"""The three passes of the funnel: what each reads, and how large it is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from bowerbird.features.compute import FEATURES, NAMES
from bowerbird.features.family import Cost, Dtype

FIRST, SECOND, FINAL = "first_pass", "second_pass", "final_pass"
DEFAULT = "default"
"""Another name of the final pass."""

CHEAP: tuple[str, ...] = (
    "geometry_mean",
    "geometry_best",
    "topic_main",
    "topic_best",
    "topic_unknown",
    "lift_topic",
    "lift_type",
    "lift_vector",
    "lift_now_topic",
    "lift_now_type",
    "lift_now_vector",
    "taste_share",
    "affinity",
    "affinity_rate",
    "affinity_idle",
    "affinity_engagements",
    "account_posts",
    "account_recent",
    "account_click_rate",
    "account_long_view_rate",
    "account_like_rate",
    "account_follow_rate",
    "media_impressions",
    "media_recent",
    "media_click_rate",
    "media_long_view_rate",
    "media_like_rate",
    "media_save_rate",
    "media_hide_rate",
    "media_recent_click_rate",
    "media_age",
)
"""What the first pass reads of a candidate.

A dozen lines of memory: that a column of a line read anyway costs a logarithm is why there are more
columns than that. With 16 of them, and nothing of the request, it kept .853 of the final pass's top
25 among its first 50; with `OF_THE_REQUEST` and what was here before `lift` .938, with these .962;
of a final pass that hears each feature by itself as well, .946; of one of four members .933 to .946
by training, with larger layers.
"""

OF_THE_REQUEST: tuple[str, ...] = tuple(
    feature.name
    for family in FEATURES
    if family.cost is Cost.REQUEST and family.dtype is Dtype.DENSE
    for feature in family.features
)
"""What the first pass reads of the person and the moment: worked out once, the same in all rows."""


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
    FIRST: Spec(FIRST, (*CHEAP, *OF_THE_REQUEST), hidden=(64, 32), epochs=2, patience=1),
}
"""By name, in the order they are trained: the teacher before those it teaches."""
