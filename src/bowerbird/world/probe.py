"""Looking things up in the World's hash tables, from other kernels and from numpy."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from bowerbird.core.facts import I32, I64, NONE
from bowerbird.core.kernels import fused, kernel

Whole = int | np.int64
"""What is an int64 to a kernel."""

_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_HALF = np.uint64(32)
_SHIFT = np.uint64(29)


@fused
def media_slot(media: Whole, mask: Whole) -> Whole:
    """Return where a media's probe starts in a set of `mask + 1` slots (a power of two)."""
    return np.int64((np.uint64(media) * _GOLDEN) >> _HALF) & mask


@fused
def pair_slot(key: Whole, mask: Whole) -> Whole:
    """Return where a pair's probe starts in a table of `mask + 1` slots (a power of two)."""
    x = np.uint64(key)
    x = (x ^ (x >> _HALF)) * _GOLDEN
    return np.int64((x ^ (x >> _SHIFT)) >> _SHIFT) & mask


@kernel
def in_set(seen: I32, at: Whole, capacity: Whole, media: Whole) -> bool:
    """Return whether `media` is in the set at `seen[at : at + capacity]`; none has capacity 0."""
    if capacity == 0 or media < 0:
        return False
    mask = capacity - 1
    slot = media_slot(media, mask)
    while seen[at + slot] != NONE:
        if seen[at + slot] == media:
            return True
        slot = (slot + 1) & mask
    return False


@kernel
def find_pair(keys: I64, user: Whole, account: Whole) -> Whole:
    """Return the line of (user, account) in `Pairs`, NONE where they never met or are NONE."""
    if user < 0 or account < 0 or len(keys) == 0:
        return NONE
    key = (np.int64(user) << 32) | np.int64(account)
    mask = len(keys) - 1
    slot = pair_slot(key, mask)
    while keys[slot] != NONE:
        if keys[slot] == key:
            return slot
        slot = (slot + 1) & mask
    return NONE


@kernel
def fill_pairs(keys: I64, user: Whole, accounts: I32, found: I64) -> None:
    """Write the line of each pair into `found`."""
    for i in range(len(accounts)):
        found[i] = find_pair(keys, user, accounts[i])


def find_pairs(keys: I64, user: int, accounts: I32) -> I64:
    """Return the line in `Pairs` of `user` with each of `accounts` ([n] int64), or NONE."""
    found = np.empty(len(accounts), np.int64)
    fill_pairs(keys, user, accounts, found)
    return found


@kernel
def fill_seen(
    seen: I32, at: Whole, capacity: Whole, shown: I32, media: I32, found: NDArray[np.bool_]
) -> None:
    """Write whether each media was seen into `found`."""
    for i in range(len(media)):
        found[i] = in_set(seen, at, capacity, media[i])
        for j in range(len(shown)):
            if shown[j] == NONE or found[i]:
                break
            found[i] = shown[j] == media[i]


def find_seen(seen: I32, at: int, capacity: int, shown: I32, media: I32) -> NDArray[np.bool_]:
    """Return [n] whether each of `media` is in a person's set, or among their last pages.

    `shown` is the person's line of `Users.shown`: NONE-padded, so it ends at its first NONE.
    """
    found = np.empty(len(media), np.bool_)
    fill_seen(seen, at, capacity, shown, media, found)
    return found
