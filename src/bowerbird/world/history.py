"""Each person's recent engagements: a window of at most `HISTORY` that slides in a slice."""

from __future__ import annotations

from bowerbird.core.facts import I64, NONE
from bowerbird.core.kernels import fused
from bowerbird.world.ledger import AMOUNT, HISTORY_FREE, HISTORY_USED
from bowerbird.world.probe import Whole
from bowerbird.world.records import Lines
from bowerbird.world.slices import SMALLEST, free_slice, has_room, slice_end, take_slice
from bowerbird.world.tables import HISTORY

LONGEST = 256
"""Length of the largest slice; beyond `HISTORY`, so that the window rarely has to move back."""


@fused
def history_is_full(users: Lines, user: Whole) -> bool:
    """Return whether the window touches the end of a slice that may still be outgrown."""
    at, length = users.history_at[user], users.history_len[user]
    capacity = users.history_cap[user]
    end = users.history_base[user] + capacity if capacity > 0 else 0
    return bool(capacity < LONGEST and at + length == end)


@fused
def history_fits(users: Lines, history: Lines, ledger: I64, user: Whole) -> bool:
    """Return whether one more entry fits without the arena growing."""
    if not history_is_full(users, user):
        return True
    wanted = max(2 * users.history_cap[user], SMALLEST)
    ledger[AMOUNT] = slice_end(ledger[HISTORY_USED], wanted)
    return has_room(history.account, ledger, HISTORY_USED, HISTORY_FREE, wanted)


@fused
def wipe_history(history: Lines, at: Whole, length: Whole) -> None:
    """Make a slice of the arena as it was before any fact."""
    for i in range(at, at + length):
        history.media[i] = 0
        history.account[i] = 0
        history.action[i] = 0
        history.media_type[i] = 0
        history.ts[i] = 0
        history.known[i] = 0


@fused
def move_history(users: Lines, history: Lines, ledger: I64, user: Whole) -> None:
    """Give a person a slice twice as long, and free the old one."""
    old, capacity = users.history_base[user], users.history_cap[user]
    wanted = max(2 * capacity, SMALLEST)
    new = take_slice(history.account, ledger, HISTORY_USED, HISTORY_FREE, wanted)
    length = users.history_len[user]
    for i in range(length):
        history[new + i] = history[users.history_at[user] + i]
    if capacity > 0:
        wipe_history(history, old, capacity)
        free_slice(history.account, ledger, HISTORY_USED, HISTORY_FREE, old, capacity)
    users.history_base[user] = new
    users.history_at[user] = new
    users.history_cap[user] = wanted


@fused
def next_entry(users: Lines, history: Lines, ledger: I64, user: Whole) -> Whole:
    """Return where the newest entry goes, in the window already; the oldest leaves when full."""
    if history_is_full(users, user):
        move_history(users, history, ledger, user)
    base, capacity = users.history_base[user], users.history_cap[user]
    if users.history_at[user] + users.history_len[user] == base + capacity:
        kept = min(users.history_len[user], HISTORY - 1)
        source = base + capacity - kept
        for i in range(kept):
            history[base + i] = history[source + i]
        users.history_at[user] = base
        users.history_len[user] = kept
    if users.history_len[user] == HISTORY:
        users.history_at[user] += 1
    else:
        users.history_len[user] += 1
    return int(users.history_at[user] + users.history_len[user] - 1)


@fused
def find_entry(
    users: Lines, history: Lines, user: Whole, media: Whole, account: Whole, action: Whole
) -> Whole:
    """Return the newest entry of `action` on `media`, or on `account` where media is NONE."""
    at = users.history_at[user]
    for i in range(at + users.history_len[user] - 1, at - 1, -1):
        if history.action[i] == action:
            if media != NONE and history.media[i] == media:
                return i
            if media == NONE and history.account[i] == account:
                return i
    return NONE


@fused
def remove_entry(users: Lines, history: Lines, user: Whole, entry: Whole) -> None:
    """Close the gap that taking out an entry leaves."""
    last = users.history_at[user] + users.history_len[user] - 1
    for i in range(entry, last):
        history[i] = history[i + 1]
    wipe_history(history, last, 1)
    users.history_len[user] -= 1
