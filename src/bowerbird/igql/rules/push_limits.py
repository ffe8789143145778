"""Rule: a limit tells those below it how little is asked of them."""

from __future__ import annotations

from dataclasses import replace

from bowerbird.igql.label import Label
from bowerbird.igql.ops.diversify_by import DiversifyBy
from bowerbird.igql.ops.engaged import Engaged
from bowerbird.igql.ops.first_of import FirstOf
from bowerbird.igql.ops.let import Let
from bowerbird.igql.ops.limit import Limit
from bowerbird.igql.ops.rank import Rank
from bowerbird.igql.ops.trending import Listed
from bowerbird.igql.ops.two_hop import TwoHop
from bowerbird.igql.ops.union import Union
from bowerbird.igql.ops.user import User
from bowerbird.igql.plan import Node, map_inputs
from bowerbird.igql.rules.sharing import shared
from bowerbird.igql.stages import Best


def push_limits(plan: Node) -> Node:
    """Put a limit into the step that makes the rows, below steps that keep their number and order.

    A sort keeps its best rows without sorting the others; a list, a hop from the one person, a
    model or a diversity with a cap has a smaller one. No branch of `first_of` or `union` gives more
    than is needed. A node with other readers stays as it is.

    Before: limit(5) <- label <- best <- x
    After:  label <- best(keep=5) <- x

    Example:
        >>> from bowerbird.igql.plan import tree
        >>> print(tree(push_limits(Limit(Best(User()), 5))))
        best(keep=5)
          user()
    """
    closed = shared(plan)
    done: dict[int, Node] = {}

    def visit(node: Node) -> Node:
        if id(node) not in done:
            if isinstance(node, Limit):
                done[id(node)] = cut(node.input, node.n)
            else:
                done[id(node)] = map_inputs(node, visit)
        return done[id(node)]

    def cut(node: Node, n: int) -> Node:
        if id(node) in closed:
            return Limit(visit(node), n)
        if isinstance(node, Limit):
            return cut(node.input, min(n, node.n))
        if isinstance(node, Label | Let):
            return map_inputs(node, lambda input: cut(input, n))
        if isinstance(node, FirstOf | Union):
            enough = max(n, node.least) if isinstance(node, FirstOf) else n
            return Limit(map_inputs(node, lambda input: cut(input, enough)), n)
        capped = _capped(node, n)
        return Limit(visit(node), n) if capped is None else map_inputs(capped, visit)

    found = visit(plan)
    return plan if found == plan else found


def _least(cap: int | None, n: int) -> int:
    return n if cap is None else min(cap, n)


def _capped(node: Node, n: int) -> Node | None:
    """Return the node that gives the first `n` rows of `node` by itself; None where none does."""
    match node:
        case Best(keep=keep) | Rank(keep=keep):
            return replace(node, keep=_least(keep, n))
        case DiversifyBy(keep=keep, method="penalty" | "round_robin" | "max_per"):
            return replace(node, keep=min(keep, n))
        case Listed(k=k):
            return replace(node, k=min(k, n))
        case Engaged(max_num_to_retrieve=cap) if _one(node.input):
            return replace(node, max_num_to_retrieve=min(cap, n))
        case TwoHop(k=k) if _one(node.input):
            return replace(node, k=min(k, n))
        case _:
            return None


def _one(node: Node) -> bool:
    """Return whether there is at most one row: the cap of a hop is one for each row before it."""
    while isinstance(node, Let):
        node = node.input
    return isinstance(node, User)
