"""Baskets: what each person engaged with, each thing once, and how much that says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Literal, Self

import numpy as np

from bowerbird.core.errors import ConfigError
from bowerbird.core.facts import F32, I32, I64, NONE, Action
from bowerbird.ig2vec.aside import ROWS
from bowerbird.ig2vec.engagements import Engagements
from bowerbird.ig2vec.naming import choice, named


class Damping(StrEnum):
    """How much less a person counts who engaged with n rows."""

    NONE = "none"
    ROOT = "root"  # 1 / sqrt(n)
    LOG = "log"  # 1 / log(1 + n)


@dataclass(frozen=True, slots=True)
class CoEngagementConfig:
    """What counts as being engaged with together.

    Attributes:
        weights: action -> weight of it; a row counts with the greatest of what a person did.
            Actions not named do not count. `Action.IMPRESSION` may, if gathered: where a feed
            was chosen for the person, what it showed says something.
        damping: of people who engage with much.
        shrinkage: of scores with little evidence.
        newest: rows a person counts for at most.
        k: rows kept for each row.

    Raises:
        ConfigError: a value that cannot be.
    """

    weights: Mapping[Action, float] = field(
        default_factory=lambda: {
            Action.CLICK: 0.5,
            Action.LONG_VIEW: 1.0,
            Action.LIKE: 1.0,
            Action.COMMENT: 1.0,
            Action.SAVE: 1.0,
            Action.SHARE: 1.0,
            Action.FOLLOW: 1.0,
            Action.PROFILE_VISIT: 1.0,
        }
    )
    damping: Damping = Damping.ROOT
    shrinkage: float = 2.0
    newest: int = 200
    k: int = 200

    def __post_init__(self) -> None:
        least = min([*self.weights.values(), self.newest, self.k])
        if not self.weights or least <= 0 or self.shrinkage < 0:
            raise ConfigError(
                f"co-engagement has weights {self.weights}, newest {self.newest}, k {self.k} and "
                f"shrinkage {self.shrinkage}, expected all over 0, the last 0 or more"
            )

    @classmethod
    def from_dict(cls, table: Mapping[str, Any]) -> Self:
        """Return the config that `table` says, as in `bowerbird.toml`; the rest by default.

        Raises:
            ConfigError: an unknown key, action or damping.
        """
        for key in table:
            choice(cls.__slots__, key, "setting of co-engagement")
        given = dict(table)
        if "weights" in given:
            given["weights"] = {named(Action, word): w for word, w in given["weights"].items()}
        if "damping" in given:
            given["damping"] = Damping(choice(Damping, given["damping"], "damping"))
        return cls(**given)


@dataclass(frozen=True, slots=True)
class Baskets:
    """What each of p people engaged with, each row once.

    Attributes:
        rows: [n] int32, the newest last within a person.
        weights: [n] float32.
        starts: [p + 1] int64.
    """

    rows: I32
    weights: F32
    starts: I64


def baskets(
    engagements: Engagements,
    column: Literal["account", "media"],
    config: CoEngagementConfig,
    rows: int = ROWS,
) -> Baskets:
    """Return the `config.newest` distinct rows each person engaged with last.

    Args:
        engagements: [n], by person and time.
        column: what each engagement was with; where it is NONE it is left out.
        config: weights of actions.
        rows: engagements worked on at a time; the result is the same whatever it is.
    """
    parts = [
        _baskets(piece, getattr(piece, column), config) for piece in engagements.by_person(rows)
    ]
    sizes = [np.diff(part.starts) for part in parts]
    return Baskets(
        np.concatenate([np.zeros(0, np.int32), *(part.rows for part in parts)]),
        np.concatenate([np.zeros(0, np.float32), *(part.weights for part in parts)]),
        np.cumsum(np.concatenate([np.zeros(1, np.int64), *sizes])),
    )


def _baskets(piece: Engagements, rows: I32, config: CoEngagementConfig) -> Baskets:
    """Return the baskets of some people."""
    by_action = np.zeros(256, np.float32)
    by_action[list(config.weights)] = list(config.weights.values())
    weight = by_action[piece.action]
    counts = (weight > 0) & (rows != NONE)
    user, rows, weight = piece.user[counts], rows[counts], weight[counts]
    order = np.lexsort((rows, user))  # stable: the newest of a pair comes last
    user, rows, weight = user[order], rows[order], weight[order]
    ends = np.append((user[1:] != user[:-1]) | (rows[1:] != rows[:-1]), [True] * (len(user) > 0))
    at = np.flatnonzero(ends)
    if not len(at):
        return Baskets(rows, weight, np.zeros(1, np.int64))
    best = np.maximum.reduceat(weight, np.append(0, at[:-1] + 1))
    newest_first = np.lexsort((order[at], user[at]))
    return _cut(user[at][newest_first], rows[at][newest_first], best[newest_first], config.newest)


def _cut(user: I32, rows: I32, weight: F32, newest: int) -> Baskets:
    """Keep the last `newest` of each person."""
    ends = np.flatnonzero(np.append(user[1:] != user[:-1], True))
    sizes = np.diff(ends, prepend=-1)
    kept = np.repeat(ends, sizes) - np.arange(len(user)) < newest
    starts = np.append(0, np.cumsum(np.minimum(sizes, newest))).astype(np.int64)
    return Baskets(rows[kept], weight[kept], starts)


def damp(sizes: I64, damping: Damping) -> F32:
    """Return [p] float32, what each person counts for who engaged with `sizes` rows."""
    by = {
        Damping.NONE: np.ones(len(sizes)),
        Damping.ROOT: 1 / np.sqrt(np.maximum(sizes, 1)),
        Damping.LOG: 1 / np.log1p(np.maximum(sizes, 1)),
    }
    return by[damping].astype(np.float32)
