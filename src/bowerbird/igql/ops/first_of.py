"""`first_of`: the first branch that has enough, so that the others cost nothing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from bowerbird.igql.bind.stream import Stream
from bowerbird.igql.frame import Frame
from bowerbird.igql.op import Arg, Call, Op, Rest, Shape
from bowerbird.igql.ops.union import together
from bowerbird.igql.plan import Node
from bowerbird.igql.running import Run


@dataclass(frozen=True)
class FirstOf(Node):
    """The first branch with at least `least` rows; where none has, the one with the most."""

    op: ClassVar[str] = "first_of"

    branches: tuple[Node, ...]
    least: int


def _rule(call: Call) -> Stream | None:
    stream = together(call)
    if stream is None:
        return None
    branches = tuple(branch.stream.node for branch in call.branches)
    rows = max(branch.stream.rows for branch in call.branches)
    return stream.then(FirstOf(branches, call.values["min"]), rows=rows, unique=True)


def run_first_of(node: FirstOf, run: Run) -> Frame:
    """Return the rows of one branch; later ones are not run once one has enough."""
    best = run.frame(node.branches[0])
    for branch in node.branches:
        frame = run.frame(branch)
        best = frame if len(frame) > len(best) else best
        if len(frame) >= node.least:
            return frame
        if len(best) and run.late():
            run.partial = True
            break
    run.note(f"no branch has {node.least} rows")
    return best


FIRST_OF = Op(
    "first_of",
    (),
    None,
    (Arg("min", Shape.WHOLE, 1, 1, 10_000),),
    _rule,
    FirstOf,
    run_first_of,
    rest=Rest.BRANCHES,
)
