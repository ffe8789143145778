"""A linear model of what goes together: each row predicted from all others a person has.

EASE (Steck, Embarrassingly Shallow Autoencoders for Sparse Data, WWW 2019): with G the rows' Gram
matrix over people and P = (G + ridge I)^-1, the weight of row i for row j is -P(i, j) / P(j, j),
none for itself. Unlike a cosine it knows what two rows share with a third, so that weights can be
summed without counting the same evidence twice; negative weights carry half of that and are kept.
People who engage with much say less of each pair.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, Self

import numpy as np

from bowerbird.core.errors import ConfigError
from bowerbird.core.facts import F32, I32, I64, NONE, Action
from bowerbird.core.kernels import kernel
from bowerbird.core.signals import Links
from bowerbird.ig2vec.baskets import Baskets, CoEngagementConfig, Damping, baskets, damp
from bowerbird.ig2vec.engagements import Engagements
from bowerbird.ig2vec.naming import choice, named


@dataclass(frozen=True, slots=True)
class LinearConfig:
    """How the weights are solved for.

    Attributes:
        weights: action -> weight of it; a row counts with the greatest of what a person did.
        damping: of a person's counts in the Gram matrix, by how many rows they engaged with.
        ridge: added to the diagonal; more of it trusts little evidence less.
        newest: rows a person counts for at most.
        k: weights kept for each row, those farthest from 0.
        most: rows of the model at most, those that most people engaged with; the solution takes
            their cube in time (7,583 rows: half a minute on two cores) and 12 bytes x their square.

    Raises:
        ConfigError: a value that cannot be.
    """

    weights: Mapping[Action, float] = field(default_factory=lambda: CoEngagementConfig().weights)
    damping: Damping = Damping.ROOT
    ridge: float = 60.0
    newest: int = 200
    k: int = 1_000
    most: int = 10_000

    def __post_init__(self) -> None:
        least = min([*self.weights.values(), self.ridge, self.newest, self.k, self.most])
        if not self.weights or least <= 0:
            raise ConfigError(
                f"the linear model has weights {self.weights}, ridge {self.ridge}, newest "
                f"{self.newest}, k {self.k} and most {self.most}, expected all over 0"
            )

    @classmethod
    def from_dict(cls, table: Mapping[str, Any]) -> Self:
        """Return the config that `table` says, as in `bowerbird.toml`; the rest by default.

        Raises:
            ConfigError: an unknown key, action or damping.
        """
        for key in table:
            choice(cls.__slots__, key, "setting of the linear model")
        given = dict(table)
        if "weights" in given:
            given["weights"] = {named(Action, word): w for word, w in given["weights"].items()}
        if "damping" in given:
            given["damping"] = Damping(choice(Damping, given["damping"], "damping"))
        return cls(**given)


DEFAULT = LinearConfig()


def linear_media(engagements: Engagements, config: LinearConfig = DEFAULT) -> Links:
    """Return for each media its weights for others, greatest first; they can be below 0."""
    return linear(_people(engagements, "media", config), config)


def linear_accounts(engagements: Engagements, config: LinearConfig = DEFAULT) -> Links:
    """Return for each account its weights for others, greatest first; they can be below 0."""
    return linear(_people(engagements, "account", config), config)


def _people(
    engagements: Engagements, column: Literal["account", "media"], config: LinearConfig
) -> Baskets:
    counted = CoEngagementConfig(weights=config.weights, newest=config.newest)
    return baskets(engagements, column, counted)


def linear(people: Baskets, config: LinearConfig = DEFAULT) -> Links:
    """Return for each modelled row of `people` the `config.k` weights farthest from 0."""
    size = int(people.rows.max(initial=NONE)) + 1
    counts = np.bincount(people.rows, minlength=size)
    modelled = np.sort(np.argsort(-counts, kind="stable")[: config.most])
    modelled = modelled[counts[modelled] > 0].astype(np.int32)
    index = np.full(size, NONE, np.int32)
    index[modelled] = np.arange(len(modelled))
    if not len(modelled):
        return Links(index, np.zeros((0, 0), np.int32), index[:0], np.zeros((0, 0), np.float32))
    counts_for = damp(np.diff(people.starts), config.damping)
    shared = gram(index[people.rows], people.weights, people.starts, counts_for, len(modelled))
    lines, scores = farthest(solved(shared, config.ridge), config.k)
    length = np.full(len(modelled), lines.shape[1], np.int32)
    others: I32 = modelled[lines].astype(np.int32)
    return Links(index, others, length, scores)


def solved(shared: F32, ridge: float) -> F32:
    """Return the weights [n, n] of each row for each column, from a Gram matrix [n, n].

    Example: two rows that three people each have, two of them both.
        >>> solved(np.array([[3, 2], [2, 3]], np.float32), 1.0).round(3).tolist()
        [[0.0, 0.5], [0.5, 0.0]]
    """
    diagonal = np.diag_indices(len(shared))
    inverse = shared.copy()
    inverse[diagonal] += np.float32(ridge)
    inverse = np.linalg.inv(inverse)
    inverse /= -inverse[diagonal]
    inverse[diagonal] = 0
    weights: F32 = inverse
    return weights


def farthest(weights: F32, k: int) -> tuple[I32, F32]:
    """Return columns and values [n, min(k, n - 1)] of those farthest from 0, greatest first.

    The diagonal is left out.
    """
    n = len(weights)
    kept = np.empty((n, min(k, n - 1)), np.int32)
    for line, row in enumerate(weights):  # n partitions of n: little beside solving for them
        size = np.abs(row)
        size[line] = -1
        kept[line] = np.argpartition(-size, kept.shape[1])[: kept.shape[1]]
    values = np.take_along_axis(weights, kept, 1)
    order = np.lexsort((kept, -values), axis=1)
    return np.take_along_axis(kept, order, 1), np.take_along_axis(values, order, 1)


@kernel
def gram(lines: I32, weights: F32, starts: I64, counts_for: F32, n: int) -> F32:
    """Return [n, n] the sum over people of what they count for x weight x weight.

    Args:
        lines: [e] by person, NONE for what is not modelled.
        weights: [e].
        starts: [p + 1] bounds of people in both.
        counts_for: [p].
        n: lines there are.
    """
    shared = np.zeros((n, n), np.float32)
    for who in range(len(counts_for)):
        for a in range(starts[who], starts[who + 1]):
            if lines[a] == NONE:
                continue
            strength = weights[a] * counts_for[who]
            for b in range(starts[who], starts[who + 1]):
                if lines[b] != NONE:
                    shared[lines[a], lines[b]] += strength * weights[b]
    return shared
