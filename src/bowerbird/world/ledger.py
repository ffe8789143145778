"""Positions in `Tables.ledger`: the scalars of the fold, in one array that kernels write to.

All of them follow from the facts alone, never from how batches were cut.
"""

from __future__ import annotations

import numpy as np

from bowerbird.core.facts import I64, NONE, Flag
from bowerbird.core.kernels import fused
from bowerbird.world.probe import Whole
from bowerbird.world.rules import REFRESH

OFFSET = 0  # next journal offset
NEWEST = 1  # largest known ts
USERS = 2  # rows meant
ACCOUNTS = 3
MEDIA = 4
NAMES = 5  # columns of scores meant
HISTORY_USED = 6  # filled positions of the arenas
SEEN_USED = 7
DETAILS_USED = 8
DETAILS_DEAD = 9  # bytes of details nobody points at
PAIRS = 10  # pairs in the table
POOL_LEN = 11
TOUCHED_LEN = 12
FRESH_COUNT = 13  # media facts ever put in the ring

NEED = 14  # why the kernel stopped, of those below; 0 between folds
AMOUNT = 15  # how long what it asks for must at least be; 0 between folds
HISTORY_FREE = 16  # heads of the lists of free slices, by log2 of their length
SEEN_FREE = 32
LENGTH = 64

NEED_NOTHING = 0
NEED_HISTORY = 1  # these five stop before a fact, for room
NEED_SEEN = 2
NEED_DETAILS = 3
NEED_COMPACT = 4
NEED_PAIRS = 5
NEEDS_ROOM = (NEED_HISTORY, NEED_SEEN, NEED_DETAILS, NEED_PAIRS)
NEED_FORGET = 8  # these two, which add up, stop after one: it removed a person,
NEED_REFRESH = 16  # or the pool of trending media is due


def new_ledger() -> I64:
    """Return the ledger of an empty World."""
    ledger = np.zeros(LENGTH, np.int64)
    ledger[HISTORY_FREE:] = NONE
    return ledger


_TIME_KNOWN = int(Flag.TIME_KNOWN)


@fused
def step(ledger: I64, ts: Whole, flags: Whole) -> bool:
    """Move on past one fact; return whether the kernel has to stop there.

    The pool is due at every power of two below `REFRESH`, and at every multiple of it.
    """
    ledger[OFFSET] += 1
    if flags & _TIME_KNOWN:
        ledger[NEWEST] = max(ledger[NEWEST], ts)
    offset = ledger[OFFSET]
    if offset % REFRESH == 0 or (offset < REFRESH and offset & (offset - 1) == 0):
        ledger[NEED] |= NEED_REFRESH
    return bool(ledger[NEED] != NEED_NOTHING)
