"""`let`: keep a column of the rows as they are now, to the end of the page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from bowerbird.core.candidates import Kind
from bowerbird.igql.bind.stream import Stream
from bowerbird.igql.diagnostics import Code
from bowerbird.igql.evaluate import stored
from bowerbird.igql.expression import Column, Expression, Literal
from bowerbird.igql.frame import TYPED, Frame
from bowerbird.igql.op import Call, Op, Rest
from bowerbird.igql.plan import Node
from bowerbird.igql.running import Run


@dataclass(frozen=True)
class Let(Node):
    """Names and what they stand for, evaluated here and carried along."""

    op: ClassVar[str] = "let"

    input: Node
    columns: tuple[tuple[str, Expression], ...]


def _rule(call: Call) -> Stream | None:
    stream, bound = call.input, []
    for name, arg in call.extra.items():
        if name in TYPED:
            message = f"`{name}` is kept by the engine and cannot be set"
            call.binder.report.error(Code.RESERVED_NAME, message, arg.name_span)
            return None
        expression = call.expression(arg.value, stream)
        if expression is None:
            return None
        bound.append((name, expression))
    if not bound:
        message = "`let` names at least one column, such as `.let(seed_id=account_id)`"
        call.binder.report.error(Code.MISSING_ARGUMENT, message, call.span)
        return None
    columns = {name: expression.type for name, expression in bound}
    fixed = {name for name, expression in bound if _constant(expression, stream)}
    after = stream.then(Let(stream.node, tuple(bound)), columns=columns)
    return after.with_constant(fixed, set(columns))


def _constant(expression: Expression, stream: Stream) -> bool:
    """Say whether all rows of a page get one value: there is one person, and literals are one."""
    if stream.kind is Kind.USERS or isinstance(expression, Literal):
        return True
    return isinstance(expression, Column) and expression.name in stream.constant


def run_let(node: Let, run: Run) -> Frame:
    """Return the same rows with the columns set."""
    frame = run.frame(node.input)
    return frame.set({name: stored(value, frame, run) for name, value in node.columns})


LET = Op(
    "let",
    (Kind.USERS, Kind.ACCOUNTS, Kind.MEDIA),
    None,
    (),
    _rule,
    Let,
    run_let,
    rest=Rest.COLUMNS,
    merged=False,
)
