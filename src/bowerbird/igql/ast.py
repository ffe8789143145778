"""What a program says, before anybody asks whether it makes sense.

Text and (later) a builder give the same tree. Spans point into the text and take no part in
equality, so that two programs that differ in layout only are equal.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, fields
from typing import NamedTuple


class Span(NamedTuple):
    """Characters `start .. end - 1` of the text."""

    start: int
    end: int


NOWHERE = Span(0, 0)
"""The span of what was not written as text."""


@dataclass(frozen=True, slots=True)
class Number:
    """`25`, `0.2`, `1e-3`."""

    value: float
    span: Span = field(default=NOWHERE, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Duration:
    """`30d`, in milliseconds."""

    ms: float
    span: Span = field(default=NOWHERE, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Truth:
    """`true` or `false`."""

    value: bool
    span: Span = field(default=NOWHERE, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Name:
    """A word that the binder looks up."""

    id: str
    span: Span = field(default=NOWHERE, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Listing:
    """`[like, save]`."""

    items: tuple[Expr, ...]
    span: Span = field(default=NOWHERE, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Unary:
    """`-x` or `not x`."""

    op: str
    operand: Expr
    span: Span = field(default=NOWHERE, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Binary:
    """`+ - * /` and the comparisons `< <= > >= == !=`."""

    op: str
    left: Expr
    right: Expr
    span: Span = field(default=NOWHERE, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Logic:
    """`a and b and c`: one node however many parts."""

    op: str
    parts: tuple[Expr, ...]
    span: Span = field(default=NOWHERE, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Between:
    """`x between low and high`, both ends included."""

    item: Expr
    low: Expr
    high: Expr
    span: Span = field(default=NOWHERE, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Member:
    """`x in [a, b]`."""

    item: Expr
    options: Expr
    span: Span = field(default=NOWHERE, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Arg:
    """One argument of a call; `name` is empty for a positional one."""

    name: str
    value: Expr
    span: Span = field(default=NOWHERE, compare=False, repr=False)
    name_span: Span = field(default=NOWHERE, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Call:
    """`name(args)` with nothing before it: a function, a source or a combiner."""

    name: str
    args: tuple[Arg, ...]
    span: Span = field(default=NOWHERE, compare=False, repr=False)
    name_span: Span = field(default=NOWHERE, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Pipe:
    """`input.name(args)`: one step of a pipeline."""

    input: Expr
    name: str
    args: tuple[Arg, ...]
    span: Span = field(default=NOWHERE, compare=False, repr=False)
    name_span: Span = field(default=NOWHERE, compare=False, repr=False)


Expr = (
    Number
    | Duration
    | Truth
    | Name
    | Listing
    | Unary
    | Binary
    | Logic
    | Between
    | Member
    | Call
    | Pipe
)
"""Anything that stands for a value or for rows."""


@dataclass(frozen=True, slots=True)
class Param:
    """`param name: type = default in low..high`."""

    name: str
    type: str
    default: Expr
    low: Expr | None = None
    high: Expr | None = None
    span: Span = field(default=NOWHERE, compare=False, repr=False)
    name_span: Span = field(default=NOWHERE, compare=False, repr=False)
    type_span: Span = field(default=NOWHERE, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Binding:
    """`name = value`; bound where it is used."""

    name: str
    value: Expr
    span: Span = field(default=NOWHERE, compare=False, repr=False)
    name_span: Span = field(default=NOWHERE, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Output:
    """The pipeline that a program is for."""

    value: Expr
    span: Span = field(default=NOWHERE, compare=False, repr=False)


Statement = Param | Binding | Output


@dataclass(frozen=True, slots=True)
class Source:
    """A whole program, its statements in the order written."""

    statements: tuple[Statement, ...]


def children(node: Expr | Arg) -> Iterator[Expr]:
    """Yield the expressions directly inside `node`, left to right."""
    for part in fields(node):
        value = getattr(node, part.name)
        if isinstance(value, Span):
            continue
        if isinstance(value, tuple):
            for item in value:
                yield item.value if isinstance(item, Arg) else item
        elif not isinstance(value, str | float | int):
            yield value


def walk(node: Expr) -> Iterator[tuple[Expr, int]]:
    """Yield `node` and all below it with their level, from 1; without recursion."""
    pending = [(node, 1)]
    while pending:
        top, level = pending.pop()
        yield top, level
        pending.extend((child, level + 1) for child in children(top))
