"""Rule: rows that are about to be drawn, and then put in order, need no order before."""

from __future__ import annotations

from bowerbird.igql.label import Label
from bowerbird.igql.ops.filter import Filter
from bowerbird.igql.ops.let import Let
from bowerbird.igql.ops.sample import Sample
from bowerbird.igql.plan import Node, map_inputs
from bowerbird.igql.rules.sharing import shared
from bowerbird.igql.stages import Best


def drop_order(plan: Node) -> Node:
    """Leave out a sort by score where `sample` comes next.

    A draw depends on the row and its score, not on its place, and what was drawn is sorted by
    score once more; equal scores keep the order they had before the first sort, which the second
    leaves as it was. Steps that keep every score may stand between.

    Before: sample <- filter <- best <- x
    After:  sample <- filter <- x

    Example:
        >>> from bowerbird.igql.ops.user import User
        >>> from bowerbird.igql.plan import tree
        >>> print(tree(drop_order(Sample(Best(User()), 5, 1.0))))
        sample(n=5, temperature=1)
          user()
    """
    closed = shared(plan)
    done: dict[int, Node] = {}

    def visit(node: Node) -> Node:
        if id(node) not in done:
            done[id(node)] = map_inputs(node, unsorted if isinstance(node, Sample) else visit)
        return done[id(node)]

    def unsorted(node: Node) -> Node:
        if id(node) in closed:
            return visit(node)
        if isinstance(node, Best) and node.keep is None:
            return unsorted(node.input)
        return map_inputs(node, unsorted) if isinstance(node, Filter | Label | Let) else visit(node)

    return visit(plan)
