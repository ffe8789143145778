"""What an expression reads: columns that rows carry, and signals of the rows themselves."""

from __future__ import annotations

from collections.abc import Iterator

from bowerbird.core.candidates import SEED
from bowerbird.igql.expression import Apply, Column, Expression, RowNumber, Signal
from bowerbird.igql.frame import SEED_ID


def parts(expression: Expression) -> Iterator[Expression]:
    """Yield an expression and every expression inside of it."""
    yield expression
    if isinstance(expression, Apply):
        for arg in expression.args:
            yield from parts(arg)


def columns_read(expression: Expression) -> frozenset[str]:
    """Return the columns whose values `expression` depends on."""
    names = {part.name for part in parts(expression) if isinstance(part, Column)}
    return frozenset(names | ({SEED} if SEED_ID in names else set()))  # it may stand in


def about_rows(expression: Expression) -> bool:
    """Return whether `expression` asks what the rows are, not only what they carry."""
    return any(isinstance(part, RowNumber | Signal) for part in parts(expression))
