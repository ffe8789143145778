"""Expressions, one row at a time, in plain Python: written from `docs/igql.md` alone."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from bowerbird.igql.expression import Apply, Choices, Column, Literal, RowNumber, Signal

Ask = Callable[[str], Any]
"""Name of a column or signal -> its value for the row at hand."""

MISSING = float("nan")


def single(value: float) -> float:
    """A value as a step stores it."""
    with np.errstate(all="ignore"):
        return float(np.float32(value))


def missing(value: Any) -> bool:
    return isinstance(value, float) and math.isnan(value)


def _divide(a: float, b: float) -> float:
    if b == 0:
        if a == 0 or missing(a):
            return MISSING
        return math.copysign(math.inf, a) * math.copysign(1.0, b)
    return a / b


def _times(a: float, b: float) -> float:
    return a * b


def _log(x: float) -> float:
    if x == 0:
        return -math.inf
    return math.log(x) if x > 0 else MISSING


def _exp(x: float) -> float:
    try:
        return math.exp(x)
    except OverflowError:
        return math.inf


def _least(*values: float) -> float:
    return MISSING if any(map(missing, values)) else min(values)


def _most(*values: float) -> float:
    return MISSING if any(map(missing, values)) else max(values)


def _if(condition: bool, a: Any, b: Any) -> Any:
    return a if condition else b


PLAIN: dict[str, Callable[..., Any]] = {
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": _times,
    "/": _divide,
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
    "==": lambda a, b: a == b,
    "!=": lambda a, b: a != b,
    "between": lambda x, low, high: low <= x <= high,
    "and": lambda *parts: all(parts),
    "or": lambda *parts: any(parts),
    "not": lambda a: not a,
    "negate": lambda a: -a,
    "min": _least,
    "max": _most,
    "clip": lambda x, low, high: _least(_most(x, low), high),
    "log": _log,
    "exp": _exp,
    "sqrt": lambda x: MISSING if missing(x) or x < 0 else math.sqrt(x),
    "abs": abs,
    "if": _if,
}


def value(expression: Any, row: int, column: Ask, signal: Ask) -> Any:
    """The value of an expression for one row; numbers are in double precision."""
    if isinstance(expression, Literal):
        return expression.value
    if isinstance(expression, Column):
        return column(expression.name)
    if isinstance(expression, Signal):
        return signal(expression.name)
    if isinstance(expression, RowNumber):
        return row
    assert isinstance(expression, Apply), expression
    if expression.function == "in":
        item, choices = expression.args
        assert isinstance(choices, Choices)
        return value(item, row, column, signal) in choices.values
    args = [value(arg, row, column, signal) for arg in expression.args]
    return PLAIN[expression.function](*args)
