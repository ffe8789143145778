"""What an expression without columns comes to."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from bowerbird.igql.expression import Apply, Expression, Literal
from bowerbird.igql.functions import FUNCTIONS


def fold(expression: Expression) -> Literal | None:
    """Return the value of an expression without columns, None for one that has some."""
    match expression:
        case Literal():
            return expression
        case Apply(function=function, args=args, type=type):
            values = [fold(arg) for arg in args]
            compute: Callable[..., object] = FUNCTIONS[function].compute
            known = [value.value for value in values if value]
            if len(known) < len(values):
                return None
            with np.errstate(all="ignore"):
                return Literal(float(np.asarray(compute(*known))), type)
        case _:
            return None
