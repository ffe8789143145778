"""The hash table behind an `IdTable`: texts that are told apart by their bytes."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from bowerbird.core.facts import I32, I64, NONE, U8
from bowerbird.core.kernels import fused, kernel
from bowerbird.core.prefetch import fetch, peek

U64 = NDArray[np.uint64]

_ONE = np.uint64(0x9E3779B97F4A7C15)
_TWO = np.uint64(0xD6E8FEB86659FD93)
_BYTE = np.uint64(8)
_HALF = np.uint64(32)
_SHIFT = np.uint64(29)
_EMPTY = np.uint64(0)
_LOW = np.uint64(0xFFFF_FFFF)

_FAR, _NEAR, _NEXT = 24, 16, 8
_RING = 32  # more than the farthest, a power of two

AHEAD = 16
"""Ids ahead of which the slots are fetched: waiting for them is most of the time of many ids."""


class Slots(NamedTuple):
    """Ids by row, and where to find them by text. Readers may look while one thread adds.

    Attributes:
        data: [b] bytes of all ids, by row.
        at: [capacity + 1] where the id of a row starts, 0 where none was given yet.
        slots: [a power of two] the upper half of a hash, and the row + 1 below it; 0 where empty.
        seed: [1] of the hash; a secret of the process, so that nobody can choose ids that collide.
    """

    data: U8
    at: I64
    slots: U64
    seed: U64


@fused
def hashed(data: U8, start: int, size: int, seed: np.uint64) -> np.uint64:
    """Return a hash of `data[start : start + size]`."""
    h = (seed ^ np.uint64(size)) * _ONE
    i = 0
    while i < size:
        word = np.uint64(0)
        for k in range(min(size - i, 8)):
            word |= np.uint64(data[start + i + k]) << (np.uint64(k) * _BYTE)
        h = (h ^ word) * _TWO
        h ^= h >> _SHIFT
        i += 8
    h = (h ^ (h >> _HALF)) * _ONE
    return h ^ (h >> _SHIFT)


@fused
def same(one: U8, start: int, other: U8, begin: int, size: int) -> bool:
    """Return whether two spans of `size` bytes are equal."""
    for k in range(size):  # noqa: SIM110  # numba knows no `all`
        if one[start + k] != other[begin + k]:
            return False
    return True


@fused
def slot_of(table: Slots, data: U8, start: int, size: int, h: np.uint64) -> int:
    """Return the slot of a text, or the empty one where it belongs."""
    mask = np.uint64(len(table.slots) - 1)
    at = h & mask
    while table.slots[at] != _EMPTY:
        if table.slots[at] >> _HALF == h >> _HALF:
            row = np.int64(table.slots[at] & _LOW) - 1
            first = table.at[row]
            if table.at[row + 1] - first == size and same(table.data, first, data, start, size):
                break
        at = (at + np.uint64(1)) & mask
    return int(at)


@kernel
def find(table: Slots, text: U8) -> int:
    """Return the row of an id, NONE where it has none."""
    h = hashed(text, 0, len(text), table.seed[0])
    entry = table.slots[slot_of(table, text, 0, len(text), h)]
    return int(entry & _LOW) - 1 if entry != _EMPTY else NONE


@fused
def fetch_ahead(table: Slots, data: U8, at: I64, size: I32, i: int, hashes: U64) -> None:
    """Fetch what texts after the `i`th will be compared with, in three steps.

    First a slot, then where the id of its row starts, then its bytes. `hashes` is a ring.
    """
    mask = np.uint64(len(table.slots) - 1)
    far, near, following = i + _FAR, i + _NEAR, i + _NEXT
    if far < len(at) and size[far] >= 0:
        h = hashed(data, at[far], size[far], table.seed[0])
        hashes[far % _RING] = h
        fetch(table.slots, h & mask, 8)
    if 0 <= near < len(at) and size[near] >= 0:
        entry = table.slots[hashes[near % _RING] & mask]
        if entry != _EMPTY:
            peek(table.at, np.int64(entry & _LOW) - 1, 16)
    if 0 <= following < len(at) and size[following] >= 0:
        entry = table.slots[hashes[following % _RING] & mask]
        if entry != _EMPTY:
            peek(table.data, table.at[np.int64(entry & _LOW) - 1], 1)


@kernel
def add(table: Slots, known: int, data: U8, at: I64, size: I32, rows: I32) -> int:
    """Write the row of each text into `rows`, giving new ones the next; return how many are known.

    There is room for all of them.
    """
    hashes = np.zeros(_RING, np.uint64)
    for i in range(-_FAR, len(at)):
        fetch_ahead(table, data, at, size, i, hashes)
        if i < 0:
            continue
        if size[i] < 0:
            rows[i] = NONE
            continue
        h = hashes[i % _RING]
        slot = slot_of(table, data, at[i], size[i], h)
        if table.slots[slot] == _EMPTY:
            first = table.at[known]
            for k in range(size[i]):
                table.data[first + k] = data[at[i] + k]
            table.at[known + 1] = first + size[i]
            known += 1
            # Last, and only now, so that who looks meanwhile finds it whole or not at all.
            table.slots[slot] = (h & ~_LOW) | np.uint64(known)
        rows[i] = np.int64(table.slots[slot] & _LOW) - 1
    return known


@kernel
def joined(table: Slots, rows: I32) -> tuple[U8, I64]:
    """Return the bytes of the ids of known `rows` ([n]), and where each starts ([n + 1])."""
    at = np.zeros(len(rows) + 1, np.int64)
    for i in range(len(rows)):
        at[i + 1] = at[i] + table.at[rows[i] + 1] - table.at[rows[i]]
    data = np.empty(at[-1], np.uint8)
    for i in range(len(rows)):
        first = table.at[rows[i]]
        for k in range(at[i + 1] - at[i]):
            data[at[i] + k] = table.data[first + k]
    return data, at


@kernel
def fill(table: Slots, known: int) -> None:
    """Put the first `known` rows into empty slots."""
    mask = np.uint64(len(table.slots) - 1)
    for row in range(known):
        later = row + AHEAD
        if later < known:
            first = table.at[later]
            h = hashed(table.data, first, table.at[later + 1] - first, table.seed[0])
            fetch(table.slots, h & mask, 8)
        first = table.at[row]
        h = hashed(table.data, first, table.at[row + 1] - first, table.seed[0])
        at = h & mask
        while table.slots[at] != _EMPTY:
            at = (at + np.uint64(1)) & mask
        table.slots[at] = (h & ~_LOW) | np.uint64(row + 1)


@kernel
def take_back(table: Slots, known: int, length: int) -> None:
    """Forget the rows `length .. known - 1`.

    They came last, so nothing lies behind them in the table: emptying their slots, the newest
    first, is all there is to do.
    """
    for row in range(known - 1, length - 1, -1):
        first = table.at[row]
        size = table.at[row + 1] - first
        h = hashed(table.data, first, size, table.seed[0])
        table.slots[slot_of(table, table.data, first, size, h)] = _EMPTY
        table.at[row + 1] = 0
