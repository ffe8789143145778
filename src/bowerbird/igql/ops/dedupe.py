"""`dedupe`: one row for each thing, however many ways led to it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from bowerbird.core.candidates import SCORE, Kind
from bowerbird.igql.bind.stream import Stream
from bowerbird.igql.frame import Frame
from bowerbird.igql.kernels.merge import COMBINES, merge
from bowerbird.igql.kernels.order import best_first
from bowerbird.igql.op import Arg, Call, Op, Shape
from bowerbird.igql.plan import Node
from bowerbird.igql.running import Run


@dataclass(frozen=True)
class Dedupe(Node):
    """Scores of the same row combined; its provenance is that of the strongest evidence."""

    op: ClassVar[str] = "dedupe"

    input: Node
    combine: str


def merged(stream: Stream) -> Stream:
    """Return `stream` with evidence added up, where a row can come twice."""
    if stream.unique:
        return stream
    return stream.then(Dedupe(stream.node, "sum"), unique=True)


def _rule(call: Call) -> Stream:
    if call.input.unique:
        return call.input
    return call.input.then(Dedupe(call.input.node, call.values["combine"]), unique=True)


def run_dedupe(node: Dedupe, run: Run) -> Frame:
    """Return distinct rows, best first."""
    return merge_rows(run.frame(node.input), node.combine)


def merge_rows(frame: Frame, combine: str) -> Frame:
    """Return the distinct rows of `frame` with their scores combined, best first."""
    strongest, score = merge(frame.rows, frame.score, combine)
    best = best_first(score)
    return frame.take(strongest[best], {SCORE: score[best]})


DEDUPE = Op(
    "dedupe",
    (Kind.USERS, Kind.ACCOUNTS, Kind.MEDIA),
    None,
    (Arg("combine", Shape.OPTION, "sum", options=COMBINES),),
    _rule,
    Dedupe,
    run_dedupe,
    merged=False,
)
