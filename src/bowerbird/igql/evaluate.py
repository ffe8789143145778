"""Expressions over frames, column by column."""

from __future__ import annotations

from typing import Any

import numpy as np

from bowerbird.core.candidates import Column as Values
from bowerbird.core.candidates import Mask, Positions
from bowerbird.core.facts import F64
from bowerbird.core.signals import Condition, Type
from bowerbird.igql.expression import (
    Apply,
    Choices,
    Column,
    Expression,
    Literal,
    RowNumber,
    Signal,
    conjuncts,
)
from bowerbird.igql.extend import extensions
from bowerbird.igql.frame import ABSENT, Frame
from bowerbird.igql.functions import FUNCTIONS
from bowerbird.igql.kernels.narrow import narrow
from bowerbird.igql.running import Run

MEASURED = (Type.NUMBER, Type.DURATION, Type.TIME)


def compute(expression: Expression, frame: Frame, run: Run) -> Any:
    """Return the values of `expression`: [n], or one value for all rows."""
    match expression:
        case Literal(value=value):
            return value
        case Choices(values=values):
            return np.array(values)
        case Column(name=name, type=type):
            return _double(frame.column(name, type), type)
        case RowNumber():
            return frame.rows
        case Signal(type=type):
            return _double(_signal(expression, frame, run), type)
        case Apply(function=function, args=args):
            return FUNCTIONS[function].compute(*(compute(arg, frame, run) for arg in args))


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
    return np.array(np.broadcast_to(values, len(frame)), np.float64)


def stored(expression: Expression, frame: Frame, run: Run) -> Values:
    """Return the column [n] that a step keeps of `expression`, of the dtype of its type."""
    with np.errstate(all="ignore"):
        values = compute(expression, frame, run)
        dtype = ABSENT[expression.type][0]
        return np.array(np.broadcast_to(values, len(frame)), dtype)


def mask(condition: Expression, frame: Frame, run: Run) -> Mask:
    """Return which rows `condition` holds for, [n]."""
    with np.errstate(all="ignore"):
        values = compute(condition, frame, run)
    return np.array(np.broadcast_to(values, len(frame)), np.bool_)


def keep(condition: Expression, frame: Frame, run: Run) -> Frame:
    """Return the rows that `condition` holds for, reading later signals of fewer and fewer.

    Conditions that the signals can ask in one pass are asked together, before the others; one
    that compares a whole column is gathered, compared and cut in one loop.
    """
    parts = list(conjuncts(condition))
    together = [] if run.analyse else _sifted(parts, frame, run)
    left = np.arange(len(frame))
    if together and len(left):
        simple = [known for _, known in together]
        left = np.flatnonzero(run.sift(frame.kind, simple, frame.rows))
    done = [part for part, _ in together]
    for part in parts:
        if not len(left):
            break
        if part not in done:
            kept = _kept(part, frame, left, run)
            run.dropped(part, len(left) - len(kept))
            left = kept
    return frame if len(left) == len(frame) else frame.take(left)


def _kept(part: Expression, frame: Frame, left: Positions, run: Run) -> Positions:
    """Return the positions of `left` whose rows in `frame` pass `part`."""
    simple = _simple(part)
    column = run.whole(frame.kind, simple.name) if simple else None
    if simple and column is not None:
        found = narrow(column, frame.rows, left, simple.compare, simple.value)
        if found is not None:
            return found
    here = frame if len(left) == len(frame) else frame.take(left)
    passed: Positions = left[mask(part, here, run)]
    return passed


def _sifted(parts: list[Expression], frame: Frame, run: Run) -> list[tuple[Expression, Condition]]:
    """Return the parts that the signals can ask in one pass, if there are several."""
    pairs = [(part, simple) for part in parts if (simple := _simple(part)) is not None]
    known = [(part, simple) for part, simple in pairs if run.sifts(frame.kind, simple)]
    return known if len(known) > 1 else []


def _simple(part: Expression) -> Condition | None:
    match part:
        case Signal(name=name, type=Type.BOOL):
            return Condition(name, "", 1)
        case Apply(function="not", args=(Signal(name=name, type=Type.BOOL),)):
            return Condition(name, "", 0)
        case Apply(
            function="<" | "<=" | ">" | ">=" as compare,
            args=(Signal(name=name, type=Type.NUMBER), Literal(value=value)),
        ):
            return Condition(name, compare, float(value))
        case _:
            return None
