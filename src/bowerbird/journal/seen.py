"""Which facts are in the journal already, by hash."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cached_property
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from bowerbird.journal.body import HASH, U64
from bowerbird.journal.draft import Bits

SPREAD = 16  # bits of filter a hash: one in 16 strangers passes
SIDES: tuple[Literal["left", "right"], ...] = ("left", "right")


class SealedHashes:
    """The hashes of one segment, mapped into memory: a filter, then a binary search."""

    def __init__(self, locate: Callable[[], tuple[Path, Path]]) -> None:
        """Remember how to find the files of hashes and filter; they are opened at first use."""
        self._locate = locate

    @cached_property
    def _mapped(self) -> tuple[U64, NDArray[np.uint8]]:
        hashes, filter_ = self._locate()
        return np.load(hashes, mmap_mode="r"), np.load(filter_, mmap_mode="r")

    def find(self, hashes: U64) -> Bits:
        """Return [k] whether each of `hashes` ([k, 2]) is in the segment."""
        _, filter_ = self._mapped
        slots = hashes[:, 1] & np.uint64(8 * len(filter_) - 1)
        bits = filter_[slots >> np.uint64(3)] >> (slots & np.uint64(7)).astype(np.uint8)
        maybe = np.flatnonzero(bits & 1)
        found = np.zeros(len(hashes), np.bool_)
        found[maybe] = self._search(hashes[maybe])
        return found

    def _search(self, hashes: U64) -> Bits:
        (known, known_second), _ = self._mapped
        found: Bits
        first, second = hashes.T
        low, high = (np.searchsorted(known, first, side) for side in SIDES)
        found = high > low
        found[found] = known_second[low[found]] == second[found]
        for at in np.flatnonzero(~found & (high > low + 1)):  # two facts share their first word
            found[at] = (known_second[low[at] : high[at]] == second[at]).any()
        return found


def sorted_hashes(hashes: U64) -> U64:
    """Return [2, n]: the two words of each of `hashes` ([n, 2]), in order."""
    order = np.lexsort((hashes[:, 1], hashes[:, 0]))
    return np.ascontiguousarray(hashes[order].T)


def filter_of(hashes: U64) -> NDArray[np.uint8]:
    """Return a bitmap, a power of two bytes, with the bit of each of `hashes` ([n, 2]) set."""
    bits = 1 << max(3, (SPREAD * len(hashes) - 1).bit_length())
    filled = np.zeros(bits, np.bool_)
    filled[hashes[:, 1] & np.uint64(bits - 1)] = True
    return np.packbits(filled, bitorder="little")


def keys(hashes: U64) -> list[bytes]:
    """Return each of `hashes` ([n, 2]) as 16 bytes."""
    packed = hashes.tobytes()
    return [packed[at : at + HASH] for at in range(0, len(packed), HASH)]


class Seen:
    """Every hash of the journal: those of the tail in memory, sealed ones in their files."""

    def __init__(self) -> None:
        self._tail: set[bytes] = set()
        self._sealed: list[SealedHashes] = []

    def fresh(self, hashes: U64, pending: set[bytes]) -> Bits:
        """Return [n] whether each of `hashes` ([n, 2]) is new; of twins the first one is.

        Args:
            hashes: of facts in the order they came.
            pending: keys to count as present, of groups that are committed together.
        """
        found = np.zeros(len(hashes), np.bool_)
        for sealed in self._sealed:
            found |= sealed.find(hashes)
        tail, here = self._tail, set[bytes]()
        for at, key in enumerate(keys(hashes)):
            if key in tail or key in pending or key in here:
                found[at] = True
            else:
                here.add(key)
        return ~found

    def add(self, added: Iterable[bytes]) -> None:
        """Remember keys that are in the tail now."""
        self._tail.update(added)

    def add_sealed(self, sealed: SealedHashes) -> None:
        """Remember a segment."""
        self._sealed.append(sealed)

    def seal(self, sealed: SealedHashes, hashes: U64) -> None:
        """Hand `hashes` ([n, 2]) over from the tail to a segment."""
        self._sealed.append(sealed)
        self._tail.difference_update(keys(hashes))
