"""Rule: a filter on a filter is one filter."""

from __future__ import annotations

from bowerbird.igql.expression import all_of
from bowerbird.igql.ops.filter import Filter
from bowerbird.igql.plan import Node, rewrite


def merge_filters(plan: Node) -> Node:
    """Merge every filter into the filter under it.

    Before: filter(b) <- filter(a) <- x
    After:  filter(a and b) <- x
    """
    return rewrite(plan, _merge)


def _merge(node: Node) -> Node:
    match node:
        case Filter(input=Filter() as inner):
            return Filter(inner.input, all_of(inner.where, node.where))
        case _:
            return node
