"""The functions and operators of the expression language: how each is typed and computed.

All arithmetic is in double precision; a column is rounded to float32 only when a step stores it.
A missing number is NaN: it is neither below nor above anything.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from bowerbird.core.signals import Type

N, D, T, B = Type.NUMBER, Type.DURATION, Type.TIME, Type.BOOL
ORDERED = (N, D, T)

Values = Any
"""[n] float64, bool or integers, or one such value for all rows."""

TypeRule = Callable[[tuple[Type, ...]], Type | None]


@dataclass(frozen=True, slots=True)
class Function:
    """One function.

    Attributes:
        type_of: types of the arguments -> type of the result, None where they do not fit.
        compute: values of the arguments -> values.
        wants: what the arguments have to be, in words.
        least: fewest arguments.
        most: most arguments.
    """

    type_of: TypeRule
    compute: Callable[..., Values]
    wants: str
    least: int = 2
    most: int = 2


def _pairs(table: dict[tuple[Type, Type], Type]) -> TypeRule:
    return lambda types: table.get((types[0], types[1]))


def _compare(types: tuple[Type, ...]) -> Type | None:
    return B if types[0] == types[1] and types[0] in ORDERED else None


def _equate(types: tuple[Type, ...]) -> Type | None:
    return B if types[0] == types[1] else None


def _number(types: tuple[Type, ...]) -> Type | None:
    return N if types == (N,) else None


def _bools(types: tuple[Type, ...]) -> Type | None:
    return B if all(type is B for type in types) else None


def _alike(types: tuple[Type, ...]) -> Type | None:
    return types[0] if types[0] in ORDERED and len(set(types)) == 1 else None


def _same_sign(types: tuple[Type, ...]) -> Type | None:
    return types[0] if types[0] in (N, D) else None


def _among(types: tuple[Type, ...]) -> Type | None:
    return B if len(set(types)) == 1 and types[0] in ORDERED else None


def _choose(types: tuple[Type, ...]) -> Type | None:
    return types[1] if types[0] is B and types[1] == types[2] else None


def _fold(step: Callable[[Values, Values], Values]) -> Callable[..., Values]:
    def compute(first: Values, *rest: Values) -> Values:
        for value in rest:
            first = step(first, value)
        return first

    return compute


def _between(item: Values, low: Values, high: Values) -> Values:
    return (item >= low) & (item <= high)


def _clip(item: Values, low: Values, high: Values) -> Values:
    return np.minimum(np.maximum(item, low), high)


MANY = 64

FUNCTIONS: dict[str, Function] = {
    "+": Function(
        _pairs({(N, N): N, (D, D): D, (T, D): T, (D, T): T}),
        np.add,
        "two numbers, two durations, or a time and a duration",
    ),
    "-": Function(
        _pairs({(N, N): N, (D, D): D, (T, D): T, (T, T): D}),
        np.subtract,
        "two numbers, two durations, two times, or a time and a duration",
    ),
    "*": Function(
        _pairs({(N, N): N, (D, N): D, (N, D): D}),
        np.multiply,
        "two numbers, or a number and a duration",
    ),
    "/": Function(
        _pairs({(N, N): N, (D, N): D, (D, D): N}),
        np.divide,
        "two numbers, two durations, or a duration and a number",
    ),
    "<": Function(_compare, np.less, "two numbers, two durations or two times"),
    "<=": Function(_compare, np.less_equal, "two numbers, two durations or two times"),
    ">": Function(_compare, np.greater, "two numbers, two durations or two times"),
    ">=": Function(_compare, np.greater_equal, "two numbers, two durations or two times"),
    "==": Function(_equate, np.equal, "two values of one type"),
    "!=": Function(_equate, np.not_equal, "two values of one type"),
    "in": Function(_equate, np.isin, "a value and a list of its type"),
    "between": Function(_among, _between, "three values of one type that has an order", 3, 3),
    "and": Function(_bools, _fold(np.logical_and), "conditions", 2, MANY),
    "or": Function(_bools, _fold(np.logical_or), "conditions", 2, MANY),
    "not": Function(_bools, np.logical_not, "a condition", 1, 1),
    "negate": Function(_same_sign, np.negative, "a number or a duration", 1, 1),
    "min": Function(_alike, _fold(np.minimum), "values of one type that has an order", 2, MANY),
    "max": Function(_alike, _fold(np.maximum), "values of one type that has an order", 2, MANY),
    "clip": Function(_alike, _clip, "a value, the lowest and the highest, of one type", 3, 3),
    "log": Function(_number, np.log, "a number", 1, 1),
    "exp": Function(_number, np.exp, "a number", 1, 1),
    "sqrt": Function(_number, np.sqrt, "a number", 1, 1),
    "abs": Function(_same_sign, np.abs, "a number or a duration", 1, 1),
    "if": Function(_choose, np.where, "a condition and two values of one type", 3, 3),
}
"""Everything that computes, by name; those with letters are called, the others stand between."""

CALLED = tuple(
    name
    for name in FUNCTIONS
    if name.isidentifier() and name not in ("in", "between", "and", "or", "not", "negate")
)
"""The functions a program can call by name."""
