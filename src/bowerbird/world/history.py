"""Each person's recent engagements: a window of at most `HISTORY` that slides in a slice."""

from __future__ import annotations

from bowerbird.core.facts import I64, NONE, UNKNOWN
from bowerbird.core.kernels import kernel
from bowerbird.world.ledger import AMOUNT, HISTORY_FREE, HISTORY_USED
from bowerbird.world.probe import Whole
from bowerbird.world.slices import SMALLEST, free_slice, has_room, take_slice
from bowerbird.world.tables import HISTORY, Arenas, Users

LONGEST = 256
"""Length of the largest slice; beyond `HISTORY`, so that the window rarely has to move back."""


@kernel
def history_is_full(users: Users, user: Whole) -> bool:
    """Return whether the window touches the end of a slice that may still be outgrown."""
    at, length = users.history_at[user], users.history_len[user]
    capacity = users.history_cap[user]
    end = users.history_base[user] + capacity if capacity > 0 else 0
    return bool(capacity < LONGEST and at + length == end)


@kernel
def history_fits(users: Users, arenas: Arenas, ledger: I64, user: Whole) -> bool:
    """Return whether one more entry fits without the arena growing."""
    if not history_is_full(users, user):
        return True
    wanted = max(2 * users.history_cap[user], SMALLEST)
    ledger[AMOUNT] = ledger[HISTORY_USED] + wanted
    return has_room(arenas.history_account, ledger, HISTORY_USED, HISTORY_FREE, wanted)


@kernel
def copy_entry(arenas: Arenas, source: Whole, target: Whole) -> None:
    """Copy one entry of the arena over another."""
    arenas.history_media[target] = arenas.history_media[source]
    arenas.history_account[target] = arenas.history_account[source]
    arenas.history_action[target] = arenas.history_action[source]
    arenas.history_type[target] = arenas.history_type[source]
    arenas.history_ts[target] = arenas.history_ts[source]
    arenas.history_known[target] = arenas.history_known[source]


@kernel
def wipe_history(arenas: Arenas, at: Whole, length: Whole) -> None:
    """Make a slice of the arena as it was before any fact."""
    for i in range(at, at + length):
        arenas.history_media[i] = NONE
        arenas.history_account[i] = NONE
        arenas.history_action[i] = 0
        arenas.history_type[i] = UNKNOWN
        arenas.history_ts[i] = 0
        arenas.history_known[i] = 0


@kernel
def move_history(users: Users, arenas: Arenas, ledger: I64, user: Whole) -> None:
    """Give a person a slice twice as long, and free the old one."""
    old, capacity = users.history_base[user], users.history_cap[user]
    wanted = max(2 * capacity, SMALLEST)
    new = take_slice(arenas.history_account, ledger, HISTORY_USED, HISTORY_FREE, wanted)
    length = users.history_len[user]
    for i in range(length):
        copy_entry(arenas, users.history_at[user] + i, new + i)
    if capacity > 0:
        wipe_history(arenas, old, capacity)
        free_slice(arenas.history_account, ledger, HISTORY_FREE, old, capacity)
    users.history_base[user] = new
    users.history_at[user] = new
    users.history_cap[user] = wanted


@kernel
def next_entry(users: Users, arenas: Arenas, ledger: I64, user: Whole) -> Whole:
    """Return where the newest entry goes, in the window already; the oldest leaves when full."""
    if history_is_full(users, user):
        move_history(users, arenas, ledger, user)
    base, capacity = users.history_base[user], users.history_cap[user]
    if users.history_at[user] + users.history_len[user] == base + capacity:
        kept = min(users.history_len[user], HISTORY - 1)
        source = base + capacity - kept
        for i in range(kept):
            copy_entry(arenas, source + i, base + i)
        users.history_at[user] = base
        users.history_len[user] = kept
    if users.history_len[user] == HISTORY:
        users.history_at[user] += 1
    else:
        users.history_len[user] += 1
    return int(users.history_at[user] + users.history_len[user] - 1)


@kernel
def find_entry(
    users: Users, arenas: Arenas, user: Whole, media: Whole, account: Whole, action: Whole
) -> Whole:
    """Return the newest entry of `action` on `media`, or on `account` where media is NONE."""
    at = users.history_at[user]
    for i in range(at + users.history_len[user] - 1, at - 1, -1):
        if arenas.history_action[i] == action:
            if media != NONE and arenas.history_media[i] == media:
                return i
            if media == NONE and arenas.history_account[i] == account:
                return i
    return NONE


@kernel
def remove_entry(users: Users, arenas: Arenas, user: Whole, entry: Whole) -> None:
    """Close the gap that taking out an entry leaves."""
    last = users.history_at[user] + users.history_len[user] - 1
    for i in range(entry, last):
        copy_entry(arenas, i + 1, i)
    wipe_history(arenas, last, 1)
    users.history_len[user] -= 1
