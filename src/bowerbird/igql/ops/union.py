"""`union`: the rows of all branches, scores as they are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from bowerbird.core.signals import Type
from bowerbird.igql.bind.stream import Stream
from bowerbird.igql.diagnostics import Code
from bowerbird.igql.frame import Frame, stack
from bowerbird.igql.op import Call, Op, Rest
from bowerbird.igql.plan import Node
from bowerbird.igql.running import Run


@dataclass(frozen=True)
class Union(Node):
    """One branch after the other; a row of two branches comes twice until it is merged."""

    op: ClassVar[str] = "union"

    branches: tuple[Node, ...]


def together(call: Call) -> Stream | None:
    """Return what the branches of a combiner have in common; note where they do not fit."""
    first, report = call.branches[0].stream, call.binder.report
    columns: dict[str, Type] = {}
    fits = True
    for branch in call.branches:
        stream = branch.stream
        if stream.kind and first.kind and stream.kind is not first.kind:
            message = (
                f"the branches of `{call.op.name}` give rows of one kind: "
                f"the first gives {first.kind}, this one {stream.kind}"
            )
            report.error(Code.WRONG_KIND, message, branch.span)
            fits = False
        for name, type in stream.columns.items():
            if columns.setdefault(name, type) is not type:
                message = f"column `{name}` is {type} here and {columns[name]} in another branch"
                report.error(Code.WRONG_TYPE, message, branch.span, "name one of them otherwise")
                fits = False
    if not fits:
        return None
    streams = [branch.stream for branch in call.branches]
    shared = frozenset.intersection(*(stream.constant for stream in streams))
    return Stream(
        first.node,
        first.kind,
        rows=sum(stream.rows for stream in streams),
        columns=columns,
        unique=all(stream.unique for stream in streams) and len(streams) == 1,
        ways=sum(stream.ways for stream in streams),
        constant=shared if len(streams) == 1 else frozenset(),
        vague=any(stream.vague for stream in streams),
    )


def _rule(call: Call) -> Stream | None:
    stream = together(call)
    node = Union(tuple(branch.stream.node for branch in call.branches))
    return None if stream is None else stream.then(node)


def run_union(node: Union, run: Run) -> Frame:
    """Return all rows, in the order of the branches."""
    frames = run.branches(node.branches)
    return stack(frames[0].kind, frames)


UNION = Op("union", (), None, (), _rule, Union, run_union, rest=Rest.BRANCHES, merged=False)
