"""`linear`: to the rows that a linear model expects beside those a person has."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from bowerbird.core.candidates import SCORE, SEED_MEDIA, SIMILARITY, VIA, Column, Kind
from bowerbird.core.facts import NONE
from bowerbird.core.kernels import kernel
from bowerbird.core.signals import Type
from bowerbird.igql.bind.stream import Stream
from bowerbird.igql.frame import Frame
from bowerbird.igql.kernels.links import line_of
from bowerbird.igql.kernels.order import best_first
from bowerbird.igql.op import Arg, Call, Op, Shape
from bowerbird.igql.plan import Node
from bowerbird.igql.running import Run


@dataclass(frozen=True)
class Linear(Node):
    """The `k` rows of highest summed weight."""

    op: ClassVar[str] = "linear"

    input: Node
    k: int


@kernel
def _sum(rows: Any, scores: Any, links: Any) -> Any:
    """Sum over all rows; return what has more than 0, the row that says most of it, and its part.

    Weights below 0 count against a row: that is what makes a model of them.
    """
    index, others, length, weights = links
    total = np.zeros(len(others), np.float64)
    most = np.zeros(len(others), np.float32)
    says = np.full(len(others), NONE, np.int32)
    for i in range(len(rows)):
        line = line_of(index, rows[i])
        for j in range(0 if line < 0 else length[line]):
            to = line_of(index, others[line, j])
            if to < 0:
                continue
            total[to] += np.float64(scores[i]) * weights[line, j]
            if weights[line, j] > most[to]:
                most[to], says[to] = weights[line, j], i
    found = np.empty(len(others), np.int32)
    at = np.empty(len(others), np.int32)
    near = np.empty(len(others), np.float32)
    score = np.empty(len(others), np.float32)
    n = 0
    for line in range(len(index)):  # rows in their order, so that ties fall the same way
        to = index[line]
        if to >= 0 and total[to] > 0 and says[to] >= 0:
            found[n], at[n], near[n], score[n] = line, says[to], most[to], total[to]
            n += 1
    return found[:n], at[:n], near[:n], score[:n]


def _rule(call: Call) -> Stream:
    node = Linear(call.input.node, call.values["k"])
    return call.input.then(node, rows=node.k, unique=True)


def run_linear(node: Linear, run: Run) -> Frame:
    """Return each row once, highest sum first; its way is that of the greatest weight."""
    seeds = run.frame(node.input)
    links, _ = run.links(f"co_engaged.{seeds.kind}_linear")
    rows, at, near, score = _sum(seeds.rows, seeds.score, links)
    best = best_first(score, node.k)
    rows, at = rows[best], at[best]
    own: dict[str, Column] = {SCORE: score[best], SIMILARITY: near[best]}
    if seeds.kind is Kind.ACCOUNTS:
        own[VIA] = rows
    else:
        started = seeds.column(SEED_MEDIA, Type.MEDIA)
        own[SEED_MEDIA] = np.where(started == NONE, seeds.rows, started)[at]
    return seeds.hop(seeds.kind, rows, at, own)


LINEAR = Op(
    "linear",
    (Kind.ACCOUNTS, Kind.MEDIA),
    None,
    (Arg("k", Shape.WHOLE, 500, 1, 10_000),),
    _rule,
    Linear,
    run_linear,
)
