"""How many rows each step of a plan may give, how many it will, and how long it will take."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from bowerbird.core.signals import Signals
from bowerbird.igql.cost import chance, nanoseconds
from bowerbird.igql.expression import Expression, conjuncts
from bowerbird.igql.kernels.mmr import MOST
from bowerbird.igql.near_media import NearMedia
from bowerbird.igql.ops.account_nn import AccountNn
from bowerbird.igql.ops.co_engaged import CoEngaged
from bowerbird.igql.ops.diversify_by import DiversifyBy
from bowerbird.igql.ops.explore import POOL, Explore
from bowerbird.igql.ops.first_of import FirstOf
from bowerbird.igql.ops.posted_media import POSTED, PostedMedia
from bowerbird.igql.ops.sample import Sample
from bowerbird.igql.plan import Node, nodes

EACH = ("k", "max_num_to_retrieve", "max_media_per_account")
"""Fields of nodes that say how many rows each row before them leads to at most."""

ALL = ("n", "keep")
"""Fields of nodes that say how many rows they give at most."""

FILL = 0.5
"""Share of a hop's cap that is there, where no data says otherwise."""

DISTINCT = 0.6
"""Share of rows that a merge leaves."""

MERGES = ("dedupe", "merge", "blend", "weigh")

STEP = 8.0
"""Microseconds of any step, however few its rows."""

IN: Mapping[str, float] = {
    "sample": 16,
    "best": 14,
    "merge": 15,
    "weigh": 40,
    "blend": 60,
    "dedupe": 30,
    "near_media": 25,
    "score": 20,
    "rank": 2_000,
    "two_hop": 350_000,
    "media_engaged_by": 10_000,
}
"""Nanoseconds for each row that comes in, by operator; those of `FEW` for any other."""

OUT: Mapping[str, float] = {"posted_media": 14, "near_media": 14, "account_nn": 8, "co_engaged": 8}
FEW = 5.0

SOURCES: Mapping[str, float] = {"accounts": 2_000, "media": 5_000}
"""Microseconds of sources that look at everything there is."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """What is known of a step before it runs.

    Attributes:
        most: rows it can give, all caps full.
        rows: rows it probably gives.
        micros: microseconds it probably takes, its inputs apart.
    """

    most: int
    rows: float
    micros: float


def estimates(plan: Node, signals: Signals | None = None) -> dict[int, Estimate]:
    """Return the estimate of every node of `plan`, by its `id`.

    Args:
        plan: bound, optimised or not.
        signals: whose lists say how full caps are; without them half of each is expected.
    """
    found: dict[int, Estimate] = {}
    for node in nodes(plan):
        inputs = [found[id(input)] for input in node.inputs]
        most = _most(node, [known.most for known in inputs])
        rows = min(_rows(node, [known.rows for known in inputs], signals), float(most))
        micros = _micros(node, sum(known.rows for known in inputs), rows)
        found[id(node)] = Estimate(most, rows, micros)
    return found


def worst(plan: Node) -> dict[int, float]:
    """Return the milliseconds that each node, by its `id`, takes with all caps full."""
    found: dict[int, int] = {}
    took: dict[int, float] = {}
    for node in nodes(plan):
        inputs = [found[id(input)] for input in node.inputs]
        found[id(node)] = _most(node, inputs)
        took[id(node)] = _micros(node, float(sum(inputs)), float(found[id(node)])) / 1_000
    return took


def _most(node: Node, inputs: list[int]) -> int:
    if isinstance(node, FirstOf):
        return max(inputs)
    rows = sum(inputs) if node.inputs else 1
    for name in EACH:
        rows *= getattr(node, name, 1)
    for name in ALL:
        cap = getattr(node, name, None)
        rows = rows if cap is None else min(rows, cap)
    return rows + (node.slots if isinstance(node, Explore) else 0)


def _rows(node: Node, inputs: list[float], signals: Signals | None) -> float:
    if isinstance(node, FirstOf):
        return inputs[0]
    rows = sum(inputs) if node.inputs else 1.0
    for name in EACH:
        cap = getattr(node, name, None)
        rows *= 1 if cap is None else _filled(node, name, cap, signals)
    for where in (getattr(node, "where", None), getattr(node, "then", None)):
        if where is not None and not isinstance(node, Explore):
            rows *= _share(where)
    if node.op in MERGES and rows > 1:
        rows = max(rows * DISTINCT, 1.0)
    for name in ALL:
        cap = getattr(node, name, None)
        rows = rows if cap is None else min(rows, cap)
    return rows + (node.slots if isinstance(node, Explore) else 0)


def _filled(node: Node, field: str, cap: int, signals: Signals | None) -> float:
    """Return how many of `cap` rows, which is in `field`, a row leads to on average."""
    match node:
        case AccountNn(embedding_config=embedding):
            name = f"account_nn.{embedding}"
        case NearMedia(links=links):
            name = links if field == "k" else "posted"
        case CoEngaged():
            name = "co_engaged.accounts"
        case PostedMedia():
            name = "posted"
        case _:
            return cap * (FILL if node.inputs else 1)
    parts = signals.links(name) if signals else ()
    lengths = [np.minimum(part.length, cap) for part in parts if len(part.length)]
    return float(np.concatenate(lengths).mean()) if lengths else cap * FILL


def _share(where: Expression) -> float:
    share = 1.0
    for part in conjuncts(where):
        share *= chance(part)
    return share


def _micros(node: Node, coming: float, going: float) -> float:
    nanos = coming * IN.get(node.op, FEW) + going * OUT.get(node.op, FEW)
    where = getattr(node, "where", None)
    if where is not None:
        asked = POSTED * coming if isinstance(node, PostedMedia) else coming
        asked = float(POOL) if isinstance(node, Explore) else asked
        asked = min(asked, 2.0 * node.n) if isinstance(node, Sample) else asked  # late, not of all
        for part in conjuncts(where):
            nanos += asked * nanoseconds(part)
            asked *= chance(part)
    then = getattr(node, "then", None)
    if then is not None:
        asked = going / _share(then)
        for part in conjuncts(then):
            nanos += asked * nanoseconds(part)
            asked *= chance(part)
    if isinstance(node, DiversifyBy):
        pairs = going * coming
        if node.embedding_config is not None:  # `mmr` compares vectors, of the first rows
            pairs = 50 * going * min(coming, MOST)
        nanos += 1.5 * pairs * max(len(node.columns), 1)
    return STEP + SOURCES.get(node.op, 0.0) + nanos / 1_000
