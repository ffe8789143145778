"""The arguments of a call: each in its place, of its type, within its range."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from bowerbird.core.errors import did_you_mean
from bowerbird.core.facts import ENGAGEMENTS
from bowerbird.core.signals import Type
from bowerbird.igql import ast
from bowerbird.igql.ast import Span
from bowerbird.igql.bind.expressions import Expressions
from bowerbird.igql.bind.scope import WORDS, codes
from bowerbird.igql.diagnostics import Code
from bowerbird.igql.expression import Literal, literal_text
from bowerbird.igql.op import REQUIRED, Arg, Op, Rest, Shape

THRESHOLD = "_threshold"

EXAMPLES = {
    Shape.WHOLE: "such as 30",
    Shape.NUMBER: "such as 0.2",
    Shape.DURATION: "such as 30d or 12h",
    Shape.ACTIONS: "such as `[like, save]`",
    Shape.MEDIA_TYPES: "such as `[photo, video]`",
}


@dataclass(slots=True)
class Arguments:
    """What a call holds, sorted; `ok` is False once something in it was wrong."""

    op: Op
    values: dict[str, Any] = field(default_factory=dict)
    written: dict[str, ast.Expr] = field(default_factory=dict)
    placed: list[ast.Expr] = field(default_factory=list)
    extra: dict[str, ast.Arg] = field(default_factory=dict)
    spans: dict[str, Span] = field(default_factory=dict)
    ok: bool = True


def bind_arguments(
    op: Op, args: Iterable[ast.Arg], name_span: Span, binder: Expressions, before: int
) -> Arguments:
    """Sort the arguments of a call of `op` and bind those that are constants."""
    found = Arguments(op)
    places = [arg for arg in op.args if arg.placed]
    for arg in args:
        declared = _declared(arg, op, places, found)
        if declared is None:
            _place(arg, found, binder)
        elif declared.name in found.spans:
            message = f"`{declared.name}` is given twice"
            _wrong(found, binder, Code.REPEATED_ARGUMENT, message, arg.span)
        else:
            found.spans[declared.name] = arg.span
            _take(declared, arg, found, binder, before)
    for declared in op.args:
        if declared.name not in found.spans:
            _default(declared, found, name_span, binder)
    return found


def _wrong(
    found: Arguments, binder: Expressions, code: Code, message: str, span: Span, help: str = ""
) -> None:
    binder.report.error(code, message, span, help)
    found.ok = False


def _declared(arg: ast.Arg, op: Op, places: list[Arg], found: Arguments) -> Arg | None:
    if arg.name:
        return next((known for known in op.args if known.name == arg.name), None)
    if op.rest in (Rest.PLACED, Rest.THRESHOLDS):
        return None
    return next((known for known in places if known.name not in found.spans), None)


def _place(arg: ast.Arg, found: Arguments, binder: Expressions) -> None:
    """Take an argument that the operator does not name itself."""
    op = found.op
    open = op.rest is Rest.COLUMNS
    threshold = op.rest is Rest.THRESHOLDS and arg.name.endswith(THRESHOLD)
    if arg.name and (open or threshold):
        if arg.name in found.extra:
            message = f"`{arg.name}` is given twice"
            _wrong(found, binder, Code.REPEATED_ARGUMENT, message, arg.span)
        found.extra[arg.name] = arg
    elif arg.name:
        message = f"`{op.name}` has no argument `{arg.name}`"
        help = did_you_mean(arg.name, [known.name for known in op.args])
        if op.rest is Rest.THRESHOLDS:
            help = f"compare with `==`, or write `{arg.name}_threshold=` for an upper bound"
        _wrong(found, binder, Code.UNKNOWN_ARGUMENT, message, arg.name_span, help)
    elif op.rest in (Rest.PLACED, Rest.THRESHOLDS):
        found.placed.append(arg.value)
    else:
        message = f"`{op.name}` takes no {'further ' if found.spans else ''}argument by place"
        help = f"name it: {', '.join(f'{known.name}=' for known in op.args)}" if op.args else ""
        if op.rest is Rest.COLUMNS:
            help = "name the column: `.let(seed_id=account_id)`"
        _wrong(found, binder, Code.TOO_MANY_ARGUMENTS, message, arg.span, help)


def _default(arg: Arg, found: Arguments, name_span: Span, binder: Expressions) -> None:
    if arg.default is REQUIRED:
        message = f"`{found.op.name}` needs `{arg.name}`, {arg.shape}"
        _wrong(found, binder, Code.MISSING_ARGUMENT, message, name_span)
    elif arg.shape in CHOSEN and arg.default is not None:
        name = ast.Name(arg.default, name_span)
        _choose(arg, name, found, binder)
    elif arg.shape is not Shape.EXPRESSION:
        found.values[arg.name] = arg.default


def _take(arg: Arg, given: ast.Arg, found: Arguments, binder: Expressions, before: int) -> None:
    if arg.shape is Shape.EXPRESSION:
        found.written[arg.name] = given.value
    elif arg.shape in CHOSEN:
        _choose(arg, given.value, found, binder)
    elif arg.shape in LISTS:
        _list(arg, given.value, found, binder)
    else:
        _measure(arg, given.value, found, binder, before)


LISTS = {
    Shape.ACTIONS: tuple(action.name.lower() for action in ENGAGEMENTS),
    Shape.MEDIA_TYPES: tuple(codes(Type.MEDIA_TYPE)),
}
"""Shapes that are a list of names, and the names; histories hold what says interest, no more."""

CHOSEN: dict[Shape, tuple[Code, Callable[[Arg, Expressions], Iterable[str]]]] = {
    Shape.OPTION: (Code.UNKNOWN_OPTION, lambda arg, _: arg.options),
    Shape.EMBEDDING: (Code.UNKNOWN_EMBEDDING, lambda _, binder: binder.catalog.embeddings),
    Shape.MODEL: (Code.UNKNOWN_MODEL, lambda _, binder: binder.catalog.models),
}
"""Shapes that are one name of a few: the code for any other name, and where the names are."""


def _choose(arg: Arg, value: ast.Expr, found: Arguments, binder: Expressions) -> None:
    code, names = CHOSEN[arg.shape]
    known = tuple(names(arg, binder))
    if not isinstance(value, ast.Name):
        message = f"`{arg.name}` of `{found.op.name}` takes {arg.shape}, found {_a(value)}"
        _wrong(found, binder, Code.WRONG_TYPE, message, value.span, did_you_mean("", known))
    elif value.id not in known:
        what = {Shape.EMBEDDING: "embedding", Shape.MODEL: "ranking model"}.get(arg.shape, arg.name)
        message = f"there is no {what} `{value.id}`"
        _wrong(found, binder, code, message, value.span, did_you_mean(value.id, known))
    else:
        found.values[arg.name] = value.id


def _list(arg: Arg, value: ast.Expr, found: Arguments, binder: Expressions) -> None:
    known = LISTS[arg.shape]
    takes = f"`{arg.name}` of `{found.op.name}` takes {arg.shape}, {EXAMPLES[arg.shape]}"
    if not isinstance(value, ast.Listing) or not value.items:
        message = f"{takes}, found {_a(value)}"
        _wrong(found, binder, Code.WRONG_TYPE, message, value.span)
        return
    names: list[str] = []
    for item in value.items:
        if not isinstance(item, ast.Name):
            _wrong(found, binder, Code.WRONG_TYPE, f"{takes}, found {_a(item)} in it", item.span)
        elif item.id not in known:
            what = "action" if arg.shape is Shape.ACTIONS else "media type"
            message = f"there is no {what} `{item.id}`"
            help = did_you_mean(item.id, known)
            _wrong(found, binder, Code.UNKNOWN_OPTION, message, item.span, help)
        else:
            names.append(item.id)
    found.values[arg.name] = tuple(dict.fromkeys(names))


def _measure(arg: Arg, value: ast.Expr, found: Arguments, binder: Expressions, before: int) -> None:
    """Bind a number or a duration, whole or not, within its range."""
    takes = f"`{arg.name}` of `{found.op.name}` takes {arg.shape}, {EXAMPLES[arg.shape]}"
    if isinstance(value, ast.Listing | ast.Pipe):
        _wrong(found, binder, Code.WRONG_TYPE, f"{takes}, found {_a(value)}", value.span)
        return
    literal = binder.constant(value, before)
    if literal is None:
        found.ok = False
        return
    wanted = Type.DURATION if arg.shape is Shape.DURATION else Type.NUMBER
    whole = arg.shape is not Shape.WHOLE or float(literal.value).is_integer()
    if literal.type is not wanted or not whole:
        message = f"{takes}, found {_shown(literal)}"
        _wrong(found, binder, Code.WRONG_TYPE, message, value.span)
    elif not _within(arg, literal.value):
        given = literal_text(literal.value, literal.type)
        message = f"`{arg.name}` of `{found.op.name}` is {_range(arg)}, found {given}"
        _wrong(found, binder, Code.OUT_OF_RANGE, message, value.span)
    else:
        found.values[arg.name] = int(literal.value) if arg.shape is Shape.WHOLE else literal.value


def _within(arg: Arg, value: float) -> bool:
    low = 0.0 if arg.shape is Shape.DURATION else arg.low
    return (low is None or value >= low) and (arg.high is None or value <= arg.high)


def _range(arg: Arg) -> str:
    if arg.shape is Shape.DURATION:
        return "not negative"
    return f"between {arg.low:,g} and {arg.high:,g}"


def _shown(literal: Literal) -> str:
    return f"{WORDS[literal.type]}, {literal_text(literal.value, literal.type)}"


NAMED = {
    ast.Number: "a number",
    ast.Duration: "a duration",
    ast.Truth: "a condition",
    ast.Name: "a name",
    ast.Pipe: "a pipeline",
}


def _a(value: ast.Expr) -> str:
    """Return what was written, in words."""
    if isinstance(value, ast.Listing):
        return "a list" if value.items else "an empty list"
    if isinstance(value, ast.Name):
        return f"the name `{value.id}`"
    return NAMED.get(type(value), "an expression")
