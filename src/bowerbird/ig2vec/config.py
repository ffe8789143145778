"""What an embedding learns from, and how: one frozen value a named embedding."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any, Self

import numpy as np

from bowerbird.core.errors import ConfigError
from bowerbird.core.facts import ENGAGEMENTS, F32, U8, Action, MediaType
from bowerbird.ig2vec.naming import choice, named

POSITIVE = (
    "dim",
    "window",
    "negatives",
    "epochs",
    "lr",
    "start_scale",
    "warm",
    "min_count",
    "session_gap_ms",
    "max_sentence",
    "max_words",
    "threads",
    "duplicate",
)
"""The numbers of a config that must be over 0."""

NOT_NEGATIVE = (
    "persons",
    "rest",
    "half_life_days",
    "centre",
    "spectral",
    "smoothing",
    "decay",
    "subsample",
    "min_session",
    "popularity",
)
"""The numbers that may be 0 too."""


class ScoreRule(StrEnum):
    """How near one account is to another."""

    COSINE = "cosine"  # of the input vectors: alike, whether known or not
    CONTEXT = "context"  # unit input . output + popularity * log count: likely to come next


@dataclass(frozen=True, slots=True)
class EmbeddingConfig:
    """A choice of actions and media types, and how to learn from them.

    Attributes:
        name: what IGQL calls it.
        actions: the engagements whose accounts are words.
        weights: action -> share of the epochs, in (0, 1], in which such a word is read; 1 where
            not named.
        media_types: only engagements with media of these types; empty for every engagement, those
            with the account itself (follow, profile visit) among them.
        persons: a person is read as a word of their own before every so many words; 0 for never.
        dim: width of the vectors.
        window: largest distance between two words of a pair; each epoch draws 1..window a word.
        negatives: words drawn a pair that should not go with it.
        epochs: passes over the corpus.
        lr: learning rate at the start, falling in a line to 1 % of it.
        decay: pull of both vectors towards 0 a step, against learning by heart; 0 for none.
        start_scale: input vectors start uniform in +-start_scale / dim, output vectors at 0.
        warm: what `lr` is multiplied by when training goes on from an earlier embedding.
        rest: share of its earlier vector that an account keeps when training goes on and none of
            its words is new, less the more are; 0 for none, under 1. Over 0 a first learning reads
            the corpus twice and is the mean of both.
        centre: share of the mean of all words that is taken off each vector in the end, 0 for none;
            not under `ScoreRule.CONTEXT`, for what everybody is shown does come next.
        spectral: weight of which accounts the same people engage with, whenever they do, beside
            what sentences taught; 0 for none; not under `ScoreRule.CONTEXT`.
        smoothing: share of its neighbours' mean that each vector takes on after that; 0 for none.
        negative_exponent: negatives are drawn in proportion to count ** this.
        subsample: words with a larger share of the corpus are read less often (word2vec's t); 0
            for never.
        min_count: accounts with fewer words in the corpus get no vector.
        session_gap_ms: a longer pause begins a new sentence.
        min_session: under this mean number of distinct accounts a session, a person's whole order
            is read instead.
        max_sentence: longer sentences are cut into pieces.
        max_words: only a person's newest words, so that nobody scrolls the corpus full.
        half_life_days: a word that much older than the newest is read half as often; 0 for alike.
        duplicate: cosine, before smoothing, from which an account is a near-duplicate of a better
            known one, and counts for half in lists that hold both; over 1 for never.
        rule: how neighbours are scored.
        popularity: weight of log count under `ScoreRule.CONTEXT`.
        threads: 1 gives the same bits for the same seed; more are faster and lock-free.
        seed: of every random draw.

    Raises:
        ConfigError: a value that cannot be.
    """

    name: str = "default"
    actions: tuple[Action, ...] = (
        Action.CLICK,
        Action.LONG_VIEW,
        Action.LIKE,
        Action.COMMENT,
        Action.SAVE,
        Action.SHARE,
        Action.FOLLOW,
        Action.PROFILE_VISIT,
    )
    weights: Mapping[Action, float] = field(default_factory=lambda: {Action.CLICK: 0.5})
    media_types: tuple[MediaType, ...] = ()
    persons: int = 4
    dim: int = 64
    window: int = 8
    negatives: int = 5
    epochs: int = 25
    lr: float = 0.1
    decay: float = 0.015
    start_scale: float = 20.0
    warm: float = 0.25
    rest: float = 0.65
    centre: float = 1.0
    spectral: float = 0.7
    smoothing: float = 0.6
    negative_exponent: float = 0.75
    subsample: float = 1e-3
    min_count: int = 3
    session_gap_ms: int = 30 * 60_000
    min_session: float = 2.0
    max_sentence: int = 200
    max_words: int = 5_000
    half_life_days: float = 0.0
    duplicate: float = 0.98
    rule: ScoreRule = ScoreRule.COSINE
    popularity: float = 0.3
    threads: int = 1
    seed: int = 0

    def __post_init__(self) -> None:
        never = [action.name.lower() for action in self.actions if action not in ENGAGEMENTS]
        if never or not self.actions:
            raise self._wrong(f"actions {never or 'none'}", "engagements")
        for name in POSITIVE:
            if not getattr(self, name) > 0:
                raise self._wrong(f"{name} {getattr(self, name)}", "over 0")
        for name in NOT_NEGATIVE:
            if getattr(self, name) < 0:
                raise self._wrong(f"{name} {getattr(self, name)}", "0 or more")
        if self.rest >= 1:
            raise self._wrong(f"rest {self.rest}", "0 or more, under 1")
        for action, weight in self.weights.items():
            if not 0 < weight <= 1:
                raise self._wrong(f"weight {weight} of {action.name.lower()}", "over 0, at most 1")

    def _wrong(self, given: str, expected: str) -> ConfigError:
        return ConfigError(f"embedding {self.name!r} has {given}, expected {expected}")

    def action_mask(self) -> U8:
        """Return [256] uint8, 1 at the codes of `actions`."""
        mask = np.zeros(256, np.uint8)
        mask[list(self.actions)] = 1
        return mask

    def action_weights(self) -> F32:
        """Return [256] float32, the weight of each of `actions` by code, 0 elsewhere."""
        weights = np.zeros(256, np.float32)
        for action in self.actions:
            weights[action] = self.weights.get(action, 1.0)
        return weights

    def to_dict(self) -> dict[str, Any]:
        """Return the config as JSON can hold it, actions and media types by name."""
        return asdict(self) | {
            "actions": [action.name.lower() for action in self.actions],
            "weights": {action.name.lower(): weight for action, weight in self.weights.items()},
            "media_types": [media_type.name.lower() for media_type in self.media_types],
        }

    @classmethod
    def from_dict(cls, table: Mapping[str, Any]) -> Self:
        """Return the config that `table` says, as in `bowerbird.toml`; the rest by default.

        Raises:
            ConfigError: an unknown key, action, media type or rule.
        """
        known = cls.__slots__
        for key in table:
            choice(known, key, "setting of an embedding")
        given = dict(table)
        if "actions" in given:
            given["actions"] = tuple(named(Action, word) for word in given["actions"])
        if "weights" in given:
            given["weights"] = {named(Action, word): w for word, w in given["weights"].items()}
        if "media_types" in given:
            given["media_types"] = tuple(named(MediaType, word) for word in given["media_types"])
        if "rule" in given:
            given["rule"] = ScoreRule(choice(ScoreRule, given["rule"], "rule to score by"))
        return cls(**given)
