"""Rule: rows that have a source need no other."""

from __future__ import annotations

from bowerbird.igql.label import Label
from bowerbird.igql.ops.filter import Filter
from bowerbird.igql.ops.first_of import FirstOf
from bowerbird.igql.ops.let import Let
from bowerbird.igql.ops.limit import Limit
from bowerbird.igql.ops.rank import Rank
from bowerbird.igql.ops.sample import Sample
from bowerbird.igql.ops.union import Union
from bowerbird.igql.plan import Node, rewrite
from bowerbird.igql.stages import Best, Merge, Rescore, Weigh

KEEP = (Filter, Let, Limit, Rank, Sample, Best, Merge, Rescore, Union, FirstOf, Weigh)
"""Steps whose rows all continue rows before them."""


def drop_labels(plan: Node) -> Node:
    """Leave out a label on rows that all have one.

    Before: label(text=a) <- best <- weigh(label(text=b) <- x, label(text=c) <- y)
    After:  best <- weigh(label(text=b) <- x, label(text=c) <- y)

    Example:
        >>> from bowerbird.igql.ops.user import User
        >>> from bowerbird.igql.plan import tree
        >>> print(tree(drop_labels(Label(Best(Label(User(), "b")), "a"))))
        best()
          label(text=b)
            user()
    """
    return rewrite(plan, _drop)


def _drop(node: Node) -> Node:
    return node.input if isinstance(node, Label) and _labelled(node.input) else node


def _labelled(node: Node) -> bool:
    if isinstance(node, Label):
        return True
    return isinstance(node, KEEP) and all(_labelled(input) for input in node.inputs)
