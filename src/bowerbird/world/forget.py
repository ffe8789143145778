"""Forgetting a person: everything that names them goes, what they added to others' counts stays."""

from __future__ import annotations

from bowerbird.core.facts import I32, I64, NONE
from bowerbird.core.kernels import fused, kernel
from bowerbird.world.catalogue import unlink
from bowerbird.world.history import wipe_history
from bowerbird.world.ledger import ACCOUNTS, HISTORY_FREE, HISTORY_USED, PAIRS, SEEN_FREE, SEEN_USED
from bowerbird.world.pairs import erase_pair
from bowerbird.world.probe import Whole
from bowerbird.world.records import USERS, Lines, Store, make
from bowerbird.world.slices import free_slice
from bowerbird.world.tables import REMOVED


@fused
def forget_engager(accounts: Lines, account: Whole, u: Whole) -> None:
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
def forget_everywhere(
    accounts: Lines,
    users: Lines,
    history: Lines,
    pairs: Lines,
    seen: I32,
    ledger: I64,
    u: Whole,
) -> None:
    """Take person `u` out of all but their own line; passes once over all pairs and accounts."""
    unlink(accounts, users, NONE, u)
    at, length = users.history_base[u], users.history_cap[u]
    if length > 0:
        wipe_history(history, at, length)
        free_slice(history.account, ledger, HISTORY_USED, HISTORY_FREE, at, length)
    at, length = users.seen_at[u], users.seen_cap[u]
    if length > 0:
        seen[at : at + length] = NONE
        free_slice(seen, ledger, SEEN_USED, SEEN_FREE, at, length)
    for line in range(len(pairs)):
        while pairs.key[line] != NONE and pairs.key[line] >> 32 == u:
            erase_pair(pairs, line)
            ledger[PAIRS] -= 1
    for account in range(ledger[ACCOUNTS]):
        forget_engager(accounts, account, u)


def forget_person(store: Store, user: int) -> None:
    """Forget a person in `store`: their line is as before any fact, but for the flag."""
    forget_everywhere(
        store.accounts,
        store.users,
        store.history,
        store.pairs,
        store.seen,
        store.ledger,
        user,
    )
    store.users[user] = make(USERS, 1)[0]
    store.users["bits"][user] = REMOVED
