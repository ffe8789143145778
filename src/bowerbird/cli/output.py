"""What a verb prints: JSON for programs on stdout, tables for people, errors on stderr."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING

from bowerbird.core.errors import BowerbirdError

if TYPE_CHECKING:
    from rich.console import RenderableType


WIDTH = 140
"""Columns of a table that goes to a file or a pipe."""


def json_line(value: object) -> str:
    """Return `value` (Structs, dataclasses, mappings, numpy values) as one line of JSON."""
    import msgspec

    return msgspec.json.encode(value, enc_hook=_plain).decode() + "\n"


def say(value: object, shown: Callable[[], RenderableType | str], *, as_json: bool) -> None:
    """Print `value` as JSON, or what `shown` makes of it for a person."""
    if as_json:
        sys.stdout.write(json_line(value))
        return
    told = shown()
    if isinstance(told, str):  # as it is: a path or a caret must not be wrapped
        sys.stdout.write(f"{told}\n")
        return
    from rich.console import Console

    width = None if sys.stdout.isatty() else WIDTH
    Console(highlight=False, markup=False, width=width).print(told)


def table(title: str, headings: Sequence[str], rows: Iterable[Sequence[object]]) -> RenderableType:
    """Return a table under its title; headings that end in `>` are of figures, set to the right."""
    from rich.box import SIMPLE_HEAD
    from rich.console import Group
    from rich.table import Table
    from rich.text import Text

    made = Table(box=SIMPLE_HEAD, padding=(0, 1))
    for heading in headings:
        right = heading.endswith(">")
        made.add_column(heading.rstrip(">"), justify="right" if right else "left")
    for row in rows:
        made.add_row(*(Text(str(cell)) for cell in row))
    return Group(Text(title), made)


def complain(error: BowerbirdError, *, as_json: bool) -> None:
    """Print an error on stderr: what is wrong, then what can be done."""
    if as_json:
        fault = {"code": _code(error), "message": error.message, "help": error.help}
        sys.stderr.write(json_line({"error": fault}))
        return
    sys.stderr.write(f"error: {error}\n")


def _code(error: BowerbirdError) -> str:
    if type(error) is BowerbirdError:
        return "internal"
    name = type(error).__name__.removesuffix("Error")
    return "".join(f"_{c.lower()}" if c.isupper() else c for c in name).lstrip("_")


def _plain(value: object) -> object:
    item = getattr(value, "tolist", None)  # numpy, which is not imported for the sake of this
    return item() if item else str(value)
