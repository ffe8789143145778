"""Which part of a program each comment is about, so that laying it out anew keeps it there."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from bowerbird.igql import ast
from bowerbird.igql.ast import Span

COMMENT = re.compile(r"#[^\n]*")
BLANK = re.compile(r"\n[ \t\r]*\n[ \t\r\n]*$")

Part = ast.Statement | ast.Expr | ast.Arg
"""What can stand on a line of its own."""


@dataclass(slots=True)
class Comments:
    """The comments of one text, by the `key` of the part they stand at.

    Attributes:
        before: on lines of their own before a part.
        beside: at the end of the line on which a part ends.
        inside: on lines of their own before the closing bracket of a call or a list.
        end: after everything.
        apart: comments and statements with an empty line before them, by start.
    """

    before: dict[int, list[tuple[int, str]]] = field(default_factory=dict)
    beside: dict[int, str] = field(default_factory=dict)
    inside: dict[int, list[tuple[int, str]]] = field(default_factory=dict)
    end: list[tuple[int, str]] = field(default_factory=list)
    apart: set[int] = field(default_factory=set)

    def at(self, key: int) -> bool:
        """Say whether a comment stands at a part, so that lines have to end there."""
        return any(key in kept for kept in (self.before, self.beside, self.inside))


def key(part: Part, *, step: bool = False) -> int:
    """Return what tells a part from all others; a pipeline is another one than its last step."""
    return ~id(part) if step else id(part)


def chain(node: ast.Expr) -> tuple[list[tuple[str, ast.Expr]], bool]:
    """Return the operands of `a + b - c` or `a and b`, each with the operator before it.

    The second value says whether there is more than one.
    """
    if isinstance(node, ast.Logic):
        return [("" if i == 0 else node.op, part) for i, part in enumerate(node.parts)], True
    found: list[tuple[str, ast.Expr]] = []
    while isinstance(node, ast.Binary) and node.op in "+-":
        found.append((node.op, node.right))
        node = node.left
    return [("", node), *reversed(found)], bool(found)


def steps(node: ast.Pipe) -> tuple[ast.Expr, list[ast.Pipe]]:
    """Return what a pipeline starts with, and its steps in order."""
    found = []
    start: ast.Expr = node
    while isinstance(start, ast.Pipe):
        found.append(start)
        start = start.input
    return start, found[::-1]


Place = tuple[Part, Span, int]
"""A part, where it is, and its key."""


def whole(part: Part) -> Place:
    """Return the place of a part that is no step of a pipeline."""
    return part, part.span, key(part)


def parts(node: ast.Expr) -> Iterator[Place]:
    """Yield every part of an expression that may stand on its own line."""
    match node:
        case ast.Pipe():
            head, after = steps(node)
            yield whole(head)
            yield from parts(head)
            for step in after:
                yield step, Span(step.name_span.start, step.span.end), key(step, step=True)
                yield from _of_args(step.args)
        case ast.Call(args=args):
            yield from _of_args(args)
        case ast.Listing(items=items):
            for item in items:
                yield whole(item)
                yield from parts(item)
        case ast.Unary(operand=operand):
            yield from parts(operand)
        case ast.Binary(op="*", right=right):
            yield from parts(right)
        case ast.Binary() | ast.Logic():
            operands, several = chain(node)
            for _, operand in operands if several else ():
                yield whole(operand)
                yield from parts(operand)


def _of_args(args: tuple[ast.Arg, ...]) -> Iterator[Place]:
    for arg in args:
        yield whole(arg)
        yield from parts(arg.value)


def gather(source: ast.Source, text: str) -> Comments:
    """Return the comments of `text`, which was read as `source`."""
    places: list[Place] = []
    for statement in source.statements:
        places.append(whole(statement))
        if not isinstance(statement, ast.Param):
            places.extend(parts(statement.value))
    found = Comments()
    for match in COMMENT.finditer(text):
        _place(found, places, text, match.start(), match.group().rstrip())
    starts = [statement.span.start for statement in source.statements]
    starts += [match.start() for match in COMMENT.finditer(text)]
    found.apart = {start for start in starts if BLANK.search(text[:start])}
    return found


def _place(found: Comments, places: list[Place], text: str, start: int, said: str) -> None:
    line = text[text.rfind("\n", 0, start) + 1 : start]
    if line.strip():
        before = [place for place in places if place[1].end <= start]
        ended = [place for place in before if not text[place[1].end : start].strip(" \t,")]
        if ended:
            found.beside[min(ended, key=lambda place: place[1].start)[2]] = said
            return
    after = [place for place in places if place[1].start >= start]
    following = min(after, key=lambda place: (place[1].start, -place[1].end), default=None)
    bracket = _bracket(places, start)
    if bracket is not None and (following is None or following[1].start >= bracket[1].end):
        found.inside.setdefault(bracket[2], []).append((start, said))
    elif following is not None:
        found.before.setdefault(following[2], []).append((start, said))
    else:
        found.end.append((start, said))


def _bracket(places: list[Place], start: int) -> Place | None:
    """Return the innermost call or list whose brackets stand around `start`."""
    around: list[Place] = []
    for part, _, _ in places:
        node = part.value if isinstance(part, ast.Arg | ast.Binding | ast.Output) else part
        while isinstance(node, ast.Unary) or (isinstance(node, ast.Binary) and node.op == "*"):
            node = node.operand if isinstance(node, ast.Unary) else node.right
        if isinstance(node, ast.Listing | ast.Call | ast.Pipe) and _filled(node):
            opens = node.span.start if isinstance(node, ast.Listing) else node.name_span.end
            if opens < start < node.span.end:
                around.append((node, Span(opens, node.span.end), key(node)))
    return min(around, key=lambda place: place[1].end - place[1].start, default=None)


def _filled(node: ast.Listing | ast.Call | ast.Pipe) -> bool:
    return bool(node.items if isinstance(node, ast.Listing) else node.args)
