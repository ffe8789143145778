"""How large a program may be, so that one from a stranger cannot take a server down."""

from __future__ import annotations

import re
from dataclasses import dataclass

from bowerbird.igql.ast import Span

BRACKETS = re.compile(r"#[^\n]*|[()\[\]]")


@dataclass(frozen=True, slots=True)
class Limits:
    """Upper bounds of a program, checked in this order, cheapest first.

    Attributes:
        size: bytes of UTF-8.
        depth: brackets inside brackets.
        tree: levels of one expression, so that `1 + 1 + 1 + ...` ends too.
        steps: operators written in the whole program.
        branches: ways through its combiners, bindings put where they are used.
        expansion: parts of all expressions once bindings are put where they are used.
        rows: rows that any one step may give, from caps alone.
        work: milliseconds that the program may take by `bowerbird.igql.cost`, all caps full.
        deadline_micros: how long a run may take before it makes do with what is ready; None: any.
    """

    size: int = 8_192
    depth: int = 32
    tree: int = 100
    steps: int = 64
    branches: int = 128
    expansion: int = 4_000
    rows: int = 250_000
    work: int = 1_000
    deadline_micros: int | None = None


def too_deep(text: str, depth: int) -> Span | None:
    """Return the bracket that opens level `depth + 1`, or None; looks at brackets only."""
    level = 0
    for match in BRACKETS.finditer(text):
        found = match.group()
        if found in "([":
            level += 1
            if level > depth:
                return Span(match.start(), match.end())
        elif found in ")]":
            level -= 1
    return None
