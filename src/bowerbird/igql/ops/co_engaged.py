"""`co_engaged`: to the accounts or the media that the same people engage with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from bowerbird.core.candidates import SCORE, SEED_MEDIA, SIMILARITY, VIA, Column, Kind
from bowerbird.core.facts import NONE
from bowerbird.core.signals import Type
from bowerbird.igql.bind.stream import Stream
from bowerbird.igql.frame import Frame
from bowerbird.igql.kernels.links import expand
from bowerbird.igql.op import Arg, Call, Op, Shape
from bowerbird.igql.plan import Node
from bowerbird.igql.running import LinkArrays, Run


@dataclass(frozen=True)
class CoEngaged(Node):
    """At most `k` rows that go with each row, of its own kind."""

    op: ClassVar[str] = "co_engaged"

    input: Node
    k: int


def _rule(call: Call) -> Stream:
    node = CoEngaged(call.input.node, call.values["k"])
    return call.input.then(node, rows=call.input.rows * node.k, unique=False)


def run_co_engaged(node: CoEngaged, run: Run) -> Frame:
    """Return a row for each pair; what goes with two rows is two rows."""
    seeds = run.frame(node.input)
    return follow(seeds, node.k, run.links(f"co_engaged.{seeds.kind}"))


def follow(seeds: Frame, k: int, links: tuple[LinkArrays, LinkArrays]) -> Frame:
    """Return a row for each of `seeds` and one of the at most `k` of its own kind it leads to."""
    at, rows, near, score = expand(seeds.rows, seeds.score, k, links)
    own: dict[str, Column] = {SCORE: score, SIMILARITY: near}
    if seeds.kind is Kind.ACCOUNTS:
        own[VIA] = rows
    else:
        started = seeds.column(SEED_MEDIA, Type.MEDIA)
        own[SEED_MEDIA] = np.where(started == NONE, seeds.rows, started)[at]
    return seeds.hop(seeds.kind, rows, at, own)


CO_ENGAGED = Op(
    "co_engaged",
    (Kind.ACCOUNTS, Kind.MEDIA),
    None,
    (Arg("k", Shape.WHOLE, 50, 1, 500),),
    _rule,
    CoEngaged,
    run_co_engaged,
)
