"""From seeds straight to what the accounts near them posted: four steps made one.

The accounts between are put together, put in order and listed, and never become a step.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar

import numpy as np

from bowerbird.core.candidates import SCORE, SIMILARITY, VIA, Kind
from bowerbird.core.kernels import kernel
from bowerbird.igql.expression import Expression
from bowerbird.igql.frame import Frame
from bowerbird.igql.keep import Parts, keep, parts_of
from bowerbird.igql.kernels.links import expand_rows
from bowerbird.igql.kernels.merge import COMBINES, marks_for, merge_rows
from bowerbird.igql.kernels.order import order
from bowerbird.igql.ops.posted_media import Listing, list_media, listed
from bowerbird.igql.plan import Node
from bowerbird.igql.running import Run


@dataclass(frozen=True)
class NearMedia(Node):
    """A hop over accounts, evidence merged, best first, then `posted_media` of each.

    Attributes:
        links: name of the lists that the hop follows.
        k: accounts of each row before it.
        combine: how evidence for one account is put together.
        max_media_per_account: see `PostedMedia`, as for `within` and `then`.
    """

    op: ClassVar[str] = "near_media"

    input: Node
    links: str
    k: int
    combine: str
    max_media_per_account: int
    within: float | None
    then: Expression | None

    @cached_property
    def parts(self) -> Parts:
        """The parts of `then`."""
        return () if self.then is None else parts_of(self.then)


@kernel
def _near(
    seeds: Any, scores: Any, k: int, one: Any, two: Any, mode: int, marks: Any, listing: Any
) -> Any:
    """Return the accounts between, best first, and what they posted.

    Returns:
        Position of its seed, row and similarity of each account; and what `list_media` returns.
    """
    at, found, near, evidence = expand_rows(seeds, scores, k, one, two)
    strongest, strength = merge_rows(found, evidence, mode, marks)
    best = order(strength, len(strength))
    seed, accounts = np.empty(len(best), np.int32), np.empty(len(best), np.int32)
    similarity, score = np.empty(len(best), np.float32), np.empty(len(best), np.float32)
    for i in range(len(best)):
        way = strongest[best[i]]
        seed[i], accounts[i], similarity[i] = at[way], found[way], near[way]
        score[i] = strength[best[i]]
    lists, times, cap, sieve = listing
    return seed, accounts, similarity, list_media(accounts, score, lists, times, cap, sieve)


def run_near_media(node: NearMedia, run: Run) -> Frame:
    """Return media, the best account's first, each account's newest first."""
    seeds = run.frame(node.input)
    one, two = run.links(node.links)
    combine = COMBINES.index(node.combine)
    marks = marks_for(len(one[0]))

    def near(listing: Listing) -> tuple[Any, bool]:
        *ways, (*media, known) = _near(
            seeds.rows, seeds.score, node.k, one, two, combine, marks, listing
        )
        return (ways, media), known

    ((seed, rows, similarity), (at, media, score)), left = listed(node, near, run)
    accounts = seeds.hop(Kind.ACCOUNTS, rows, seed, {SIMILARITY: similarity, VIA: rows})
    return keep(left, accounts.hop(Kind.MEDIA, media, at, {SCORE: score}), run)
