"""Rule: a draw asks a condition of the rows that it comes to, not of all there are."""

from __future__ import annotations

from dataclasses import replace

from bowerbird.igql.cost import DRAW, chance, nanoseconds
from bowerbird.igql.expression import Expression, all_of, conjuncts
from bowerbird.igql.ops.filter import Filter
from bowerbird.igql.ops.sample import Sample
from bowerbird.igql.plan import Node, map_inputs
from bowerbird.igql.rules.sharing import shared


def ask_late(plan: Node) -> Node:
    """Give `sample` the conditions before it that cost more than drawing what they would drop.

    A draw takes the rows of the smallest keys, and a key depends on the row and its score alone.
    So rows can be drawn first and asked then: of tens of thousands a page's filter sees some
    hundred. Conditions that drop many rows for little stay; so does a filter with other readers.

    Before: sample <- filter(score > 0.1 and not seen) <- x
    After:  sample(where=not seen) <- filter(score > 0.1) <- x

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
            late = tuple(part for part in conjuncts(filter.where) if _late(part))
            early = tuple(part for part in conjuncts(filter.where) if part not in late)
            if not late:
                return node
            left = replace(filter, where=all_of(*early)) if early else filter.input
            return replace(node, input=left, where=all_of(*late))
        case _:
            return node


def _late(condition: Expression) -> bool:
    return nanoseconds(condition) > DRAW * (1 - chance(condition))
