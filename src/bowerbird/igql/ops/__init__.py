"""One operator a file: its node, its type rule, its kernel. `OPS` is the whole list."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from bowerbird.igql.extend import extensions
from bowerbird.igql.label import Label, run_label
from bowerbird.igql.later import Later
from bowerbird.igql.op import Op
from bowerbird.igql.ops.account_nn import ACCOUNT_NN
from bowerbird.igql.ops.accounts import ACCOUNTS
from bowerbird.igql.ops.blend import BLEND
from bowerbird.igql.ops.co_engaged import CO_ENGAGED
from bowerbird.igql.ops.dedupe import DEDUPE
from bowerbird.igql.ops.diversify_by import DIVERSIFY_BY
from bowerbird.igql.ops.engaged import (
    COMMENTED,
    ENGAGED,
    FOLLOWED,
    LIKED,
    SAVED,
    SHARED,
    VIEWED,
)
from bowerbird.igql.ops.engaged_media import ENGAGED_MEDIA
from bowerbird.igql.ops.explore import EXPLORE
from bowerbird.igql.ops.filter import FILTER
from bowerbird.igql.ops.first_of import FIRST_OF
from bowerbird.igql.ops.fresh import FRESH
from bowerbird.igql.ops.let import LET
from bowerbird.igql.ops.limit import LIMIT
from bowerbird.igql.ops.linear import LINEAR
from bowerbird.igql.ops.media import MEDIA
from bowerbird.igql.ops.media_engaged_by import MEDIA_ENGAGED_BY
from bowerbird.igql.ops.media_nn import MEDIA_NN
from bowerbird.igql.ops.mix import MIX
from bowerbird.igql.ops.owner import OWNER
from bowerbird.igql.ops.posted_media import POSTED_MEDIA
from bowerbird.igql.ops.rank import RANK
from bowerbird.igql.ops.sample import SAMPLE
from bowerbird.igql.ops.score import SCORE_OP
from bowerbird.igql.ops.trending import TRENDING
from bowerbird.igql.ops.two_hop import TWO_HOP
from bowerbird.igql.ops.union import UNION
from bowerbird.igql.ops.user import USER
from bowerbird.igql.plan import Node
from bowerbird.igql.running import Runner

OPS: tuple[Op, ...] = (
    # sources
    USER,
    ACCOUNTS,
    MEDIA,
    TRENDING,
    FRESH,
    # hops
    ENGAGED,
    LIKED,
    COMMENTED,
    SAVED,
    SHARED,
    FOLLOWED,
    VIEWED,
    ENGAGED_MEDIA,
    ACCOUNT_NN,
    MEDIA_NN,
    CO_ENGAGED,
    LINEAR,
    TWO_HOP,
    POSTED_MEDIA,
    MEDIA_ENGAGED_BY,
    OWNER,
    # rows
    LET,
    FILTER,
    SCORE_OP,
    DEDUPE,
    SAMPLE,
    LIMIT,
    RANK,
    MIX,
    DIVERSIFY_BY,
    EXPLORE,
    # combiners
    BLEND,
    UNION,
    FIRST_OF,
)
"""Every operator of the language itself."""


@cache
def _by_name() -> Mapping[str, Op]:
    return {op.name: op for op in OPS} | dict(extensions().ops)


@cache
def _runners() -> Mapping[type[Node], Runner]:
    return {op.node: op.run for op in _by_name().values()} | {Label: run_label}


BY_NAME: Mapping[str, Op] = Later(_by_name)
"""Every operator by name, those of other packages too."""

RUNNERS: Mapping[type[Node], Runner] = Later(_runners)
"""Type of plan node -> its kernel."""
