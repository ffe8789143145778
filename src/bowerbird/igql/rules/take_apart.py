"""Rule: an operator that puts the best first is what it computes, then a sort."""

from __future__ import annotations

from bowerbird.igql.ops.blend import Blend
from bowerbird.igql.ops.dedupe import Dedupe
from bowerbird.igql.ops.score import Score
from bowerbird.igql.plan import Node, rewrite
from bowerbird.igql.stages import Best, Merge, Rescore, Weigh


def take_apart(plan: Node) -> Node:
    """Take the sort out of `dedupe`, `blend` and `score`, so that later rules can move it.

    Before: dedupe <- x
    After:  best <- merge <- x

    Example:
        >>> from bowerbird.igql.ops.user import User
        >>> from bowerbird.igql.plan import tree
        >>> print(tree(take_apart(Dedupe(User(), "sum"))))
        best()
          merge(combine=sum)
            user()
    """
    return rewrite(plan, _apart)


def _apart(node: Node) -> Node:
    match node:
        case Dedupe(input=input, combine=combine):
            return Best(Merge(input, combine))
        case Blend(branches=branches, weights=weights, scale=scale):
            return Best(Weigh(branches, weights, scale))
        case Score(input=input, by=by):
            return Best(Rescore(input, by))
        case _:
            return node
