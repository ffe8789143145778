"""Which media trend: decayed engagements, compared without looking at all media.

All recent counts fade at one rate, so log2(weighted sum) + ts / half-life does not change while
nobody acts on a media, and the order of two untouched media never does. A pool of the best is
chosen now and then from the last pool and what was touched since; now and then from everything,
which makes up for what left the pool without being acted on.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from bowerbird.core.candidates import Rows
from bowerbird.core.facts import COUNTED, F32, F64, U8
from bowerbird.core.kernels import fused, kernel
from bowerbird.core.prefetch import fetch, peek
from bowerbird.world.ledger import (
    FRESH_COUNT,
    MEDIA,
    NEWEST,
    OFFSET,
    POOL_LEN,
    TOUCHED_LEN,
)
from bowerbird.world.probe import Whole
from bowerbird.world.rules import DAY, RECENT_HALF_LIFE, TREND
from bowerbird.world.tables import BLOCKED, FRESH, LISTED, POOL, REMOVED, VIOLATES, Tables

LISTED_MOST = 2048
"""Media in the list of trending ones."""

FRESH_HALF_LIFE = 7 * DAY

_OUT = BLOCKED | REMOVED | VIOLATES
_AHEAD = 16  # media ahead of which records are fetched
_LISTED = np.uint8(LISTED)
_NOT_LISTED = np.uint8(0xFF ^ LISTED)


def best(tables: Tables, media: Rows, most: int) -> tuple[Rows, F64]:
    """Return the at most `most` of `media` that trend and may be shown, with keys, in any order.

    A key is log2 of the weighted recent engagements as of the epoch.
    """
    rows, keys = np.empty(len(media), np.int32), np.empty(len(media), np.float64)
    columns = tables.media
    found = fill_keys(
        media,
        (columns.account, columns.flags, columns.expires),
        tables.accounts.flags[: tables.sizes.accounts],
        (columns.recent, columns.recent_ts),
        int(tables.ledger[NEWEST]),
        (rows, keys),
    )
    rows, keys = rows[:found], keys[:found]
    if found > most:
        chosen = np.argpartition(-keys, most)[:most]
        rows, keys = rows[chosen], keys[chosen]
    return rows, keys


def considered(tables: Tables) -> Rows:
    """Return the media that may trend: the pool, and what was touched since it was chosen."""
    pool = tables.lists.pool[: tables.ledger[POOL_LEN]]
    return np.concatenate([pool, tables.lists.touched[: tables.ledger[TOUCHED_LEN]]])


def refresh_pool(tables: Tables) -> None:
    """Choose the pool anew; from all media where the offset is a power of two."""
    ledger, flags = tables.ledger, tables.media.flags
    before = considered(tables)
    mark(flags, before, _NOT_LISTED, np.uint8(0))
    offset = int(ledger[OFFSET])
    everything = offset & (offset - 1) == 0
    rows = np.arange(ledger[MEDIA], dtype=np.int32) if everything else before
    pool = np.sort(best(tables, rows, POOL)[0])
    mark(flags, pool, _NOT_LISTED, _LISTED)
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
    found, ready = fill_fresh(
        tables.lists.fresh,
        int(tables.ledger[FRESH_COUNT]),
        (tables.media.account, tables.media.flags, tables.media.expires, tables.media.ts),
        tables.accounts.flags[: tables.sizes.accounts],
        newest,
        (rows, posted),
    )
    rows, posted = rows[:found], posted[:found]
    if not ready:
        order = np.argsort(-posted, kind="stable")
        rows, posted = rows[order], posted[order]
    age = np.maximum(newest - posted, 0)
    return rows, np.exp2(-age / FRESH_HALF_LIFE).astype(np.float32)


@kernel
def mark(flags: U8, media: Any, keep: Any, add: Any) -> None:
    """Take off all flags but `keep`, and add some, on each of `media`, once or more."""
    for i in range(len(media)):
        if i + _AHEAD < len(media):
            fetch(flags, media[i + _AHEAD], 1)
        flags[media[i]] = flags[media[i]] & keep | add


@fused
def barred(shown: Any, owner_flags: U8, media: Whole, now: Whole) -> bool:
    """Return whether a known media or its owner may not be shown to anyone."""
    account, flags, expires = shown
    owner, said, ends = account[media], flags[media], expires[media]
    if 0 <= owner < len(owner_flags):
        said |= owner_flags[owner]
    return bool(said & _OUT or (ends != 0 and ends <= now))


@kernel
def fill_keys(media: Any, shown: Any, owner_flags: U8, counts: Any, now: Whole, out: Any) -> int:
    """Write the `media` that trend and may be shown, and the key of each, and return how many.

    Each is looked at once, those that follow being fetched meanwhile: as masks and columns of all
    of them it takes seven times as long.
    """
    recent, clock = counts
    rows, keys = out
    found = 0
    for i in range(len(media)):
        if i + _AHEAD < len(media):
            fetch(clock, media[i + _AHEAD], 128)  # a record begins with it, its counts end there
        if i + _AHEAD // 2 < len(media):
            owner = shown[0][media[i + _AHEAD // 2]]
            if 0 <= owner < len(owner_flags):
                fetch(owner_flags, owner, 1)
        row = media[i]
        total = 0.0
        for action in range(COUNTED):
            if TREND[action] > 0:
                total += np.float32(TREND[action]) * recent[row, action]
        if total > 0 and not barred(shown, owner_flags, row, now):
            rows[found], keys[found] = row, np.log2(total) + clock[row] / RECENT_HALF_LIFE
            found += 1
    return found


@kernel
def fill_fresh(ring: Any, count: int, columns: Any, owner_flags: Any, now: int, out: Any) -> Any:
    """Write the media of the ring that may be shown, latest fact first, and when they were posted.

    Each media is looked at once, those that follow being fetched meanwhile: as masks of the whole
    ring it takes four times as long. Returns how many there are, and whether the newest post is
    first already.
    """
    account, flags, expires, ts = columns
    rows, posted = out
    found, ready, at = 0, True, (count - 1) % len(ring)
    for _ in range(min(count, len(ring))):
        far, near = ring[at - _AHEAD], ring[at - _AHEAD // 2]  # before the first comes the last
        if far >= 0:
            peek(account, far, 8)
            peek(expires, far, 8)
        if near >= 0 and 0 <= account[near] < len(owner_flags):
            peek(owner_flags, account[near], 1)
        media = ring[at]
        if not barred((account, flags, expires), owner_flags, media, now):
            rows[found], posted[found] = media, ts[media]
            ready = ready and (found == 0 or posted[found] <= posted[found - 1])
            found += 1
        at = at - 1 if at > 0 else len(ring) - 1
    return found, ready
