"""Pipelines of the Ast to streams: every operator found, every kind and argument checked."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache
from typing import ClassVar

from bowerbird.core.candidates import Kind
from bowerbird.core.errors import did_you_mean
from bowerbird.core.signals import Type
from bowerbird.igql import ast
from bowerbird.igql.ast import Span
from bowerbird.igql.bind.arguments import bind_arguments
from bowerbird.igql.bind.expressions import Expressions
from bowerbird.igql.bind.scope import Scope
from bowerbird.igql.bind.stream import Stream
from bowerbird.igql.diagnostics import Code
from bowerbird.igql.functions import CALLED
from bowerbird.igql.label import Label
from bowerbird.igql.op import Branch, Call, Op, Rest, Shape
from bowerbird.igql.ops import BY_NAME
from bowerbird.igql.ops.dedupe import merged
from bowerbird.igql.plan import Node


@cache
def sources() -> tuple[str, ...]:
    """Return the operators that a pipeline starts with."""
    known = BY_NAME.values()
    return tuple(op.name for op in known if not op.takes and op.rest is Rest.NOTHING)


@cache
def combiners() -> tuple[str, ...]:
    """Return the operators that take pipelines."""
    return tuple(op.name for op in BY_NAME.values() if op.rest in (Rest.BRANCHES, Rest.WEIGHTED))


@cache
def following() -> tuple[str, ...]:
    """Return the operators that follow others."""
    return tuple(op.name for op in BY_NAME.values() if op.takes)


@dataclass(frozen=True)
class Nothing(Node):
    """Stands where a mistake left no rows to go on with; never run."""

    op: ClassVar[str] = "nothing"


LOST = Stream(Nothing(), None, rows=0, vague=True)


@dataclass(frozen=True, slots=True)
class Pipelines:
    """Binds pipelines; what the program defines is in `expressions.names`."""

    expressions: Expressions

    def is_pipeline(self, node: ast.Expr) -> bool:
        if isinstance(node, ast.Name):
            entry = self.expressions.names.get(node.id)
            return node.id in sources() or (entry is not None and entry.stream is not None)
        if isinstance(node, ast.Call):
            return node.name in BY_NAME and node.name not in CALLED
        return isinstance(node, ast.Pipe)

    def pipeline(self, node: ast.Expr, before: int) -> Stream:
        """Return the stream of a pipeline; `LOST` after noting what is wrong at its head."""
        steps: list[ast.Pipe] = []
        while isinstance(node, ast.Pipe):
            steps.append(node)
            node = node.input
        stream = self._head(node, before)
        for step in reversed(steps):
            stream = self._step(step, stream, before)
        return stream

    def _head(self, node: ast.Expr, before: int) -> Stream:
        if isinstance(node, ast.Name):
            return self._named(node, before)
        if isinstance(node, ast.Call):
            op = BY_NAME.get(node.name)
            if op is None:
                message = f"there is no operator `{node.name}`"
                help = did_you_mean(node.name, (*sources(), *combiners()))
                self.expressions.report.error(Code.UNKNOWN_OP, message, node.name_span, help)
                return LOST
            if op.takes:
                message = f"`{op.name}` follows {_kinds(op)}, here it follows nothing"
                starts = ", ".join((*sources(), *combiners()))
                help = f"steps follow a dot, as in `x.{op.name}()`; first comes {starts} or a name"
                self.expressions.report.error(Code.WRONG_KIND, message, node.name_span, help)
                return LOST
            return self._call(op, node.args, node.name_span, LOST, before)
        message = "a pipeline starts with a source, a combiner or a name"
        help = "weights stand inside `blend`" if isinstance(node, ast.Binary) else ""
        self.expressions.report.error(Code.NOT_A_PIPELINE, message, node.span, help)
        return LOST

    def _named(self, node: ast.Name, before: int) -> Stream:
        entry = self.expressions.names.get(node.id)
        if entry and entry.index < before:
            entry.used = True
            if entry.stream is not None:
                return entry.stream
            if entry.value is None and entry.literal is None:
                return LOST
            message = f"`{node.id}` is a value, not rows: no pipeline can start with it"
            self.expressions.report.error(Code.NOT_A_PIPELINE, message, node.span)
            return LOST
        if node.id in sources():
            return self._call(BY_NAME[node.id], (), node.span, LOST, before)
        pipelines = [
            name for name, known in self.expressions.names.items() if known.stream is not None
        ]
        help = did_you_mean(node.id, (*sources(), *combiners(), *pipelines))
        message = f"nothing is called `{node.id}` that a pipeline can start with"
        if node.id in self.expressions.later:
            message = f"`{node.id}` is defined further down"
            help = "a name can be used in the statements after the one that defines it"
        self.expressions.report.error(Code.UNKNOWN_NAME, message, node.span, help)
        return LOST

    def _step(self, step: ast.Pipe, stream: Stream, before: int) -> Stream:
        op = BY_NAME.get(step.name)
        if op is None or not op.takes:
            self._unknown_step(step, op, stream)
            return replace(stream, kind=None, vague=True)
        if stream.kind and stream.kind not in op.takes:
            self._wrong_kind(step, op, stream.kind)
            stream = replace(stream, kind=None)
        return self._call(op, step.args, step.name_span, stream, before)

    def _unknown_step(self, step: ast.Pipe, op: Op | None, stream: Stream) -> None:
        if op is not None:
            message = f"`{step.name}` starts a pipeline: it cannot follow one"
            self.expressions.report.error(Code.WRONG_KIND, message, step.name_span)
            return
        fitting = [
            op.name
            for op in BY_NAME.values()
            if op.takes and (not stream.kind or _fits(op, stream))
        ]
        message = f"there is no operator `{step.name}`"
        help = did_you_mean(step.name, fitting)
        if "did you mean" not in help and "did you mean" in did_you_mean(step.name, following()):
            help = did_you_mean(step.name, following())
        self.expressions.report.error(Code.UNKNOWN_OP, message, step.name_span, help)

    def _wrong_kind(self, step: ast.Pipe, op: Op, kind: Kind) -> None:
        message = f"`{op.name}` follows {_kinds(op)}, but these are {kind}"
        ways = [
            f"`{known.name}`"
            for known in BY_NAME.values()
            if kind in known.takes and known.gives in op.takes
        ]
        wanted = _kinds(op)
        help = f"from {kind} to {wanted}: {', '.join(ways)}" if ways else ""
        self.expressions.report.error(Code.WRONG_KIND, message, step.name_span, help)

    def _call(
        self,
        op: Op,
        args: tuple[ast.Arg, ...],
        name_span: Span,
        stream: Stream,
        before: int,
    ) -> Stream:
        branches: tuple[Branch, ...] = ()
        if op.rest in (Rest.BRANCHES, Rest.WEIGHTED):
            branches = self._branches(op, args, name_span, before)
            args = tuple(arg for arg in args if arg.name)
        found = bind_arguments(op, args, name_span, self.expressions, before)
        lost = replace(stream, kind=op.gives or stream.kind, vague=stream.vague or _adds(op))
        if branches:
            lost = replace(branches[0].stream, vague=True)
        if not found.ok or (stream.kind is None and op.takes) or any(_lost(b) for b in branches):
            if stream.kind:  # so that all mistakes of a call are said at once
                for placed in found.placed:
                    self.expressions.bind(placed, Scope(stream, before))
            return lost
        if op.rest in (Rest.BRANCHES, Rest.WEIGHTED) and not branches:
            return lost
        call = Call(
            op,
            name_span,
            merged(stream) if op.merged else stream,
            found.values,
            found.written,
            tuple(found.placed),
            found.extra,
            branches,
            found.spans,
            self.expressions,
            before,
        )
        after = op.rule(call)
        return lost if after is None else self._bounded(op, after, name_span)

    def _bounded(self, op: Op, stream: Stream, span: Span) -> Stream:
        self.expressions.spans[id(stream.node)] = span
        limits = self.expressions.limits
        if stream.ways > limits.branches:
            message = f"with bindings written out there are {stream.ways} branches here"
            help = f"at most {limits.branches} are run"
            self.expressions.report.error(Code.TOO_MANY_STEPS, message, span, help)
            return replace(stream, ways=1, vague=True)
        if stream.rows <= limits.rows:
            return stream
        message = (
            f"`{op.name}` can give {stream.rows:,} rows here, "
            f"a step may give at most {self.expressions.limits.rows:,}"
        )
        help = "lower the caps of this step or of those before it"
        self.expressions.report.error(Code.TOO_MANY_ROWS, message, span, help)
        return replace(stream, rows=self.expressions.limits.rows)

    def _branches(
        self, op: Op, args: tuple[ast.Arg, ...], name_span: Span, before: int
    ) -> tuple[Branch, ...]:
        placed = [arg.value for arg in args if not arg.name]
        if not placed:
            message = f"`{op.name}` needs at least one pipeline"
            self.expressions.report.error(Code.MISSING_ARGUMENT, message, name_span)
        return tuple(self._branch(op, node, before) for node in placed)

    def _branch(self, op: Op, node: ast.Expr, before: int) -> Branch:
        weight: float | None = 1.0
        whole = node
        if op.rest is Rest.WEIGHTED and isinstance(node, ast.Binary) and node.op == "*":
            weight, node = self._weight(node.left, before), node.right
        stream = self.pipeline(node, before)
        stream = merged(stream) if op.merged else stream
        if weight is None:
            stream = replace(stream, kind=None, vague=True)
        elif not _combines(node):
            stream = stream.then(Label(stream.node, self.label(node)))
        return Branch(stream, weight or 0.0, whole.span)

    def _weight(self, node: ast.Expr, before: int) -> float | None:
        literal = self.expressions.constant(node, before)
        if literal is None:
            return None
        if literal.type is Type.NUMBER and literal.value >= 0:
            return float(literal.value)
        message = "a weight is a number that is not negative"
        self.expressions.report.error(Code.WRONG_TYPE, message, node.span, "such as `0.5 * seeds`")
        return None

    def label(self, node: ast.Expr) -> str:
        """Return a name for the source of rows: `seeds.account_nn(default).posted_media`."""
        parts: list[str] = []
        while isinstance(node, ast.Pipe):
            if _hops(node.name):
                parts.append(node.name + _which(node.args))
            node = node.input
        head = node.id if isinstance(node, ast.Name) else getattr(node, "name", "")
        return ".".join([head, *reversed(parts)])


STAY = ("co_engaged", "linear")
"""Hops to rows of the kind that they start from."""


def _hops(name: str) -> bool:
    op = BY_NAME.get(name)
    return op is not None and bool(op.takes) and (op.gives is not None or name in STAY)


def _which(args: tuple[ast.Arg, ...]) -> str:
    for arg in args:
        if arg.name == "embedding_config" and isinstance(arg.value, ast.Name):
            return f"({arg.value.id})"
    return ""


def _combines(node: ast.Expr) -> bool:
    return isinstance(node, ast.Call) and node.name in combiners()


def _adds(op: Op) -> bool:
    """Say whether the columns after `op` depend on how it is called."""
    return op.rest is Rest.COLUMNS or any(arg.shape is Shape.MODEL for arg in op.args)


def _lost(branch: Branch) -> bool:
    return branch.stream.kind is None


def _fits(op: Op, stream: Stream) -> bool:
    return stream.kind in op.takes


def _kinds(op: Op) -> str:
    return " or ".join(op.takes)
