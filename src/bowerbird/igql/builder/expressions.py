"""Expressions over rows, by Python's own operators."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Any, Literal, TypeAlias

from bowerbird.igql import ast
from bowerbird.igql.builder.written import Written, checked, duration, number, together, word


class Expr(Written):
    """A value of each row. `&`, `|` and `~` stand for `and`, `or` and `not`."""

    __slots__ = ()

    def named(self, name: str) -> Expr:
        """Return the same value under a name of its own, as `name = ...` gives it."""
        binding = ast.Binding(checked(name), self.node)
        return Expr(ast.Name(name), together(self.definitions, (binding,)))

    def is_in(self, options: Iterable[Value]) -> Expr:
        """Return whether it is one of `options`."""
        parts = [value(option) for option in options]
        listing = ast.Listing(tuple(part.node for part in parts))
        known = together(self.definitions, *(part.definitions for part in parts))
        return Expr(ast.Member(self.node, listing), known)

    def between(self, low: Value, high: Value) -> Expr:
        """Return whether it is within `low` and `high`, both included."""
        first, last = value(low), value(high)
        known = together(self.definitions, first.definitions, last.definitions)
        return Expr(ast.Between(self.node, first.node, last.node), known)

    def _with(self, op: str, other: Any, *, turned: bool = False) -> Expr:
        left, right = (value(other), self) if turned else (self, value(other))
        known = together(left.definitions, right.definitions)
        return Expr(ast.Binary(op, left.node, right.node), known)

    def _logic(self, op: str, other: Expr | bool) -> Expr:
        right = value(other)
        known = together(self.definitions, right.definitions)
        return Expr(ast.Logic(op, (*_parts(op, self.node), right.node)), known)

    def __add__(self, other: Value) -> Expr:
        return self._with("+", other)

    def __radd__(self, other: Value) -> Expr:
        return self._with("+", other, turned=True)

    def __sub__(self, other: Value) -> Expr:
        return self._with("-", other)

    def __rsub__(self, other: Value) -> Expr:
        return self._with("-", other, turned=True)

    def __mul__(self, other: Value) -> Expr:
        if isinstance(other, Expr | float | int | str | timedelta):
            return self._with("*", other)
        return NotImplemented  # a stream makes a branch of it

    def __rmul__(self, other: float) -> Expr:
        return self._with("*", other, turned=True)

    def __truediv__(self, other: Value) -> Expr:
        return self._with("/", other)

    def __rtruediv__(self, other: Value) -> Expr:
        return self._with("/", other, turned=True)

    def __neg__(self) -> Expr:
        return Expr(ast.Unary("-", self.node), self.definitions)

    def __invert__(self) -> Expr:
        return Expr(ast.Unary("not", self.node), self.definitions)

    def __and__(self, other: Expr | bool) -> Expr:
        return self._logic("and", other)

    def __or__(self, other: Expr | bool) -> Expr:
        return self._logic("or", other)

    def __lt__(self, other: Value) -> Expr:
        return self._with("<", other)

    def __le__(self, other: Value) -> Expr:
        return self._with("<=", other)

    def __gt__(self, other: Value) -> Expr:
        return self._with(">", other)

    def __ge__(self, other: Value) -> Expr:
        return self._with(">=", other)

    def __eq__(self, other: object) -> Expr:  # type: ignore[override]  # a condition, not a truth
        return self._with("==", other)

    def __ne__(self, other: object) -> Expr:  # type: ignore[override]  # as above
        return self._with("!=", other)

    __hash__ = None  # type: ignore[assignment]  # what is not equal as Python has it has no hash

    def __bool__(self) -> bool:
        raise TypeError("a value of rows is neither true nor false here: write &, | and ~")


Value: TypeAlias = Expr | float | bool | str | timedelta
"""What stands for a value: text is a duration (`30d`) or a name (`photo`)."""


def _parts(op: str, node: ast.Expr) -> tuple[ast.Expr, ...]:
    return node.parts if isinstance(node, ast.Logic) and node.op == op else (node,)


def value(given: Value) -> Expr:
    """Return what `given` is in a program."""
    if isinstance(given, Expr):
        return given
    if isinstance(given, bool):
        return Expr(ast.Truth(given))
    if isinstance(given, str):
        return Expr(word(given))
    return Expr(duration(given) if isinstance(given, timedelta) else number(given))


class _Row:
    """Names of columns, signals and predictions: `row.spam`, `row["from"]`."""

    def __getattr__(self, name: str) -> Expr:
        if name.startswith("__"):
            raise AttributeError(name)
        return Expr(ast.Name(checked(name)))

    def __getitem__(self, name: str) -> Expr:
        return Expr(ast.Name(checked(name)))


row = _Row()
"""The row that an expression is about."""


def param(
    name: str,
    type: Literal["int", "float", "bool", "duration"],
    default: float | bool | str | timedelta,
    *,
    within: tuple[float | str | timedelta, float | str | timedelta] | None = None,
) -> Expr:
    """Return a param that the program's caller can set; `within` is its range."""
    low, high = (value(end).node for end in within) if within else (None, None)
    made = ast.Param(checked(name), type, value(default).node, low, high)
    return Expr(ast.Name(name), (made,))


def _call(name: str, *given: Value) -> Expr:
    parts = [value(part) for part in given]
    args = tuple(ast.Arg("", part.node) for part in parts)
    return Expr(ast.Call(name, args), together(*(part.definitions for part in parts)))


def minimum(*values: Value) -> Expr:
    """Return the smallest: `min` of the language."""
    return _call("min", *values)


def maximum(*values: Value) -> Expr:
    """Return the largest: `max` of the language."""
    return _call("max", *values)


def clip(x: Expr, low: Value, high: Value) -> Expr:
    """Return `x` cut to `low` and `high`."""
    return _call("clip", x, low, high)


def absolute(x: Expr) -> Expr:
    """Return `x` without its sign: `abs` of the language."""
    return _call("abs", x)


def log(x: Expr) -> Expr:
    """Return the natural logarithm."""
    return _call("log", x)


def exp(x: Expr) -> Expr:
    """Return e to the `x`."""
    return _call("exp", x)


def sqrt(x: Expr) -> Expr:
    """Return the square root."""
    return _call("sqrt", x)


def either(condition: Expr, a: Value, b: Value) -> Expr:
    """Return `a` where the condition holds, else `b`: `if` of the language."""
    return _call("if", condition, a, b)
