"""Rule: where only young media pass, a list of media is read to the first old one only."""

from __future__ import annotations

from dataclasses import replace

from bowerbird.core.candidates import Kind
from bowerbird.core.signals import Type
from bowerbird.igql.expression import Apply, Expression, Literal, Signal, conjuncts
from bowerbird.igql.ops.filter import Filter
from bowerbird.igql.ops.posted_media import PostedMedia
from bowerbird.igql.plan import Node, rewrite

AGE = Signal(Kind.MEDIA, "age", Type.DURATION)


def stop_early(plan: Node) -> Node:
    """Let `posted_media` leave out what the filter after it finds too old.

    Other conditions cannot go inside: the cap counts what they refuse, and an account's later
    media get less of its score. Media are listed newest first, so those left out here are the
    last ones of each account, which change neither. The filter stays, for the very edge.

    Before: filter(age < 3d) <- posted_media(within=14d) <- x
    After:  filter(age < 3d) <- posted_media(within=3d) <- x

    Example:
        >>> from bowerbird.igql.ops.user import User
        >>> from bowerbird.igql.plan import tree
        >>> young = Apply("<", (AGE, Literal(1000.0, Type.DURATION)), Type.BOOL)
        >>> print(tree(stop_early(Filter(PostedMedia(User(), 10, None, None), young))))
        filter(where=(age < 1s))
          posted_media(max_media_per_account=10, within=1s)
            user()
    """
    return rewrite(plan, _narrow)


def _narrow(node: Node) -> Node:
    match node:
        case Filter(input=PostedMedia(where=None) as posted, where=where):
            caps = [cap for part in conjuncts(where) if (cap := _youngest(part)) is not None]
            within = min([*caps, *([] if posted.within is None else [posted.within])], default=None)
            return (
                node if within == posted.within else Filter(replace(posted, within=within), where)
            )
        case _:
            return node


def _youngest(condition: Expression) -> float | None:
    """Return the greatest age, in whole milliseconds, that `condition` may let pass."""
    match condition:
        case Apply(function="<" | "<=", args=(signal, Literal(value=value))) if signal == AGE:
            return float(int(value)) if 0 <= value < 1e15 else None
        case _:
            return None
