"""Plan nodes: what every step is, before anyone decides how to run it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields, replace
from functools import cached_property
from typing import Any, ClassVar, TypeVar

from bowerbird.igql.expression import (
    Apply,
    Choices,
    Column,
    Expression,
    Literal,
    RowNumber,
    Signal,
    duration_text,
    text_of,
)


@dataclass(frozen=True)
class Node:
    """A step of a plan. Equal nodes mean the same rows, so plans compare by value."""

    op: ClassVar[str]

    @cached_property
    def inputs(self) -> tuple[Node, ...]:
        """The nodes this one reads from, in field order."""
        return tuple(node for _, node in _inputs(self))

    @cached_property
    def written(self) -> str:
        """The node with its arguments, as `describe` writes it; every page's trace has it."""
        return describe(self)

    @property
    def labels(self) -> tuple[str, ...]:
        """The names of sources that this very node gives to rows."""
        return ()


NodeT = TypeVar("NodeT", bound=Node)


def _inputs(node: Node) -> Iterator[tuple[str, Node]]:
    for part in fields(node):
        value = getattr(node, part.name)
        if isinstance(value, Node):
            yield part.name, value
        elif isinstance(value, tuple):
            yield from ((part.name, item) for item in value if isinstance(item, Node))


def map_inputs(node: NodeT, change: Callable[[Node], Node]) -> NodeT:
    """Return `node` reading from `change(input)` for each of its inputs; itself if all stay."""
    new: dict[str, Any] = {}
    for part in fields(node):
        value = getattr(node, part.name)
        if isinstance(value, Node):
            changed = change(value)
            if changed is not value:
                new[part.name] = changed
        elif isinstance(value, tuple) and any(isinstance(item, Node) for item in value):
            items = tuple(change(item) if isinstance(item, Node) else item for item in value)
            if any(a is not b for a, b in zip(items, value, strict=True)):
                new[part.name] = items
    return replace(node, **new) if new else node


def rewrite(plan: Node, change: Callable[[Node], Node]) -> Node:
    """Return `plan` with `change` applied to every node, inputs first, shared nodes once."""
    done: dict[int, Node] = {}

    def visit(node: Node) -> Node:
        if id(node) not in done:
            done[id(node)] = change(map_inputs(node, visit))
        return done[id(node)]

    return visit(plan)


def nodes(plan: Node) -> tuple[Node, ...]:
    """Return every node of a plan once, inputs before those that read them."""
    found: dict[int, Node] = {}

    def visit(node: Node) -> None:
        if id(node) not in found:
            for input in node.inputs:
                visit(input)
            found[id(node)] = node

    visit(plan)
    return tuple(found.values())


EXPRESSIONS = (Apply, Choices, Column, Literal, RowNumber, Signal)


def _shown(value: object, name: str) -> str:
    if isinstance(value, EXPRESSIONS):
        expression: Expression = value
        return text_of(expression)
    if isinstance(value, tuple):
        return f"[{', '.join(_shown(item, name) for item in value)}]"
    if name == "within" and isinstance(value, float):
        return duration_text(value)
    return f"{value:g}" if isinstance(value, float) else str(value)


def describe(node: Node) -> str:
    """Return one node with its arguments, without what it reads from."""
    parts = [
        f"{part.name}={_shown(value, part.name)}"
        for part in fields(node)
        if (value := getattr(node, part.name)) is not None
        and not isinstance(value, Node)
        and not (isinstance(value, tuple) and any(isinstance(item, Node) for item in value))
    ]
    return f"{node.op}({', '.join(parts)})"


def tree(plan: Node) -> str:
    """Return the plan as an indented tree; a node read twice is written once and then named."""
    lines: list[str] = []
    numbers: dict[int, int] = {}
    seen: set[int] = set()
    readers: dict[int, int] = {}
    for node in nodes(plan):
        for input in node.inputs:
            readers[id(input)] = readers.get(id(input), 0) + 1

    def visit(node: Node, level: int) -> None:
        shared = readers.get(id(node), 0) > 1
        tag = f"  #{numbers.setdefault(id(node), len(numbers) + 1)}" if shared else ""
        again = id(node) in seen
        lines.append(f"{'  ' * level}{f'{node.op} as above' if again else describe(node)}{tag}")
        seen.add(id(node))
        if not again:
            for input in node.inputs:
                visit(input, level + 1)

    visit(plan, 0)
    return "\n".join(lines)
