"""Rule: media of the accounts that seeds lead to are listed in one step."""

from __future__ import annotations

from bowerbird.core.candidates import Kind
from bowerbird.igql.near_media import NearMedia
from bowerbird.igql.ops.account_nn import AccountNn
from bowerbird.igql.ops.co_engaged import CoEngaged
from bowerbird.igql.ops.posted_media import PostedMedia
from bowerbird.igql.plan import Node, map_inputs
from bowerbird.igql.rules.sharing import shared
from bowerbird.igql.stages import Best, Merge


def list_near(plan: Node) -> Node:
    """Fuse a hop, the merge and the sort after it, and `posted_media`.

    What the accounts between are is on each media already: the account is its `via`, their evidence
    its score. Where another step reads the accounts, they stay.

    Before: posted_media <- best <- merge <- account_nn <- x
    After:  near_media <- x

    Example:
        >>> from bowerbird.igql.ops.user import User
        >>> from bowerbird.igql.plan import tree
        >>> near = Best(Merge(AccountNn(User(), "default", 5), "sum"))
        >>> print(tree(list_near(PostedMedia(near, 3, None, None))))
        near_media(links=account_nn.default, k=5, combine=sum, max_media_per_account=3)
          user()
    """
    closed = shared(plan)
    done: dict[int, Node] = {}

    def visit(node: Node) -> Node:
        if id(node) not in done:
            done[id(node)] = map_inputs(_fused(node, closed) or node, visit)
        return done[id(node)]

    return visit(plan)


def _fused(node: Node, closed: frozenset[int]) -> Node | None:
    match node:
        case PostedMedia(input=Best(keep=None, input=Merge() as merge) as best, where=None):
            hop = merge.input
            if not isinstance(hop, AccountNn | CoEngaged) or closed & {
                id(best),
                id(merge),
                id(hop),
            }:
                return None
            caps = node.max_media_per_account, node.within
            return NearMedia(hop.input, _links(hop), hop.k, merge.combine, *caps, node.then)
    return None


def _links(hop: AccountNn | CoEngaged) -> str:
    if isinstance(hop, AccountNn):
        return f"account_nn.{hop.embedding_config}"
    return f"co_engaged.{Kind.ACCOUNTS}"  # `posted_media` follows accounts only
