"""Bound expressions: every name looked up, every part typed. Equal by value, like plan nodes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from bowerbird.core.candidates import Kind
from bowerbird.core.facts import Action, MediaType
from bowerbird.core.signals import Condition, Type


@dataclass(frozen=True, slots=True)
class Literal:
    """A value known when the program is bound: written out, or a param's."""

    value: float
    type: Type


@dataclass(frozen=True, slots=True)
class Choices:
    """The right side of `in`."""

    values: tuple[float, ...]
    type: Type


@dataclass(frozen=True, slots=True)
class Column:
    """A column that the rows carry: provenance, `let`, heads."""

    name: str
    type: Type


@dataclass(frozen=True, slots=True)
class RowNumber:
    """The row itself: `account_id` of accounts, `media_id` of media, `user_id` of users."""

    type: Type


@dataclass(frozen=True, slots=True)
class Signal:
    """Something the World, the Overlay or the Version knows of a row.

    Attributes:
        added: whether another package computes it (`bowerbird.igql.extend`).
    """

    kind: Kind
    name: str
    type: Type
    added: bool = False


@dataclass(frozen=True, slots=True)
class Apply:
    """A function or an operator, by its name in `FUNCTIONS`."""

    function: str
    args: tuple[Expression, ...]
    type: Type


Expression = Literal | Choices | Column | RowNumber | Signal | Apply
"""An expression that can be evaluated over rows."""


def conjuncts(expression: Expression) -> Iterator[Expression]:
    """Yield the parts of a condition that must all hold, in the order written."""
    if isinstance(expression, Apply) and expression.function == "and":
        for part in expression.args:
            yield from conjuncts(part)
    else:
        yield expression


def all_of(*conditions: Expression) -> Expression:
    """Return the condition that all of at least one `conditions` hold, asked in their order."""
    parts = tuple(part for condition in conditions for part in conjuncts(condition))
    return parts[0] if len(parts) == 1 else Apply("and", parts, Type.BOOL)


def condition_of(part: Expression) -> Condition | None:
    """Return `part` as a condition on one signal, None where it is not that simple."""
    match part:
        case Signal(name=name, type=Type.BOOL, added=False):
            return Condition(name, "", 1)
        case Apply(function="not", args=(Signal(name=name, type=Type.BOOL, added=False),)):
            return Condition(name, "", 0)
        case Apply(
            function="<" | "<=" | ">" | ">=" as compare,
            args=(Signal(name=name, type=Type.NUMBER, added=False), Literal(value=value)),
        ):
            return Condition(name, compare, float(value))
        case _:
            return None


def text_of(expression: Expression) -> str:
    """Return the expression as one would write it; for plans and labels."""
    match expression:
        case Literal(value=value, type=type):
            return literal_text(value, type)
        case Choices(values=values, type=type):
            return f"[{', '.join(literal_text(value, type) for value in values)}]"
        case Column(name=name) | Signal(name=name):
            return name
        case RowNumber(type=type):
            return f"{type}_id"
        case Apply(function=function, args=args):
            return _call_text(function, [text_of(arg) for arg in args])


def _call_text(function: str, args: list[str]) -> str:
    if function in ("not", "negate"):
        return f"not {args[0]}" if function == "not" else f"-{args[0]}"
    if function == "between":
        return f"({args[0]} between {args[1]} and {args[2]})"
    if function in ("and", "or", "in") or not function.isidentifier():
        return f"({f' {function} '.join(args)})"
    return f"{function}({', '.join(args)})"


UNITS = (("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1_000), ("ms", 1))


def duration_text(ms: float) -> str:
    """Return a duration in its largest unit that leaves no fraction.

    Example:
        >>> duration_text(36 * 3_600_000)
        '36h'
    """
    for unit, size in UNITS:
        if ms % size == 0:
            return f"{ms / size:.0f}{unit}"
    return f"{ms:g}ms"


ENUMS: Mapping[Type, type[Action] | type[MediaType]] = {
    Type.ACTION: Action,
    Type.MEDIA_TYPE: MediaType,
}
"""Types whose values have names."""


def literal_text(value: float, type: Type) -> str:
    """Return a value as one would write it."""
    if type is Type.BOOL:
        return "true" if value else "false"
    if type is Type.DURATION:
        return duration_text(value)
    if type in ENUMS:
        return ENUMS[type](int(value)).name.lower()
    return f"{value:g}"
