"""Which parts of a plan several others read: a rule that took them apart would run them twice."""

from __future__ import annotations

from bowerbird.igql.plan import Node, nodes


def shared(plan: Node) -> frozenset[int]:
    """Return the `id` of every node that is read more than once."""
    once: set[int] = set()
    twice: set[int] = set()
    for node in nodes(plan):
        for input in node.inputs:
            (twice if id(input) in once else once).add(id(input))
    return frozenset(twice)
