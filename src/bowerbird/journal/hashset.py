"""Sets of 128-bit hashes: one that grows in memory, and one that lies sorted in a file."""

from __future__ import annotations

import numpy as np

from bowerbird.core.kernels import kernel
from bowerbird.core.prefetch import fetch
from bowerbird.journal.body import U64
from bowerbird.journal.draft import Bits

BITS_A_HASH = 16
"""Bits of filter a hash, at least; with 5 of a word set for each, few strangers pass."""

SMALLEST = 1024

_AHEAD = 16  # hashes ahead of which a slot is fetched


class HashSet:
    """Hashes in memory, by open addressing; at most half of the slots are taken."""

    def __init__(self, room: int = 0) -> None:
        """Make an empty set that takes `room` hashes before it has to grow."""
        self._slots = np.zeros((max(SMALLEST, 1 << (2 * room).bit_length()), 2), np.uint64)
        self._size = 0

    def __len__(self) -> int:
        return self._size

    def add(self, hashes: U64) -> Bits:
        """Put `hashes` ([n, 2]) in; return [n] whether each was new, of twins the first one."""
        room = 2 * (self._size + len(hashes))
        if room > len(self._slots):
            self._grow(1 << int(room).bit_length())
        fresh = np.zeros(len(hashes), np.bool_)
        self._size += _insert(self._slots, _writable(hashes), fresh)
        return fresh

    def find(self, hashes: U64) -> Bits:
        """Return [n] whether each of `hashes` ([n, 2]) is in."""
        found = np.zeros(len(hashes), np.bool_)
        if self._size:
            _lookup(self._slots, _writable(hashes), found)
        return found

    def _grow(self, slots: int) -> None:
        taken = self._slots[self._slots.any(axis=1)]
        self._slots = np.zeros((slots, 2), np.uint64)
        _insert(self._slots, taken, np.zeros(len(taken), np.bool_))


def _writable(hashes: U64) -> U64:
    # The kernels are compiled for one make of array; a blob's is read-only.
    return np.require(hashes, np.uint64, ["C", "W"])


@kernel
def _insert(slots: U64, hashes: U64, fresh: Bits) -> int:
    mask = np.uint64(len(slots) - 1)
    added = 0
    for i in range(len(hashes)):
        if i + _AHEAD < len(hashes):
            fetch(slots, hashes[i + _AHEAD, 1] & mask, 16)
        first, second = hashes[i, 0], hashes[i, 1]
        if first == 0 and second == 0:  # that is an empty slot
            second = np.uint64(1)
        at = second & mask
        while slots[at, 0] != 0 or slots[at, 1] != 0:
            if slots[at, 0] == first and slots[at, 1] == second:
                break
            at = (at + np.uint64(1)) & mask
        else:
            slots[at, 0], slots[at, 1] = first, second
            fresh[i] = True
            added += 1
    return added


@kernel
def _lookup(slots: U64, hashes: U64, found: Bits) -> None:
    mask = np.uint64(len(slots) - 1)
    for i in range(len(hashes)):
        first, second = hashes[i, 0], hashes[i, 1]
        if first == 0 and second == 0:
            second = np.uint64(1)
        at = second & mask
        while slots[at, 0] != 0 or slots[at, 1] != 0:
            if slots[at, 0] == first and slots[at, 1] == second:
                found[i] = True
                break
            at = (at + np.uint64(1)) & mask


def sorted_hashes(hashes: U64) -> U64:
    """Return [2, n]: the two words of each of `hashes` ([n, 2]), by the first."""
    order = np.argsort(hashes[:, 0])
    return np.ascontiguousarray(hashes[order].T)


def merged_hashes(parts: list[U64]) -> U64:
    """Return [2, n]: the hashes of all `parts` ([2, n] each, by the first word), likewise."""
    whole = np.concatenate(parts, axis=1)
    return np.ascontiguousarray(whole[:, np.argsort(whole[0], kind="stable")])


def filter_of(hashes: U64) -> U64:
    """Return [words] uint64, a blocked Bloom filter of `hashes` ([2, n]).

    The first word of a hash chooses the word of the filter, the second one the bits in it (Putze,
    Sanders and Singler, "Cache-, hash- and space-efficient Bloom filters", 2009): a look costs one
    access to memory.
    """
    words = max(1, BITS_A_HASH * hashes.shape[1] // 64)
    filter_ = np.zeros(1 << (words - 1).bit_length(), np.uint64)
    _fill(filter_, np.require(hashes, np.uint64, ["C", "W"]))
    return filter_


@kernel
def _fill(filter_: U64, hashes: U64) -> None:
    mask = np.uint64(len(filter_) - 1)
    for i in range(hashes.shape[1]):
        bits = hashes[1, i]
        pattern = np.uint64(0)
        for k in range(5):
            pattern |= np.uint64(1) << ((bits >> np.uint64(6 * k)) & np.uint64(63))
        filter_[(hashes[0, i] ^ (bits >> np.uint64(32))) & mask] |= pattern


@kernel
def mark(filter_: U64, known: U64, hashes: U64, found: Bits) -> None:
    """Set `found` ([k]) for those of `hashes` ([k, 2]) that are among `known` ([2, n], sorted).

    Where it is set already nothing is looked up.
    """
    mask = np.uint64(len(filter_) - 1)
    n = known.shape[1]
    for i in range(len(hashes)):
        if found[i]:
            continue
        first, bits = hashes[i, 0], hashes[i, 1]
        pattern = np.uint64(0)
        for k in range(5):
            pattern |= np.uint64(1) << ((bits >> np.uint64(6 * k)) & np.uint64(63))
        if filter_[(first ^ (bits >> np.uint64(32))) & mask] & pattern != pattern:
            continue
        low, high = 0, n
        while low < high:
            middle = (low + high) >> 1
            if known[0, middle] < first:
                low = middle + 1
            else:
                high = middle
        while low < n and known[0, low] == first:
            if known[1, low] == bits:
                found[i] = True
                break
            low += 1
