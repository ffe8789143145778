"""Each person's exact set of seen media: open addressing in a slice, at most 3/4 full."""

from __future__ import annotations

from bowerbird.core.facts import I32, I64, NONE
from bowerbird.core.kernels import fused
from bowerbird.world.ledger import AMOUNT, SEEN_FREE, SEEN_USED
from bowerbird.world.probe import Whole, media_slot
from bowerbird.world.records import Lines
from bowerbird.world.slices import SMALLEST, free_slice, has_room, slice_end, take_slice


@fused
def seen_is_full(users: Lines, user: Whole) -> bool:
    """Return whether the set must move before it takes one more."""
    return bool(4 * (users.seen_len[user] + 1) > 3 * users.seen_cap[user])


@fused
def seen_fits(users: Lines, seen: I32, ledger: I64, user: Whole) -> bool:
    """Return whether one more media fits without the arena growing."""
    if not seen_is_full(users, user):
        return True
    wanted = max(2 * users.seen_cap[user], SMALLEST)
    ledger[AMOUNT] = slice_end(ledger[SEEN_USED], wanted)
    return has_room(seen, ledger, SEEN_USED, SEEN_FREE, wanted)


@fused
def put_seen(seen: I32, at: Whole, capacity: Whole, media: Whole) -> bool:
    """Put a media into the set in a slice, and return whether it was new."""
    mask = capacity - 1
    slot = media_slot(media, mask)
    while seen[at + slot] != NONE:
        if seen[at + slot] == media:
            return False
        slot = (slot + 1) & mask
    seen[at + slot] = media
    return True


@fused
def move_seen(users: Lines, seen: I32, ledger: I64, user: Whole) -> None:
    """Give a person a slice twice as long, and free the old one."""
    old, capacity = users.seen_at[user], users.seen_cap[user]
    wanted = max(2 * capacity, SMALLEST)
    new = take_slice(seen, ledger, SEEN_USED, SEEN_FREE, wanted)
    for i in range(old, old + capacity):
        if seen[i] != NONE:
            put_seen(seen, new, wanted, seen[i])
            seen[i] = NONE
    if capacity > 0:
        free_slice(seen, ledger, SEEN_USED, SEEN_FREE, old, capacity)
    users.seen_at[user] = new
    users.seen_cap[user] = wanted


@fused
def add_seen(users: Lines, seen: I32, ledger: I64, user: Whole, media: Whole) -> None:
    """Remember that a person saw a media; `seen_fits` was asked before."""
    if seen_is_full(users, user):
        move_seen(users, seen, ledger, user)
    if put_seen(seen, users.seen_at[user], users.seen_cap[user], media):
        users.seen_len[user] += 1
