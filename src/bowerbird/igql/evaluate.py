"""Expressions over frames, column by column."""

from __future__ import annotations

from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from bowerbird.core.candidates import Column as Values
from bowerbird.core.candidates import Mask
from bowerbird.core.facts import F64
from bowerbird.core.signals import Type
from bowerbird.igql.expression import (
    Apply,
    Choices,
    Column,
    Expression,
    Literal,
    RowNumber,
    Signal,
)
from bowerbird.igql.extend import extensions
from bowerbird.igql.frame import ABSENT, Frame
from bowerbird.igql.functions import FUNCTIONS
from bowerbird.igql.running import Run

Scalar = TypeVar("Scalar", bound=np.generic)

FEW = 500
"""Rows of which it costs little more to look up all of `Run.origin` than one column of it."""

MEASURED = (Type.NUMBER, Type.DURATION, Type.TIME)


def compute(expression: Expression, frame: Frame, run: Run) -> Any:
    """Return the values of `expression`: [n], or one value for all rows."""
    match expression:
        case Apply(function=function, args=args):
            return FUNCTIONS[function].compute(*[compute(arg, frame, run) for arg in args])
        case Literal(value=value):
            return value
        case Column(name=name, type=type):
            return _double(_column(name, type, frame, run), type)
        case Signal(type=type):
            return _double(_signal(expression, frame, run), type)
        case Choices(values=values):
            return np.array(values)
        case RowNumber():
            return frame.rows


def _column(name: str, type: Type, frame: Frame, run: Run) -> Values:
    """Return one column; of few rows all that the program will ask of where they came from."""
    if name in run.origin and len(frame) <= FEW:
        return frame.columns({**run.origin, name: type})[name]
    return frame.column(name, type)


def _signal(signal: Signal, frame: Frame, run: Run) -> Values:
    kind, name = signal.kind, signal.name
    if signal.added:
        return extensions().signals[kind, name].compute(run.signals, frame.rows, run.context)
    return run.signals.compute(kind, name, frame.rows, run.context)


def _double(values: Values, type: Type) -> Values:
    return values.astype(np.float64) if type in MEASURED else values


def numbers(expression: Expression, frame: Frame, run: Run) -> F64:
    """Return the value of a number for each row, [n] float64."""
    with np.errstate(all="ignore"):
        values = compute(expression, frame, run)
    return _for_each(values, len(frame), np.float64)


def stored(expression: Expression, frame: Frame, run: Run) -> Values:
    """Return the column [n] that a step keeps of `expression`, of the dtype of its type."""
    with np.errstate(all="ignore"):
        values = compute(expression, frame, run)
        return _for_each(values, len(frame), ABSENT[expression.type][0])


def mask(condition: Expression, frame: Frame, run: Run) -> Mask:
    """Return which rows `condition` holds for, [n]."""
    with np.errstate(all="ignore"):
        values = compute(condition, frame, run)
    return _for_each(values, len(frame), np.bool_)


def _for_each(values: Any, n: int, dtype: type[Scalar]) -> NDArray[Scalar]:
    """Return a copy [n] of `values`, which are one or n."""
    if isinstance(values, np.ndarray) and values.shape == (n,):
        return values.astype(dtype)
    return np.array(np.broadcast_to(values, n), dtype)
