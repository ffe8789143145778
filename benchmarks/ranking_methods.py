"""What a way to rank is, and the columns that all of them read."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from importlib.util import find_spec
from typing import Any

import numpy as np
from numpy.typing import NDArray
from ranking_rows import Parts

from bowerbird.core.facts import F64, I32, I64
from bowerbird.features.compute import NAMES, SPARSE
from bowerbird.ranking.examples import Examples
from bowerbird.ranking.heads import HEADS
from bowerbird.ranking.passes import OF_THE_REQUEST

Settings = Mapping[str, Any]
THREADS = 1


@dataclass(frozen=True, slots=True)
class Scores:
    """Logits of the held and of the examined rows, [rows, heads] each.

    `chances` tells whether they are more than an order.
    """

    held: F64
    examined: F64
    chances: bool = True


Ranker = Callable[[Examples, Parts, tuple[str, ...], Settings, int], Scores]
"""Rows, who learns from what, heads, settings, seed -> scores."""


@dataclass(frozen=True, slots=True)
class Method:
    """A way to rank, with its settings.

    Attributes:
        rank: learns and scores.
        chosen: the settings of the table: of those `--tune` tries, the best on validation days.
        grid: what it tries.
        needs: the module it comes from.
    """

    name: str
    rank: Ranker
    chosen: Settings
    grid: tuple[Settings, ...] = ()
    needs: str = "numpy"

    def installed(self) -> bool:
        """Return whether it can run here."""
        return find_spec(self.needs) is not None


def one_by_one(
    learn: Callable[[str], Callable[[I64], F64]], parts: Parts, heads: tuple[str, ...]
) -> Scores:
    """Return the scores of a method that learns each head by itself."""
    scorers = [learn(head) for head in heads]

    def said(rows: I64) -> F64:
        return np.stack([scorer(rows) for scorer in scorers], axis=1)

    return Scores(said(parts.held), said(parts.examined))


def categories(examples: Examples) -> tuple[tuple[str, ...], I32]:
    """Return the names and values [n, S + 1] of the sparse features and the surface."""
    surface = examples.surface.astype(np.int32)[:, None]
    return (*SPARSE, "surface"), np.concatenate([examples.sparse, surface], axis=1)


def labels_of(examples: Examples, rows: I64, head: str) -> NDArray[np.bool_]:
    """Return which of `rows` are positive."""
    positive: NDArray[np.bool_] = examples.labels[rows, HEADS.index(head)] == 1
    return positive


def lists_of(examples: Examples, rows: I64) -> I64:
    """Return the list each row is ordered in: the person's rows on one surface."""
    return examples.user[rows].astype(np.int64) * 64 + examples.surface[rows] + 1


def at_one_moment(examples: Examples, rows: I64) -> Examples:
    """Return the examples with what says who asks and when alike in each list of `rows`.

    A list runs over days and a page is one moment: what all candidates of a request share cannot
    order a page, and orders a list by the clock, for a person's rates move with what they do.
    """
    _, of = np.unique(lists_of(examples, rows), return_inverse=True)
    _, first = np.unique(of, return_index=True)
    features, sparse = examples.features.copy(), examples.sparse.copy()
    for name in OF_THE_REQUEST:
        column = NAMES.index(name)
        means = np.bincount(of, features[rows, column]) / np.bincount(of)
        features[rows, column] = means[of]
    for name in ("hour", "weekday"):
        column = SPARSE.index(name)
        sparse[rows, column] = sparse[rows[first], column][of]
    return replace(examples, features=features, sparse=sparse)
