"""Rule: of the conditions of a filter, those that drop most rows for their cost are asked first."""

from __future__ import annotations

from dataclasses import replace

from bowerbird.igql.cost import chance, nanoseconds
from bowerbird.igql.expression import Expression, all_of, conjuncts
from bowerbird.igql.ops.explore import Explore
from bowerbird.igql.ops.filter import Filter
from bowerbird.igql.ops.posted_media import PostedMedia
from bowerbird.igql.plan import Node, rewrite


def order_conjuncts(plan: Node) -> Node:
    """Sort the parts of each `and` by cost over the share of rows they drop, the least first.

    Each part is asked of the rows that are left only, and none of them changes anything, so their
    order does not matter to the result. This order is the cheapest for independent parts
    (Hellerstein and Stonebraker 1993).

    Before: filter(not seen and score > 0.1) <- x
    After:  filter(score > 0.1 and not seen) <- x

    Example:
        >>> from bowerbird.core.candidates import Kind
        >>> from bowerbird.core.signals import Type
        >>> from bowerbird.igql.expression import Apply, Column, Literal, Signal
        >>> from bowerbird.igql.ops.user import User
        >>> from bowerbird.igql.plan import tree
        >>> seen = Apply("not", (Signal(Kind.MEDIA, "seen", Type.BOOL),), Type.BOOL)
        >>> high = Apply(">", (Column("score", Type.NUMBER), Literal(0.1, Type.NUMBER)), Type.BOOL)
        >>> print(tree(order_conjuncts(Filter(User(), Apply("and", (seen, high), Type.BOOL)))))
        filter(where=((score > 0.1) and not seen))
          user()
    """
    return rewrite(plan, _order)


def _order(node: Node) -> Node:
    match node:
        case Filter(where=where) | Explore(where=where):
            return replace(node, where=_sorted(where))
        case PostedMedia(where=where) if where is not None:
            return replace(node, where=_sorted(where))
        case PostedMedia(then=then) if then is not None:
            return replace(node, then=_sorted(then))
        case _:
            return node


def _sorted(where: Expression) -> Expression:
    return all_of(*sorted(dict.fromkeys(conjuncts(where)), key=_rank))


def _rank(condition: Expression) -> float:
    return nanoseconds(condition) / (1 - chance(condition))
