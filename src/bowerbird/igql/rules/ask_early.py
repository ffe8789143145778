"""Rule: what compares one signal of a media is asked while the media are listed."""

from __future__ import annotations

from dataclasses import replace

from bowerbird.igql.expression import all_of, condition_of, conjuncts
from bowerbird.igql.ops.filter import Filter
from bowerbird.igql.ops.posted_media import PostedMedia
from bowerbird.igql.plan import Node, map_inputs
from bowerbird.igql.rules.sharing import shared


def ask_early(plan: Node) -> Node:
    """Give `posted_media` the simple conditions of the filter after it.

    It lists, asks and keeps in one loop, so that a media that is refused is never written down.
    They do not go into `where`: the cap has counted what they refuse. A list with other readers
    stays as it is.

    Before: filter(spam < 0.5 and score > 0.1) <- posted_media <- x
    After:  filter(score > 0.1) <- posted_media(then=spam < 0.5) <- x

    Example:
        >>> from bowerbird.core.candidates import Kind
        >>> from bowerbird.core.signals import Type
        >>> from bowerbird.igql.expression import Apply, Signal
        >>> from bowerbird.igql.ops.user import User
        >>> from bowerbird.igql.plan import tree
        >>> seen = Apply("not", (Signal(Kind.MEDIA, "seen", Type.BOOL),), Type.BOOL)
        >>> print(tree(ask_early(Filter(PostedMedia(User(), 10, None, None), seen))))
        posted_media(max_media_per_account=10, then=not seen)
          user()
    """
    closed = shared(plan)
    done: dict[int, Node] = {}

    def visit(node: Node) -> Node:
        if id(node) not in done:
            done[id(node)] = merge(node)
        return done[id(node)]

    def merge(node: Node) -> Node:
        match node:
            case Filter(input=PostedMedia(where=None, then=then) as posted, where=where):
                if id(posted) in closed:
                    return map_inputs(node, visit)
                early = [part for part in conjuncts(where) if condition_of(part)]
                late = [part for part in conjuncts(where) if not condition_of(part)]
                if not early:
                    return map_inputs(node, visit)
                asked = all_of(*early) if then is None else all_of(then, *early)
                listed = replace(map_inputs(posted, visit), then=asked)
                return Filter(listed, all_of(*late)) if late else listed
            case _:
                return map_inputs(node, visit)

    return visit(plan)
