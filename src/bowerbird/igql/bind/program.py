"""A whole program: its params, its bindings, its pipelines, one typed plan."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from bowerbird.core.signals import Catalog
from bowerbird.igql import ast
from bowerbird.igql.ast import Span
from bowerbird.igql.bind.expressions import Expressions
from bowerbird.igql.bind.params import Param, Value, declare
from bowerbird.igql.bind.pipelines import Pipelines, following
from bowerbird.igql.bind.scope import Entry
from bowerbird.igql.bind.stream import Stream
from bowerbird.igql.diagnostics import Code, Report
from bowerbird.igql.estimate import worst
from bowerbird.igql.frame import TYPED
from bowerbird.igql.label import Label
from bowerbird.igql.limits import Limits
from bowerbird.igql.ops import BY_NAME
from bowerbird.igql.ops.dedupe import merged
from bowerbird.igql.plan import nodes


@dataclass(frozen=True, slots=True)
class Bound:
    """A program with the values of its params put in.

    Attributes:
        stream: the plan and the type of what it gives.
        params: as declared, in order.
        sources: labels; `source` columns hold positions in it.
    """

    stream: Stream
    params: Mapping[str, Param]
    sources: tuple[str, ...]


def bind(
    source: ast.Source,
    report: Report,
    catalog: Catalog,
    limits: Limits,
    overrides: Mapping[str, Value] | None = None,
) -> Bound | None:
    """Return the typed plan of a program, None after noting every mistake in it.

    Args:
        source: the program.
        report: where mistakes and warnings go.
        catalog: the names it may use.
        limits: bounds the rows of every step.
        overrides: values of params to use in place of the defaults, checked before.
    """
    names = Expressions(report, catalog, limits, frozenset(BY_NAME))
    binder = _Binder(report, names, dict(overrides or {}))
    stream = binder.program(source)
    if stream is None or report.failed or _too_much(stream, limits.work, names.spans, report):
        return None
    labels = dict.fromkeys(label for node in nodes(stream.node) for label in node.labels)
    return Bound(stream, binder.params, tuple(labels))


def _too_much(stream: Stream, limit: int, spans: Mapping[int, Span], report: Report) -> bool:
    """Note whether all steps together may take longer than `limit` milliseconds, and which most."""
    took = worst(stream.node)
    if sum(took.values()) <= limit:
        return False
    blamed = max((id for id in took if id in spans), key=lambda id: took[id])
    message = (
        f"with all caps full this program may take {sum(took.values()):,.0f} ms, "
        f"{limit:,} at most; this step alone {took[blamed]:,.0f}"
    )
    help = "lower the caps of this step or of those before it"
    report.error(Code.TOO_MUCH_WORK, message, spans[blamed], help)
    return True


class _Binder:
    def __init__(self, report: Report, names: Expressions, overrides: dict[str, Value]) -> None:
        self.report, self.expressions = report, names
        self.pipelines = Pipelines(names)
        self.names = names.names
        self.overrides = overrides
        self.params: dict[str, Param] = {}

    def program(self, source: ast.Source) -> Stream | None:
        self.expressions.later = frozenset(
            part.name for part in source.statements if not isinstance(part, ast.Output)
        )
        outputs = [part for part in source.statements if isinstance(part, ast.Output)]
        result: Stream | None = None
        for index, statement in enumerate(source.statements):
            if isinstance(statement, ast.Param):
                self._param(statement, index)
            elif isinstance(statement, ast.Binding):
                self._binding(statement, index)
            else:
                result = self._output(statement, index)
        if not outputs:
            message = "the program gives nothing: its last line is the pipeline that it is for"
            end = max((part.span.end for part in source.statements), default=0)
            self.report.error(Code.NO_RESULT, message, Span(max(0, end - 1), end))
        for extra in outputs[:-1]:
            message = "only the last line of a program is its result; this one leads nowhere"
            help = "give it a name: `seeds = ...`"
            self.report.error(Code.SEVERAL_RESULTS, message, extra.span, help)
        for name, entry in self.names.items():
            if not entry.used and not self.report.failed:
                self.report.warning(Code.UNUSED_NAME, f"`{name}` is never used", entry.span)
        return result

    def _define(self, name: str, span: Span, entry: Entry) -> bool:
        if name in BY_NAME and name not in following():
            message = f"`{name}` is an operator and cannot be defined anew"
            self.report.error(Code.RESERVED_NAME, message, span)
            return False
        if name in self.names:
            message = f"`{name}` is defined twice"
            self.report.error(Code.DUPLICATE_NAME, message, span)
            return False
        catalog = self.expressions.catalog
        hidden = name in TYPED or any(name in known for known in catalog.signals.values())
        if hidden or any(name in heads for heads in catalog.models.values()):
            message = f"`{name}` hides a column or signal of the same name in this program"
            self.report.warning(Code.SHADOWED_NAME, message, span)
        self.names[name] = entry
        return True

    def _param(self, statement: ast.Param, index: int) -> None:
        param = declare(statement, index, self.expressions)
        if param is None:
            self.names.setdefault(statement.name, Entry(index, statement.name_span))
            return
        value = self.overrides.get(param.name, param.default)
        entry = Entry(index, statement.name_span, literal=param.literal(value))
        if self._define(param.name, statement.name_span, entry):
            self.params[param.name] = param

    def _binding(self, statement: ast.Binding, index: int) -> None:
        entry = Entry(index, statement.name_span)
        if self.pipelines.is_pipeline(statement.value):
            entry.stream = self.pipelines.pipeline(statement.value, index)
        else:
            entry.value = statement.value
        self._define(statement.name, statement.name_span, entry)

    def _output(self, statement: ast.Output, index: int) -> Stream | None:
        if not self.pipelines.is_pipeline(statement.value) and not isinstance(
            statement.value, ast.Name
        ):
            message = "the last line of a program is a pipeline, such as `user.liked()`"
            self.report.error(Code.NOT_A_PIPELINE, message, statement.value.span)
            return None
        stream = merged(self.pipelines.pipeline(statement.value, index))
        if any(isinstance(node, Label) for node in nodes(stream.node)):
            return stream  # all rows come out of a combiner, whose branches have named them
        return stream.then(Label(stream.node, self.pipelines.label(statement.value)))
