"""Making room in the World. What is folded never depends on how much room there was."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

import numpy as np

from bowerbird.core.facts import I64
from bowerbird.world import columns as c
from bowerbird.world import ledger as at
from bowerbird.world.details import compact_details
from bowerbird.world.incoming import Facts, most_rows
from bowerbird.world.pairs import rehash
from bowerbird.world.tables import Accounts, Media, Pairs, Sizes, Tables

Scored = TypeVar("Scored", Media, Accounts)

_ARENAS: Mapping[int, Mapping[str, c.Column]] = {
    at.NEED_HISTORY: c.HISTORY,
    at.NEED_SEEN: c.SEEN,
    at.NEED_DETAILS: c.DETAILS,
}
_SIZES = slice(at.USERS, at.NAMES + 1)


def sizes_of(ledger: I64) -> Sizes:
    """Return how many rows are meant."""
    return Sizes(*ledger[_SIZES].tolist())


def make_rows(tables: Tables, facts: Facts) -> Tables:
    """Return `tables` with a line for everybody and everything that `facts` names."""
    ledger = tables.ledger
    ledger[_SIZES] = np.maximum(ledger[_SIZES], most_rows(facts))
    sizes = sizes_of(ledger)
    return tables._replace(
        sizes=sizes,
        users=c.grown(tables.users, c.USERS, sizes.users),
        accounts=widened(c.grown(tables.accounts, c.ACCOUNTS, sizes.accounts), sizes.names),
        media=widened(c.grown(tables.media, c.MEDIA, sizes.media), sizes.names),
    )


def widened(group: Scored, names: int) -> Scored:
    """Return `group` with at least `names` columns of scores."""
    lines, width = group.scores.shape
    if names <= width:
        return group
    scores = np.full((lines, names), np.nan, np.float32)
    scores[:, :width] = group.scores
    return group._replace(scores=scores)


def make_room(tables: Tables, need: int) -> Tables:
    """Return `tables` with the room a kernel stopped for, by the ledger's name for it."""
    ledger = tables.ledger
    if need in _ARENAS:
        arenas = c.grown(tables.arenas, _ARENAS[need], int(ledger[at.AMOUNT]))
        return tables._replace(arenas=arenas)
    if need == at.NEED_PAIRS:
        return tables._replace(pairs=rehashed(tables.pairs))
    if need == at.NEED_COMPACT:
        details = compact_details(
            tables.arenas.details,
            ledger,
            tables.media,
            tables.accounts,
            tables.sizes.media,
            tables.sizes.accounts,
        )
        return tables._replace(arenas=tables.arenas._replace(details=details))
    return tables


def rehashed(pairs: Pairs) -> Pairs:
    """Return the same pairs in a table twice as long."""
    longer = 2 * len(pairs.key)
    target = Pairs(**{name: c.make(column, longer) for name, column in c.PAIRS.items()})
    rehash(pairs, target)
    return target
