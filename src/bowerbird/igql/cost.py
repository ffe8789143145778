"""What steps and conditions cost: rough, for choosing between orders and for refusing monsters.

All figures are of one core of the machine in `docs/benchmarks.md`, for rows that are in no cache;
only their ratios matter to the optimiser.
"""

from __future__ import annotations

from collections.abc import Mapping

from bowerbird.core.signals import Type
from bowerbird.igql.expression import Apply, Column, Expression, Literal, RowNumber, Signal

SIGNALS: Mapping[str, float] = {
    "seen": 25,
    "muted": 30,
    "affinity": 60,
    "own": 6,
    "recommendable": 12,
    "expired": 6,
    "removed": 10,
    "popularity": 60,
    "trend": 80,
}
"""Nanoseconds a row of signals that probe a hash table or add up counters; see `SIGNAL`."""

SIGNAL = 8.0
"""Nanoseconds a row of any other signal: one read at a row number."""

COLUMN = 2.0
STEP = 1.0
"""Nanoseconds a row of a column that the rows carry, and of a function over values."""

DRAW = 80.0
"""Nanoseconds that `sample` spends on a row before it can leave it."""

PASS: Mapping[str, float] = {"==": 0.1, "!=": 0.9, "in": 0.3, "between": 0.3}
"""Share of rows that pass, by what compares; see `chance`."""

SHARES: Mapping[str, float] = {
    "recommendable": 0.9,
    "seen": 0.05,
    "muted": 0.02,
    "own": 0.01,
    "expired": 0.02,
    "removed": 0.01,
}
"""Share of rows that a condition of this name holds for."""

VERDICTS = ("spam", "policy", "non_recommendable")
"""Signals that are low for nearly every row: `spam < 0.2` drops few."""


def nanoseconds(expression: Expression) -> float:
    """Return what `expression` costs a row."""
    match expression:
        case Signal(name=name):
            return SIGNALS.get(name, SIGNAL)
        case Column() | RowNumber():
            return COLUMN
        case Apply(args=args):
            return STEP + sum(nanoseconds(arg) for arg in args)
        case _:
            return 0.0


def chance(condition: Expression) -> float:
    """Return the share of rows that `condition` may hold for, guessed from its form, 0.01..0.99."""
    return min(max(_chance(condition), 0.01), 0.99)


def _chance(condition: Expression) -> float:
    match condition:
        case Literal(value=value, type=Type.BOOL):
            return 1.0 if value else 0.0
        case Signal(name=name):
            return SHARES.get(name, 0.5)
        case Apply(function="not", args=(inner,)):
            return 1 - chance(inner)
        case Apply(function="and", args=args):
            share = 1.0
            for arg in args:
                share *= chance(arg)
            return share
        case Apply(function="or", args=args):
            share = 1.0
            for arg in args:
                share *= 1 - chance(arg)
            return 1 - share
        case Apply(function="<" | "<=", args=(Signal(name=name), _)) if name in VERDICTS:
            return 0.9
        case Apply(function=function):
            return PASS.get(function, 0.5)
        case _:
            return 0.5
