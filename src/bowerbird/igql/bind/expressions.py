"""Expressions of the Ast to typed expressions: every name found, every type checked."""

from __future__ import annotations

from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import singledispatchmethod

import numpy as np

from bowerbird.core.candidates import Kind
from bowerbird.core.errors import did_you_mean
from bowerbird.core.signals import Catalog, Type
from bowerbird.igql import ast
from bowerbird.igql.ast import Span
from bowerbird.igql.bind.fold import fold
from bowerbird.igql.bind.scope import (
    ALIASES,
    OWN_IDS,
    OWN_NAMES,
    WORDS,
    Entry,
    Scope,
    codes,
    listed,
    short,
)
from bowerbird.igql.diagnostics import Code, Report
from bowerbird.igql.expression import (
    ENUMS,
    Apply,
    Choices,
    Column,
    Expression,
    Literal,
    RowNumber,
    Signal,
)
from bowerbird.igql.extend import extensions
from bowerbird.igql.functions import CALLED, FUNCTIONS
from bowerbird.igql.limits import Limits


@dataclass(slots=True)
class Expressions:
    """Binds expressions, and holds the names that a program defines.

    Attributes:
        operators: names of operators, to tell a step from a function.
        names: what was defined so far.
        later: every name that the program defines anywhere.
        spent: parts bound so far.
        spans: `id` of a plan node -> the operator that made it.
    """

    report: Report
    catalog: Catalog
    limits: Limits
    operators: frozenset[str] = frozenset()
    names: dict[str, Entry] = field(default_factory=dict)
    later: frozenset[str] = frozenset()
    spent: int = 0
    spans: dict[int, Span] = field(default_factory=dict)

    def bind(self, node: ast.Expr, scope: Scope, expect: Type | None = None) -> Expression | None:
        """Return the typed expression, None after noting what is wrong.

        Args:
            node: the expression as written.
            scope: the names it can use.
            expect: a type whose names (`like`, `photo`) stand for values here.
        """
        self.spent += 1
        if self.spent > self.limits.expansion + 1:
            return None
        if self.spent > self.limits.expansion:
            message = f"with bindings written out there are over {self.limits.expansion:,} parts"
            self.report.error(Code.TOO_LONG, message, node.span)
            return None
        if isinstance(node, ast.Name):
            return self._name(node, scope, expect)
        return self._bind(node, scope)

    def constant(self, node: ast.Expr, before: int) -> Literal | None:
        """Return the value of an expression of literals and params, folded."""
        bound = self.bind(node, Scope(None, before))
        return None if bound is None else fold(bound)

    @singledispatchmethod
    def _bind(self, node: ast.Expr, scope: Scope) -> Expression | None:
        message = "a pipeline cannot stand here: a value is expected"
        self.report.error(Code.NOT_A_VALUE, message, node.span)
        return None

    @_bind.register
    def _(self, node: ast.Number, scope: Scope) -> Expression | None:
        return self._literal(node.value, Type.NUMBER, node.span)

    @_bind.register
    def _(self, node: ast.Duration, scope: Scope) -> Expression | None:
        return self._literal(node.ms, Type.DURATION, node.span)

    @_bind.register
    def _(self, node: ast.Truth, scope: Scope) -> Expression | None:
        return Literal(node.value, Type.BOOL)

    @_bind.register
    def _(self, node: ast.Listing, scope: Scope) -> Expression | None:
        message = "a list cannot stand here: a single value is expected"
        self.report.error(Code.NOT_A_VALUE, message, node.span, "lists go after `in`")
        return None

    @_bind.register
    def _(self, node: ast.Unary, scope: Scope) -> Expression | None:
        function = "negate" if node.op == "-" else node.op
        return self._apply(function, (node.operand,), node.span, scope, shown=node.op)

    @_bind.register
    def _(self, node: ast.Logic, scope: Scope) -> Expression | None:
        return self._apply(node.op, node.parts, node.span, scope)

    @_bind.register
    def _(self, node: ast.Between, scope: Scope) -> Expression | None:
        return self._apply("between", (node.item, node.low, node.high), node.span, scope)

    @_bind.register
    def _(self, node: ast.Binary, scope: Scope) -> Expression | None:
        if node.op not in ("==", "!="):
            return self._apply(node.op, (node.left, node.right), node.span, scope)
        first, second = self._pair(node.left, node.right, scope)
        return self._typed(node.op, (first, second), node.span, node.op)

    @_bind.register
    def _(self, node: ast.Member, scope: Scope) -> Expression | None:
        item = self.bind(node.item, scope)
        if not isinstance(node.options, ast.Listing):
            message = "`in` takes a list, such as `[photo, video]`"
            self.report.error(Code.WRONG_TYPE, message, node.options.span)
            return None
        expect = item.type if item else None
        bound = [self.bind(option, scope, expect) for option in node.options.items]
        values = [fold(value) for value in bound if value is not None]
        if item is None or len(values) < len(bound):
            return None
        for value, option in zip(values, node.options.items, strict=True):
            if value is None or value.type != item.type:
                message = f"what stands before `in` is {WORDS[item.type]}, and this is not"
                self.report.error(Code.WRONG_TYPE, message, option.span)
                return None
        known = tuple(value.value for value in values if value)
        return Apply("in", (item, Choices(known, item.type)), Type.BOOL)

    @_bind.register
    def _(self, node: ast.Call, scope: Scope) -> Expression | None:
        if node.name not in CALLED:
            message = f"there is no function `{node.name}`"
            help = did_you_mean(node.name, CALLED)
            if node.name in self.operators:
                message = f"`{node.name}` gives rows: a value is expected here"
            self.report.error(Code.UNKNOWN_FUNCTION, message, node.name_span, help)
            return None
        for arg in node.args:
            if arg.name:
                message = f"`{node.name}` takes its arguments by place, found the name `{arg.name}`"
                self.report.error(Code.UNKNOWN_ARGUMENT, message, arg.name_span)
                return None
        function = FUNCTIONS[node.name]
        if not function.least <= len(node.args) <= function.most:
            wants = f"`{node.name}` takes {function.wants}"
            message = f"{wants}, found {len(node.args)} arguments"
            few = len(node.args) < function.least
            code = Code.MISSING_ARGUMENT if few else Code.TOO_MANY_ARGUMENTS
            self.report.error(code, message, node.span)
            return None
        return self._apply(node.name, tuple(arg.value for arg in node.args), node.span, scope)

    def _literal(self, value: float, type: Type, span: Span) -> Expression | None:
        if np.isfinite(value):
            return Literal(value, type)
        self.report.error(Code.OUT_OF_RANGE, "this number is too large", span)
        return None

    def _pair(
        self, left: ast.Expr, right: ast.Expr, scope: Scope
    ) -> tuple[Expression | None, Expression | None]:
        """Bind both sides of `==`; the side that is typed tells what a name on the other means."""
        if isinstance(left, ast.Name) and not self._defined(left.id, scope):
            second = self.bind(right, scope)
            return self.bind(left, scope, second.type if second else None), second
        first = self.bind(left, scope)
        return first, self.bind(right, scope, first.type if first else None)

    def _apply(
        self,
        function: str,
        parts: tuple[ast.Expr, ...],
        span: Span,
        scope: Scope,
        shown: str = "",
    ) -> Expression | None:
        bound = tuple(self.bind(part, scope) for part in parts)
        return self._typed(function, bound, span, shown or function)

    def _typed(
        self, function: str, args: tuple[Expression | None, ...], span: Span, shown: str
    ) -> Expression | None:
        known = tuple(arg for arg in args if arg is not None)
        if len(known) < len(args):
            return None
        types = tuple(arg.type for arg in known)
        result = FUNCTIONS[function].type_of(types)
        if result is None:
            found = f"`{shown}` takes {FUNCTIONS[function].wants}, found {listed(types)}"
            self.report.error(Code.WRONG_TYPE, found, span)
            return None
        return Apply(function, known, result)

    def _name(self, node: ast.Name, scope: Scope, expect: Type | None) -> Expression | None:
        name = ALIASES.get(node.id, node.id)
        if expect is not None and name in codes(expect):
            return Literal(codes(expect)[name], expect)
        entry = self.names.get(name)
        if entry and entry.index < scope.before:
            return self._own(node, entry, scope)
        found = self._of_rows(name, scope)
        if found is None and not self._excused(name, scope):
            self._unknown(node, name, scope, expect)
        return found

    def _excused(self, name: str, scope: Scope) -> bool:
        """Say whether an earlier mistake may be why nobody knows `name`: not for a near miss."""
        vague = scope.stream is not None and scope.stream.vague
        return vague and not get_close_matches(name, self.known(scope), n=1)

    def _own(self, node: ast.Name, entry: Entry, scope: Scope) -> Expression | None:
        entry.used = True
        if entry.literal:
            return entry.literal
        if entry.value is not None:
            return self.bind(entry.value, Scope(scope.stream, entry.index, scope.model))
        if entry.stream is None:
            return None
        message = f"`{node.id}` is a pipeline: a value is expected here"
        self.report.error(Code.NOT_A_VALUE, message, node.span)
        return None

    def _of_rows(self, name: str, scope: Scope) -> Expression | None:
        stream = scope.stream
        if name in self.catalog.models.get(scope.model, ()):
            return Column(name, Type.NUMBER)
        if stream is None or stream.kind is None:
            return None
        own, type = OWN_IDS[stream.kind]
        if name in stream.columns:
            return Column(name, stream.columns[name])
        if name == own:
            return RowNumber(type)
        if (brief := short(name, stream.kind)) and brief in stream.columns:
            return Column(brief, stream.columns[brief])
        return self._signal(stream.kind, name)

    def _signal(self, kind: Kind, name: str) -> Expression | None:
        own = self.catalog.signals.get(kind, {}).get(name)
        if own:
            return Signal(kind, name, own)
        added = extensions().signals.get((kind, name))
        return Signal(kind, name, added.type, added=True) if added else None

    def _defined(self, name: str, scope: Scope) -> bool:
        entry = self.names.get(name)
        visible = entry is not None and entry.index < scope.before
        return visible or self._of_rows(ALIASES.get(name, name), scope) is not None

    def known(self, scope: Scope) -> set[str]:
        """Return every name that stands for a value in `scope`."""
        names = {
            name
            for name, entry in self.names.items()
            if entry.index < scope.before and entry.stream is None
        }
        names.update(self.catalog.models.get(scope.model, ()))
        if scope.stream and scope.stream.kind:
            kind = scope.stream.kind
            names.update(scope.stream.columns, self.catalog.signals.get(kind, {}))
            names.update(name for of, name in extensions().signals if of is kind)
            names.add(OWN_IDS[kind][0])
        return names

    def _unknown(self, node: ast.Name, name: str, scope: Scope, expect: Type | None) -> None:
        if expect is not None and expect in ENUMS:
            message = f"there is no {WORDS[expect].split(' ', 1)[1]} `{node.id}`"
            help = did_you_mean(node.id, codes(expect))
            self.report.error(Code.UNKNOWN_OPTION, message, node.span, help)
            return
        known = self.catalog.models.get(scope.model) or self.known(scope)
        message, help = self._why(node.id, scope), did_you_mean(node.id, known)
        if name in self.later:
            message = f"`{name}` is defined further down"
            help = "a name can be used in the statements after the one that defines it"
        elif name in OWN_NAMES and scope.stream:
            help = f"keep it from earlier rows with `.let({name}={name})`; {help}"
        self.report.error(Code.UNKNOWN_NAME, message, node.span, help)

    def _why(self, name: str, scope: Scope) -> str:
        if scope.model:
            return f"model `{scope.model}` predicts no `{name}`, and rows have nothing of that name"
        if scope.stream is None:
            return f"`{name}` is not a param, and only params and numbers are known here"
        if any(name in heads for heads in self.catalog.models.values()):
            return f"`{name}` is predicted by a model: it is known from `rank` on, not before"
        return f"{scope.stream.kind} have nothing called `{name}`"
