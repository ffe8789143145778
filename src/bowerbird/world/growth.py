"""Making room in the World. What is folded never depends on how much room there was."""

from __future__ import annotations

import numpy as np

from bowerbird.core.facts import F32, I64, NONE
from bowerbird.world import ledger as at
from bowerbird.world.details import compact_details
from bowerbird.world.incoming import Facts, most_rows
from bowerbird.world.pairs import rehash
from bowerbird.world.records import (
    HISTORY,
    PAIRS,
    RECORDS,
    SMALLEST,
    Lines,
    Record,
    Store,
    make,
    octets,
    wipe,
)
from bowerbird.world.tables import Sizes

LONG, LONGER = 1 << 16, 1 << 19
"""Lines from which on twice as many, and then a quarter more, would waste more memory than copying
costs time."""

LINES = ("users", "accounts", "media")
_SIZES = slice(at.USERS, at.NAMES + 1)


def sizes_of(ledger: I64) -> Sizes:
    """Return how many rows are meant."""
    return Sizes(*ledger[_SIZES].tolist())


def make_rows(store: Store, facts: Facts) -> Store:
    """Return `store` with a line for everybody and everything that `facts` names."""
    ledger = store.ledger
    ledger[_SIZES] = np.maximum(ledger[_SIZES], most_rows(facts))
    sizes = sizes_of(ledger)
    grown = {
        name: longer(getattr(store, name), RECORDS[name], getattr(sizes, name)) for name in LINES
    }
    store = store._replace(**grown)
    return store._replace(
        media_scores=wider(store.media_scores, len(store.media), sizes.names),
        account_scores=wider(store.account_scores, len(store.accounts), sizes.names),
    )


def length_for(length: int, needed: int) -> int:
    """Return `length`, or where that is too short twice of it, of a long one less than that."""
    if needed <= length:
        return length
    more = length if length < LONG else length // 4 if length < LONGER else length // 8
    return max(needed, length + more, SMALLEST)


def longer(lines: Lines, record: Record, needed: int) -> Lines:
    """Return `lines` with at least `needed` records, new ones as they are before any fact."""
    length = length_for(len(lines), needed)
    if length == len(lines):
        return lines
    grown = np.zeros(length, lines.dtype)
    octets(grown)[: len(lines)] = octets(lines)  # numpy copies records field by field
    wipe(record, grown[len(lines) :])
    return grown


def wider(scores: F32, lines: int, names: int) -> F32:
    """Return `scores` with as many `lines`, and at least `names` columns."""
    width = max(names, scores.shape[1])
    if (lines, width) == scores.shape:
        return scores
    grown = np.full((lines, width), np.nan, np.float32)
    grown[: len(scores), : scores.shape[1]] = scores
    return grown


def make_room(store: Store, need: int, wanted: int) -> Store:
    """Return `store` with the room a kernel stopped for, by the ledger's names for it."""
    match need:
        case at.NEED_HISTORY:
            return store._replace(history=longer(store.history, HISTORY, wanted))
        case at.NEED_SEEN:
            seen = np.empty(length_for(len(store.seen), wanted), np.int32)
            seen[: len(store.seen)] = store.seen
            seen[len(store.seen) :] = NONE
            return store._replace(seen=seen)
        case at.NEED_DETAILS:
            details = np.zeros(length_for(len(store.details), wanted), np.uint8)
            details[: len(store.details)] = store.details
            return store._replace(details=details)
        case at.NEED_COMPACT:
            details = np.zeros_like(store.details)
            compact_details(store.details, details, store.ledger, store.media, store.accounts)
            return store._replace(details=details)
        case at.NEED_PAIRS:
            pairs = make(PAIRS, 2 * len(store.pairs))
            rehash(store.pairs, pairs)
            return store._replace(pairs=pairs)
    return store
