"""Which media trend: decayed engagements, compared without looking at all media.

All recent counts fade at one rate, so log2(weighted sum) + ts / half-life does not change while
nobody acts on a media, and the order of two untouched media never does. A pool of the best is
chosen now and then from the last pool and what was touched since; now and then from everything,
which makes up for what left the pool without being acted on.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from bowerbird.core.candidates import Mask, Rows
from bowerbird.core.facts import F32, F64
from bowerbird.core.kernels import kernel
from bowerbird.core.prefetch import fetch
from bowerbird.world.ledger import (
    FRESH_COUNT,
    MEDIA,
    NEWEST,
    OFFSET,
    POOL_LEN,
    TOUCHED_LEN,
)
from bowerbird.world.measures import gather
from bowerbird.world.rules import DAY, RECENT_HALF_LIFE, TREND
from bowerbird.world.tables import BLOCKED, FRESH, LISTED, POOL, REMOVED, VIOLATES, Tables

LISTED_MOST = 2048
"""Media in the list of trending ones."""

FRESH_HALF_LIFE = 7 * DAY

_OUT = BLOCKED | REMOVED | VIOLATES
_LISTED = np.uint8(LISTED)
_NOT_LISTED = np.uint8(0xFF ^ LISTED)


def may_show(tables: Tables, media: Rows, now: int) -> Mask:
    """Return whether each of `media` ([n] known rows) and its owner may be shown to anyone."""
    owner, accounts = tables.media.account[media], tables.sizes.accounts
    owners_flags = gather(tables.accounts.flags, owner, accounts, 0)
    expires = tables.media.expires[media]
    barred = ((tables.media.flags[media] | owners_flags) & _OUT) != 0
    shown: Mask = ~(barred | ((expires != 0) & (expires <= now)))
    return shown


def trend_keys(tables: Tables, media: Rows) -> F64:
    """Return log2 of the weighted recent engagements as of the epoch, -inf where there are none."""
    recent = tables.media.recent[media]
    total = np.zeros(len(media))
    for action, weight in enumerate(TREND):
        if weight:
            total += weight * recent[:, action]
    with np.errstate(divide="ignore"):
        keys: F64 = np.log2(total) + tables.media.recent_ts[media] / RECENT_HALF_LIFE
    return keys


def best(tables: Tables, media: Rows, most: int) -> tuple[Rows, F64]:
    """Return the at most `most` of `media` that trend and may be shown, with keys, in any order."""
    media = media[may_show(tables, media, int(tables.ledger[NEWEST]))]
    keys = trend_keys(tables, media)
    media, keys = media[keys > -np.inf], keys[keys > -np.inf]
    if len(media) > most:
        chosen = np.argpartition(-keys, most)[:most]
        media, keys = media[chosen], keys[chosen]
    return media, keys


def considered(tables: Tables) -> Rows:
    """Return the media that may trend: the pool, and what was touched since it was chosen."""
    pool = tables.lists.pool[: tables.ledger[POOL_LEN]]
    return np.concatenate([pool, tables.lists.touched[: tables.ledger[TOUCHED_LEN]]])


def refresh_pool(tables: Tables) -> None:
    """Choose the pool anew; from all media where the offset is a power of two."""
    ledger, flags = tables.ledger, tables.media.flags
    before = considered(tables)
    flags[before] &= _NOT_LISTED
    offset = int(ledger[OFFSET])
    everything = offset & (offset - 1) == 0
    rows = np.arange(ledger[MEDIA], dtype=np.int32) if everything else before
    pool = np.sort(best(tables, rows, POOL)[0])
    flags[pool] |= _LISTED
    tables.lists.pool[: len(pool)] = pool
    ledger[POOL_LEN], ledger[TOUCHED_LEN] = len(pool), 0


def trending(tables: Tables) -> tuple[Rows, F32]:
    """Return the media that trend as of the newest fact, best first, with decayed engagements."""
    rows, keys = best(tables, considered(tables), LISTED_MOST)
    order = np.lexsort((rows, -keys))
    scores = np.exp2(keys[order] - int(tables.ledger[NEWEST]) / RECENT_HALF_LIFE)
    return rows[order], scores.astype(np.float32)


def fresh(tables: Tables) -> tuple[Rows, F32]:
    """Return new media, newest post first, ties to the later fact; scores halve in a week."""
    newest = int(tables.ledger[NEWEST])
    rows, posted = np.empty(FRESH, np.int32), np.empty(FRESH, np.int64)
    found = fill_fresh(
        tables.lists.fresh,
        int(tables.ledger[FRESH_COUNT]),
        (tables.media.account, tables.media.flags, tables.media.expires, tables.media.ts),
        tables.accounts.flags[: tables.sizes.accounts],
        newest,
        (rows, posted),
    )
    rows, posted = rows[:found], posted[:found]
    order = np.argsort(-posted, kind="stable")
    age = np.maximum(newest - posted[order], 0)
    return rows[order], np.exp2(-age / FRESH_HALF_LIFE).astype(np.float32)


@kernel
def fill_fresh(ring: Any, count: int, columns: Any, owner_flags: Any, now: int, out: Any) -> int:
    """Write the media of the ring that `may_show`, latest fact first, and when they were posted.

    Each media is looked at once, a line at a time: as masks of the whole ring it takes four times
    as long. Returns how many there are.
    """
    account, flags, expires, ts = columns
    rows, posted = out
    found = 0
    for media in ring:  # ask for everything before reading any of it: one wait for memory, not two
        if media >= 0:
            fetch(account, media, 8)
            fetch(expires, media, 8)
    for media in ring:
        if media >= 0 and 0 <= account[media] < len(owner_flags):
            fetch(owner_flags, account[media], 1)
    for fact in range(count - 1, max(count - len(ring), 0) - 1, -1):
        media = ring[fact % len(ring)]
        owner = account[media]
        barred = flags[media]
        if 0 <= owner < len(owner_flags):
            barred |= owner_flags[owner]
        ends = expires[media]
        if barred & _OUT or (ends != 0 and ends <= now):
            continue
        rows[found], posted[found] = media, ts[media]
        found += 1
    return found
