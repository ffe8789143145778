"""Rule: a draw asks a condition of the rows that it comes to, not of all there are."""

from __future__ import annotations

from dataclasses import replace

from bowerbird.igql.ops.filter import Filter
from bowerbird.igql.ops.sample import Sample
from bowerbird.igql.plan import Node, map_inputs
from bowerbird.igql.rules.sharing import shared


def ask_late(plan: Node) -> Node:
    """Give `sample` the filter before it.

    A draw takes the rows of the smallest keys, and a key depends on the row and its score alone.
    So rows can be drawn first and asked then: of tens of thousands a page's filter sees some
    hundred. A filter with other readers stays.

    Before: sample <- filter(not seen) <- x
    After:  sample(where=not seen) <- x

    Example:
        >>> from bowerbird.core.candidates import Kind
        >>> from bowerbird.core.signals import Type
        >>> from bowerbird.igql.expression import Apply, Signal
        >>> from bowerbird.igql.ops.user import User
        >>> from bowerbird.igql.plan import tree
        >>> new = Apply("not", (Signal(Kind.MEDIA, "seen", Type.BOOL),), Type.BOOL)
        >>> print(tree(ask_late(Sample(Filter(User(), new), 5, 1.0))))
        sample(n=5, temperature=1, where=not seen)
          user()
    """
    closed = shared(plan)
    done: dict[int, Node] = {}

    def visit(node: Node) -> Node:
        if id(node) not in done:
            done[id(node)] = map_inputs(_asking(node, closed), visit)
        return done[id(node)]

    return visit(plan)


def _asking(node: Node, closed: frozenset[int]) -> Node:
    match node:
        case Sample(input=Filter() as filter, where=None) if id(filter) not in closed:
            return replace(node, input=filter.input, where=filter.where)
        case _:
            return node
