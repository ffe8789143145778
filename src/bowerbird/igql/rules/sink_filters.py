"""Rule: rows that are going to be dropped are dropped before anything is done with them."""

from __future__ import annotations

from dataclasses import replace

from bowerbird.core.candidates import SCORE, SEED_MEDIA, SIMILARITY, SOURCE, VIA
from bowerbird.igql.cost import chance, nanoseconds
from bowerbird.igql.expression import Expression, all_of, condition_of, conjuncts
from bowerbird.igql.label import Label
from bowerbird.igql.ops.account_nn import AccountNn
from bowerbird.igql.ops.co_engaged import CoEngaged
from bowerbird.igql.ops.filter import Filter
from bowerbird.igql.ops.let import Let
from bowerbird.igql.ops.owner import Owner
from bowerbird.igql.ops.posted_media import PostedMedia
from bowerbird.igql.ops.union import Union
from bowerbird.igql.plan import Node, map_inputs
from bowerbird.igql.rules.reading import about_rows, columns_read
from bowerbird.igql.rules.sharing import shared
from bowerbird.igql.stages import Best, Merge, Rescore

HOPS: dict[type[Node], frozenset[str]] = {
    AccountNn: frozenset({SCORE, SIMILARITY, VIA}),
    CoEngaged: frozenset({SCORE, SIMILARITY, VIA, SEED_MEDIA}),
    PostedMedia: frozenset({SCORE}),
    Owner: frozenset(),
}
"""Hops that treat each row by itself -> the columns they set. Those with caps over all are not."""


MERGING = 15.0
"""Nanoseconds for each row that is merged: a condition that costs less is asked before."""


def sink_filters(plan: Node) -> Node:
    """Move each part of a filter below the sorts, columns and hops that it does not depend on.

    A part that reads only what rows carried over a hop holds for all that one row led to, or for
    none. One that asks what a row is says the same of all that is merged into it, and comes first
    where it is cheap and drops much. A `union` with media of accounts is asked branch by branch,
    for `ask_early`. A node with other readers is not opened: it would run twice.

    Before: filter(a and seed_action == like) <- posted_media <- x
    After:  filter(a) <- posted_media <- filter(seed_action == like) <- x

    Example:
        >>> from bowerbird.core.signals import Type
        >>> from bowerbird.igql.expression import Apply, Column, Literal
        >>> from bowerbird.igql.ops.user import User
        >>> from bowerbird.igql.plan import tree
        >>> near = Apply(">", (Column("score", Type.NUMBER), Literal(0.1, Type.NUMBER)), Type.BOOL)
        >>> print(tree(sink_filters(Filter(Best(User()), near))))
        best()
          filter(where=(score > 0.1))
            user()
    """
    closed = shared(plan)
    done: dict[int, Node] = {}

    def visit(node: Node) -> Node:
        if id(node) not in done:
            done[id(node)] = place((), node)
        return done[id(node)]

    def place(conditions: tuple[Expression, ...], node: Node) -> Node:
        if conditions and id(node) in closed:
            return _filtered(conditions, visit(node))
        if isinstance(node, Filter):
            inner = tuple(conjuncts(node.where))
            return place((*inner, *conditions), node.input)
        below = tuple(part for part in conditions if _passes(part, node))
        above = tuple(part for part in conditions if part not in below)
        if not below:
            return _filtered(above, map_inputs(node, visit))
        return _filtered(above, map_inputs(node, lambda input: place(below, input)))

    found = visit(plan)
    return plan if found == plan else found


def _lists(node: Node) -> bool:
    """Return whether `posted_media` can ask, while it lists, a condition on what `node` gives."""
    if isinstance(node, Label | Let | Filter | Union):
        return any(_lists(input) for input in node.inputs)
    return isinstance(node, PostedMedia)


def _filtered(conditions: tuple[Expression, ...], node: Node) -> Node:
    if not conditions:
        return node
    if isinstance(node, Filter):
        return replace(node, where=all_of(node.where, *conditions))
    return Filter(node, all_of(*conditions))


def _passes(condition: Expression, node: Node) -> bool:
    """Return whether `condition` says the same of the rows before `node` as of those after it."""
    read = columns_read(condition)
    match node:
        case Best(keep=None):
            return True
        case Union():
            return _lists(node)
        case Merge(input=input):
            cheap = chance(condition) <= 0.5 and nanoseconds(condition) < MERGING
            early = condition_of(condition) is not None and _lists(input)
            return about_rows(condition) and not read and (cheap or early)
        case Label():
            return SOURCE not in read
        case Rescore():
            return SCORE not in read
        case Let(columns=columns):
            return not read & {name for name, _ in columns}
        case _:
            hop = HOPS.get(type(node))
            return hop is not None and not about_rows(condition) and not read & hop
