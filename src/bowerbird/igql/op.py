"""What an operator is: its name, what it takes and gives, and how a call of it is bound."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum, StrEnum
from typing import Any

from bowerbird.core.candidates import Kind
from bowerbird.core.signals import Type
from bowerbird.igql import ast
from bowerbird.igql.ast import Span
from bowerbird.igql.bind.expressions import Expressions
from bowerbird.igql.bind.scope import WORDS, Scope
from bowerbird.igql.bind.stream import Stream
from bowerbird.igql.diagnostics import Code
from bowerbird.igql.expression import Expression
from bowerbird.igql.plan import Node
from bowerbird.igql.running import Runner


class Shape(StrEnum):
    """What an argument has to be, in the words of an error."""

    WHOLE = "a whole number"
    NUMBER = "a number"
    DURATION = "a duration"
    OPTION = "one of its options"
    EMBEDDING = "the name of an embedding"
    MODEL = "the name of a ranking model"
    ACTIONS = "a list of actions"
    MEDIA_TYPES = "a list of media types"
    EXPRESSION = "an expression over the rows"


class Need(Enum):
    """Marks an argument without a default."""

    REQUIRED = "required"


REQUIRED = Need.REQUIRED


@dataclass(frozen=True, slots=True)
class Arg:
    """One argument of an operator.

    Attributes:
        default: as the node holds it; None for "no limit" or "not asked for".
        low: smallest value, included.
        high: largest value, included.
        options: what an `OPTION` can be.
        placed: whether it can be given by place, before any named one.
    """

    name: str
    shape: Shape
    default: Any = REQUIRED
    low: float | None = None
    high: float | None = None
    options: tuple[str, ...] = ()
    placed: bool = False


class Rest(StrEnum):
    """What else a call may hold."""

    NOTHING = "nothing"
    COLUMNS = "columns"  # any `name=expression`
    THRESHOLDS = "thresholds"  # `NAME_threshold=number`
    PLACED = "placed"  # any number of expressions by place
    BRANCHES = "branches"  # pipelines by place
    WEIGHTED = "weighted"  # `weight * pipeline` by place


@dataclass(frozen=True, slots=True)
class Branch:
    """One pipeline inside a combiner."""

    stream: Stream
    weight: float
    span: Span


@dataclass(frozen=True, slots=True)
class Call:
    """One use of an operator, its constant arguments bound.

    Attributes:
        span: of its name.
        input: the rows before it; for sources and combiners a stream without rows.
        values: name of argument -> value; every argument of a constant shape is there.
        written: name of argument -> what was written, for shape `EXPRESSION`.
        placed: expressions given by place, for `Rest.PLACED`.
        extra: arguments by names of the author's, for `Rest.COLUMNS` and `THRESHOLDS`.
        spans: name of argument -> where it was given.
    """

    op: Op
    span: Span
    input: Stream
    values: Mapping[str, Any]
    written: Mapping[str, ast.Expr]
    placed: tuple[ast.Expr, ...]
    extra: Mapping[str, ast.Arg]
    branches: tuple[Branch, ...]
    spans: Mapping[str, Span]
    binder: Expressions
    before: int

    def expression(
        self, node: ast.Expr, stream: Stream, type: Type | None = None, model: str = ""
    ) -> Expression | None:
        """Bind an expression over the rows of `stream`; note it when it is not of `type`."""
        bound = self.binder.bind(node, Scope(stream, self.before, model))
        if bound is None or type is None or bound.type is type:
            return bound
        message = f"`{self.op.name}` takes {WORDS[type]} here, found {WORDS[bound.type]}"
        self.binder.report.error(Code.WRONG_TYPE, message, node.span)
        return None

    def given(
        self, name: str, stream: Stream, type: Type | None = None, model: str = ""
    ) -> Expression | None:
        """Bind the argument `name` of shape `EXPRESSION`; None where it was not given."""
        node = self.written.get(name)
        return None if node is None else self.expression(node, stream, type, model)


Rule = Callable[[Call], Stream | None]
"""A call -> the stream after it, None after noting what is wrong."""


@dataclass(frozen=True, slots=True)
class Op:
    """An operator.

    Attributes:
        takes: kinds of stream it can follow; none for sources and combiners.
        gives: kind of its rows, None where they stay what they were.
        rule: its type rule.
        node: the plan node that its rule makes.
        run: the kernel of `node`: reads its inputs through `Run`.
        merged: whether evidence for one row has to be merged before it.
        doc: a sentence about it; those of the language itself have `docs/igql.md`.
    """

    name: str
    takes: tuple[Kind, ...]
    gives: Kind | None
    args: tuple[Arg, ...]
    rule: Rule
    node: type[Node]
    run: Runner
    rest: Rest = Rest.NOTHING
    merged: bool = True
    doc: str = ""
