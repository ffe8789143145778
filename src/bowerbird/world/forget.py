"""Forgetting a person: everything that names them goes, what they added to others' counts stays."""

from __future__ import annotations

import numpy as np

from bowerbird.core.facts import I64, NONE
from bowerbird.core.kernels import kernel
from bowerbird.world.catalogue import unlink
from bowerbird.world.history import wipe_history
from bowerbird.world.ledger import HISTORY_FREE, PAIRS, SEEN_FREE
from bowerbird.world.pairs import erase_pair
from bowerbird.world.probe import Whole
from bowerbird.world.slices import free_slice
from bowerbird.world.tables import REMOVED, Accounts, Arenas, Pairs, Users

_REMOVED = np.uint8(REMOVED)


@kernel
def forget_slices(users: Users, arenas: Arenas, ledger: I64, u: Whole) -> None:
    """Wipe and free a person's history and seen set."""
    at, length = users.history_base[u], users.history_cap[u]
    if length > 0:
        wipe_history(arenas, at, length)
        free_slice(arenas.history_account, ledger, HISTORY_FREE, at, length)
    at, length = users.seen_at[u], users.seen_cap[u]
    if length > 0:
        arenas.seen[at : at + length] = NONE
        free_slice(arenas.seen, ledger, SEEN_FREE, at, length)


@kernel
def forget_line(users: Users, u: Whole) -> None:
    """Make a person's line as it was before any fact, but for the flag."""
    users.total[u] = 0
    users.recent[u] = 0
    users.recent_ts[u] = 0
    users.by_type[u] = 0
    users.session_ts[u] = 0
    users.session_events[u] = 0
    users.last_ts[u] = 0
    users.history_at[u] = 0
    users.history_len[u] = 0
    users.history_base[u] = NONE
    users.history_cap[u] = 0
    users.seen_at[u] = NONE
    users.seen_cap[u] = 0
    users.seen_len[u] = 0
    users.shown[u] = NONE
    users.shown_page[u] = 0
    users.pages[u] = 0
    users.request[u] = 0
    users.flags[u] = _REMOVED
    users.hidden_topics[u] = NONE


@kernel
def forget_engager(accounts: Accounts, account: Whole, u: Whole) -> None:
    """Take a person out of the recent engagers of an account."""
    length, kept = accounts.engagers_len[account], 0
    for i in range(length):
        engager = accounts.engagers[account, i]
        if engager != u:
            accounts.engagers[account, kept] = engager
            kept += 1
    for i in range(kept, length):
        accounts.engagers[account, i] = NONE
    accounts.engagers_len[account] = kept


@kernel
def forget_person(
    accounts: Accounts,
    users: Users,
    arenas: Arenas,
    pairs: Pairs,
    ledger: I64,
    rows: Whole,
    u: Whole,
) -> None:
    """Forget person `u`; passes once over all pairs and `rows` accounts."""
    unlink(accounts, users, NONE, u)
    forget_slices(users, arenas, ledger, u)
    forget_line(users, u)
    for line in range(len(pairs.key)):
        while pairs.key[line] != NONE and pairs.key[line] >> 32 == u:
            erase_pair(pairs, line)
            ledger[PAIRS] -= 1
    for account in range(rows):
        forget_engager(accounts, account, u)
