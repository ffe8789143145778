"""Rule: columns that are set one after the other are set at once, and only if they last."""

from __future__ import annotations

from bowerbird.igql.ops.let import Let
from bowerbird.igql.plan import Node, rewrite
from bowerbird.igql.rules.reading import columns_read


def merge_lets(plan: Node) -> Node:
    """Merge a `let` into the one under it that it does not read; what it overwrites goes.

    Before: let(a=2, b=3) <- let(a=1) <- x
    After:  let(a=2, b=3) <- x

    Example:
        >>> from bowerbird.core.signals import Type
        >>> from bowerbird.igql.expression import Literal
        >>> from bowerbird.igql.ops.user import User
        >>> from bowerbird.igql.plan import tree
        >>> one, two = (Literal(n, Type.NUMBER) for n in (1, 2))
        >>> print(tree(merge_lets(Let(Let(User(), (("a", one), ("b", one))), (("a", two),)))))
        let(columns=[[b, 1], [a, 2]])
          user()
    """
    return rewrite(plan, _merge)


def _merge(node: Node) -> Node:
    match node:
        case Let(input=Let() as inner, columns=columns):
            below = {name for name, _ in inner.columns}
            if any(columns_read(value) & below for _, value in columns):
                return node
            named = {name for name, _ in columns}
            kept = tuple(pair for pair in inner.columns if pair[0] not in named)
            return Let(inner.input, (*kept, *columns))
        case _:
            return node
