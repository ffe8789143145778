"""Rule: what is written twice runs once."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import fields

from bowerbird.igql.plan import Node, rewrite


def share(plan: Node) -> Node:
    """Make equal parts of a plan one and the same node, which the executor runs once.

    Before: blend(a(x), b(x'))   where x == x'
    After:  blend(a(x), b(x))
    """
    known: dict[Hashable, Node] = {}

    def once(node: Node) -> Node:
        return known.setdefault(
            (type(node), *(_key(node, part.name) for part in fields(node))), node
        )

    return rewrite(plan, once)


def _key(node: Node, name: str) -> Hashable:
    """Return a field as a key; inputs are one node each by now, so their identity will do."""
    value = getattr(node, name)
    if isinstance(value, Node):
        return id(value)
    if isinstance(value, tuple):
        return tuple(id(item) if isinstance(item, Node) else item for item in value)
    hashable: Hashable = value
    return hashable
