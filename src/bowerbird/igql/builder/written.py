"""What every part of a built program is: a tree, and the statements its names stand for."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from datetime import timedelta

from bowerbird.core.errors import QueryError
from bowerbird.igql import ast
from bowerbird.igql.parse import milliseconds

NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
WORDS = ("param", "and", "or", "not", "in", "between", "true", "false")
"""Words of the grammar, which name nothing."""

Definition = ast.Param | ast.Binding


class Written:
    """A tree and what has to be defined before it.

    Attributes:
        node: the tree.
        definitions: params and bindings that it names, each after those it needs itself.
    """

    __slots__ = ("definitions", "node")

    def __init__(self, node: ast.Expr, definitions: Iterable[Definition] = ()) -> None:
        self.node = node
        self.definitions = tuple(definitions)


def together(*parts: Iterable[Definition]) -> tuple[Definition, ...]:
    """Return the definitions of several parts, each once.

    Raises:
        QueryError: two of them have one name and are not the same.
    """
    found: dict[str, Definition] = {}
    for part in parts:
        for definition in part:
            if found.setdefault(definition.name, definition) != definition:
                raise QueryError(
                    f"two different things are named `{definition.name}`", "name one otherwise"
                )
    return tuple(found.values())


def checked(name: str) -> str:
    """Return `name` if a program can use it as one.

    Raises:
        QueryError: it cannot.
    """
    if not NAME.fullmatch(name) or name in WORDS:
        raise QueryError(f"{name!r} cannot be a name in a program", "letters, digits and `_`")
    return name


def number(value: float) -> ast.Expr:
    """Return a number as a program has it.

    Raises:
        QueryError: it is infinite or missing.
    """
    if not math.isfinite(value):
        raise QueryError(f"{value} cannot be written in a program", "numbers are finite")
    if value < 0 or math.copysign(1.0, value) < 0:
        return ast.Unary("-", ast.Number(float(-value)))
    return ast.Number(float(value))


def duration(value: timedelta) -> ast.Expr:
    """Return a length of time as a program has it."""
    ms = value / timedelta(milliseconds=1)
    return ast.Unary("-", ast.Duration(-ms)) if ms < 0 else ast.Duration(ms)


def word(value: str) -> ast.Expr:
    """Return text as what a program would read it as: a duration (`30d`), else a name (`photo`)."""
    ms = milliseconds(value)
    return ast.Name(checked(value)) if ms is None else ast.Duration(ms)
