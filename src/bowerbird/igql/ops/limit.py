"""`limit`: the first rows only."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from bowerbird.core.candidates import Kind
from bowerbird.igql.bind.stream import Stream
from bowerbird.igql.frame import Frame
from bowerbird.igql.op import Arg, Call, Op, Shape
from bowerbird.igql.plan import Node
from bowerbird.igql.running import Run


@dataclass(frozen=True)
class Limit(Node):
    """The first `n` rows in the order they have."""

    op: ClassVar[str] = "limit"

    input: Node
    n: int


def _rule(call: Call) -> Stream:
    node = Limit(call.input.node, call.values["n"])
    return call.input.then(node, rows=min(call.input.rows, node.n))


def run_limit(node: Limit, run: Run) -> Frame:
    """Return the first rows."""
    frame = run.frame(node.input)
    return frame if len(frame) <= node.n else frame.take(np.arange(node.n))


LIMIT = Op(
    "limit",
    (Kind.USERS, Kind.ACCOUNTS, Kind.MEDIA),
    None,
    (Arg("n", Shape.WHOLE, low=1, high=250_000, placed=True),),
    _rule,
    Limit,
    run_limit,
)
