"""Arguments in Python to arguments of the tree, by what each operator declares."""

from __future__ import annotations

import keyword
from collections.abc import Iterable, Mapping
from typing import Any

from bowerbird.core.errors import QueryError, did_you_mean
from bowerbird.igql import ast
from bowerbird.igql.builder.expressions import value
from bowerbird.igql.builder.written import Definition, checked, together
from bowerbird.igql.op import Arg, Op, Rest, Shape
from bowerbird.igql.ops import BY_NAME

Made = tuple[tuple[ast.Arg, ...], tuple[Definition, ...]]
"""Arguments, and the definitions that they name."""

NAMED = (Shape.OPTION, Shape.EMBEDDING, Shape.MODEL)
LISTED = (Shape.ACTIONS, Shape.MEDIA_TYPES)


def python_name(name: str) -> str:
    """Return an argument's name in Python: `from_` for `from`."""
    return f"{name}_" if keyword.iskeyword(name) else name


def operator(name: str) -> Op:
    """Return the operator called `name`.

    Raises:
        QueryError: there is none.
    """
    if name not in BY_NAME:
        raise QueryError(f"there is no operator `{name}`", did_you_mean(name, BY_NAME))
    return BY_NAME[name]


def arguments(name: str, placed: Iterable[Any], given: Mapping[str, Any]) -> Made:
    """Return the arguments of a call of operator `name`; those at their default are left out.

    Raises:
        QueryError: there is no such operator, or it has no such argument.
    """
    op = operator(name)
    declared = {python_name(arg.name): arg for arg in op.args}
    args: list[ast.Arg] = []
    known: list[tuple[Definition, ...]] = []
    for part in placed:
        bound = value(part)
        args.append(ast.Arg("", bound.node))
        known.append(bound.definitions)
    for key, item in given.items():
        arg = declared.get(key)
        if arg is None and op.rest not in (Rest.COLUMNS, Rest.THRESHOLDS):
            raise QueryError(f"`{name}` has no argument `{key}`", did_you_mean(key, declared))
        if item is None or (arg is not None and _left_out(arg, item)):
            continue
        node, definitions = _argument(arg, item)
        in_place = arg is not None and arg.placed
        args.append(ast.Arg("" if in_place else checked(arg.name if arg else key), node))
        known.append(definitions)
    return tuple(args), together(*known)


def _left_out(arg: Arg, item: Any) -> bool:
    """Say whether `item` is the default; which embedding is meant is always said."""
    if arg.shape is Shape.EMBEDDING or not isinstance(item, str | int | float):
        return False
    return isinstance(arg.default, str | int | float) and bool(item == arg.default)


def _argument(arg: Arg | None, item: Any) -> tuple[ast.Expr, tuple[Definition, ...]]:
    if arg is not None and arg.shape in NAMED:
        return ast.Name(checked(item)), ()
    if arg is not None and arg.shape in LISTED:
        return ast.Listing(tuple(ast.Name(checked(name)) for name in item)), ()
    bound = value(item)
    return bound.node, bound.definitions
