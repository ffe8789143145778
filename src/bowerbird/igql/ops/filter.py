"""`filter`: keep the rows that a condition holds for."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar

from bowerbird.core.candidates import SCORE, Kind
from bowerbird.core.signals import Type
from bowerbird.igql import ast
from bowerbird.igql.bind.stream import Stream
from bowerbird.igql.diagnostics import Code
from bowerbird.igql.expression import Expression, all_of
from bowerbird.igql.frame import VALUE, Frame
from bowerbird.igql.keep import Parts, keep, parts_of
from bowerbird.igql.op import Call, Op, Rest
from bowerbird.igql.ops.dedupe import Dedupe
from bowerbird.igql.ops.let import Let
from bowerbird.igql.ops.limit import Limit
from bowerbird.igql.ops.rank import Rank
from bowerbird.igql.plan import Node
from bowerbird.igql.rules.reading import columns_read
from bowerbird.igql.running import Run

THRESHOLD = "_threshold"


@dataclass(frozen=True)
class Filter(Node):
    """Keep rows that `where` holds for; a comparison with a missing number does not hold."""

    op: ClassVar[str] = "filter"

    input: Node
    where: Expression

    @cached_property
    def parts(self) -> Parts:
        """The parts of `where`."""
        return parts_of(self.where)


def _rule(call: Call) -> Stream | None:
    conditions = [call.expression(node, call.input, Type.BOOL) for node in call.placed]
    for name, arg in call.extra.items():
        signal = ast.Name(name.removesuffix(THRESHOLD), arg.name_span)
        below = ast.Binary("<", signal, arg.value, arg.span)
        conditions.append(call.expression(below, call.input, Type.BOOL))
    if not conditions:
        message = "`filter` takes a condition, such as `.filter(not seen)`"
        call.binder.report.error(Code.MISSING_ARGUMENT, message, call.span)
    known = [condition for condition in conditions if condition is not None]
    if not known or len(known) < len(conditions):
        return None
    where = all_of(*known)
    _warn_if_late(call, where)
    return call.input.then(Filter(call.input.node, where))


def _warn_if_late(call: Call, where: Expression) -> None:
    """Say so where a ranker scores rows that this filter drops, and could have been spared them."""
    reads, node = columns_read(where), call.input.node
    while not isinstance(node, Rank):
        if not isinstance(node, STAYS):
            return
        if isinstance(node, Let) and reads & {name for name, _ in node.columns}:
            return
        node = node.input
    if reads & {*node.heads, SCORE, VALUE}:
        return
    message = "this filter needs nothing that `rank` predicts, and stands after it"
    help = "put it before `rank`: rows that it drops need no prediction, and `keep` counts the rest"
    call.binder.report.warning(Code.LATE_FILTER, message, call.span, help)


STAYS = (Dedupe, Filter, Let, Limit)
"""Steps over which a filter looks back for a ranker."""


def run_filter(node: Filter, run: Run) -> Frame:
    """Return the rows that pass, in their order."""
    return keep(node.parts, run.frame(node.input), run)


FILTER = Op(
    "filter",
    (Kind.USERS, Kind.ACCOUNTS, Kind.MEDIA),
    None,
    (),
    _rule,
    Filter,
    run_filter,
    rest=Rest.THRESHOLDS,
    merged=False,
)
