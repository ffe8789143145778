"""Params: what a program lets its caller set, with a type, a default and a range."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from bowerbird.core.errors import did_you_mean
from bowerbird.core.signals import Type
from bowerbird.igql import ast
from bowerbird.igql.bind.expressions import Expressions
from bowerbird.igql.diagnostics import Code, Report
from bowerbird.igql.expression import Literal, literal_text
from bowerbird.igql.parse import milliseconds

Value = float | int | str | bool
"""What a caller can set a param to; text is read as the program would."""

TYPES = {"int": Type.NUMBER, "float": Type.NUMBER, "bool": Type.BOOL, "duration": Type.DURATION}

WORDS = {
    "int": "a whole number",
    "float": "a number",
    "bool": "true or false",
    "duration": "a duration such as 30d",
}


@dataclass(frozen=True, slots=True)
class Param:
    """One param.

    Attributes:
        type: `int`, `float`, `bool` or `duration`.
        default: milliseconds for a duration.
        low: smallest value, None for no bound.
        high: largest value, None for no bound.
    """

    name: str
    type: str
    default: Value
    low: float | None = None
    high: float | None = None

    def literal(self, value: Value) -> Literal:
        """Return `value` as the expressions of the program see it."""
        return Literal(float(value), TYPES[self.type])

    def shown(self, value: float) -> str:
        """Return a value as the program writes it."""
        return literal_text(value, TYPES[self.type])

    @property
    def range(self) -> str:
        """The range as the program writes it, empty where there is none."""
        if self.low is None or self.high is None:
            return ""
        return f"{self.shown(self.low)}..{self.shown(self.high)}"


def declare(statement: ast.Param, index: int, names: Expressions) -> Param | None:
    """Return the param that a statement declares, None after noting what is wrong with it."""
    report = names.report
    if statement.type not in TYPES:
        message = f"there is no type `{statement.type}` of params"
        help = did_you_mean(statement.type, TYPES)
        report.error(Code.UNKNOWN_TYPE, message, statement.type_span, help)
        return None
    parts = [statement.default, statement.low, statement.high]
    values: list[float | None] = []
    for part in parts:
        if part is None:
            values.append(None)
            continue
        value = _of_type(part, statement, index, names)
        if value is None:
            return None
        values.append(value)
    default, low, high = values
    if default is None:
        return None
    if low is not None and high is not None and not low <= default <= high:
        param = Param(statement.name, statement.type, default, low, high)
        message = f"the default of `{param.name}` is outside of its range, {param.range}"
        report.error(Code.OUT_OF_RANGE, message, statement.default.span)
        return None
    return Param(statement.name, statement.type, _python(statement.type, default), low, high)


def _of_type(node: ast.Expr, statement: ast.Param, index: int, names: Expressions) -> float | None:
    literal = names.constant(node, index)
    if literal is None:
        return None
    whole = statement.type != "int" or float(literal.value).is_integer()
    if literal.type is TYPES[statement.type] and whole:
        return float(literal.value)
    found = literal_text(literal.value, literal.type)
    message = f"`{statement.name}` is {WORDS[statement.type]}, found {found}"
    names.report.error(Code.WRONG_TYPE, message, node.span)
    return None


def _python(type: str, value: float) -> Value:
    if type == "bool":
        return bool(value)
    return int(value) if type == "int" else value


def check_overrides(
    params: Mapping[str, Param], given: Mapping[str, Value], report: Report
) -> dict[str, Value]:
    """Return the values given for params, typed; note those that do not fit.

    Spans are empty: what is wrong is not in the text.
    """
    values: dict[str, Value] = {}
    for name, value in given.items():
        param = params.get(name)
        if param is None:
            message = f"the program has no param `{name}`"
            report.error(Code.UNKNOWN_PARAM, message, ast.NOWHERE, did_you_mean(name, params))
            continue
        read = _read(param, value)
        if read is None:
            message = f"param `{name}` is {WORDS[param.type]}, found {value!r}"
            report.error(Code.WRONG_TYPE, message, ast.NOWHERE)
        elif not _inside(param, float(read)):
            message = f"param `{name}` is within {param.range}, found {param.shown(float(read))}"
            report.error(Code.OUT_OF_RANGE, message, ast.NOWHERE)
        else:
            values[name] = read
    return values


def _inside(param: Param, value: float) -> bool:
    low_enough = param.high is None or value <= param.high
    return low_enough and (param.low is None or value >= param.low)


def _read(param: Param, value: Value) -> Value | None:
    """Return `value` as the param's type, None where it is of another."""
    if param.type == "bool":
        named = {"true": True, "false": False}
        return value if isinstance(value, bool) else named.get(str(value))
    if isinstance(value, str) and param.type == "duration":
        return milliseconds(value) if milliseconds(value) is not None else _number(value)
    number = _number(value)
    if number is None or param.type != "int":
        return number
    return int(number) if number.is_integer() else None


def _number(value: Value) -> float | None:
    if isinstance(value, bool):
        return None
    try:
        number = float(value)
    except ValueError:
        return None
    return number if abs(number) < 1e300 else None
