"""`trending`: media that many engage with just now, kept ready by the World."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from bowerbird.core.candidates import SCORE, Kind
from bowerbird.igql.bind.stream import Stream
from bowerbird.igql.frame import Frame
from bowerbird.igql.op import Arg, Call, Op, Shape
from bowerbird.igql.plan import Node
from bowerbird.igql.running import Run


@dataclass(frozen=True)
class Listed(Node):
    """The first `k` of list `name` that were posted `within` milliseconds of now."""

    op: ClassVar[str] = "listed"

    name: str
    within: float | None
    k: int


def rule(call: Call) -> Stream:
    """Return media in the order of the list named like the operator."""
    node = Listed(call.op.name, call.values["within"], call.values["k"])
    return Stream(node, Kind.MEDIA, rows=node.k)


def run_listed(node: Listed, run: Run) -> Frame:
    """Return media in the list's order with its scores."""
    rows, scores = run.signals.listed(node.name)
    if not len(rows):
        run.warn(f"nothing yet in `{node.name}`")
    if node.within is not None and len(rows):
        recent = run.array(Kind.MEDIA, "ts")[rows] >= run.context.now - int(node.within)
        rows, scores = rows[recent], scores[recent]
    kept = slice(0, node.k)
    own = {SCORE: scores[kept].astype(np.float32)}
    return Frame(Kind.MEDIA, rows[kept].astype(np.int32), own)


ARGS = (Arg("within", Shape.DURATION, None), Arg("k", Shape.WHOLE, 1000, 1, 10_000))

TRENDING = Op("trending", (), Kind.MEDIA, ARGS, rule, Listed, run_listed)
