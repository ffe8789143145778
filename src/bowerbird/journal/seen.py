"""Which facts are in the journal already, by hash."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property
from pathlib import Path
from typing import Protocol

import numpy as np

from bowerbird.journal.body import U64
from bowerbird.journal.draft import Bits
from bowerbird.journal.hashset import HashSet, mark


class Known(Protocol):
    """Hashes that can be looked up."""

    def find(self, hashes: U64) -> Bits: ...


class Run:
    """The hashes of consecutive sealed facts, mapped into memory: a filter, then a search."""

    def __init__(self, locate: Callable[[], tuple[Path, Path]]) -> None:
        """Remember how to find the files of hashes and filter; they are opened at first use."""
        self._locate = locate

    @cached_property
    def _mapped(self) -> tuple[U64, U64]:
        hashes, filter_ = self._locate()
        return _array(hashes), _array(filter_)

    @property
    def hashes(self) -> U64:
        """Every hash ([2, n]), by the first word; not to be written to."""
        return self._mapped[0]

    def mark(self, hashes: U64, found: Bits) -> None:
        """Set `found` ([k]) where `hashes` ([k, 2]) are in; those set already are not looked up."""
        known, filter_ = self._mapped
        mark(filter_, known, hashes, found)


def _array(path: Path) -> U64:
    mapped: U64 = np.load(path, mmap_mode="r").view(np.ndarray)
    return mapped


class Seen:
    """Every hash of the journal: those of the tail in memory, sealed ones in their files."""

    def __init__(self) -> None:
        self._recent: list[tuple[int, U64]] = []
        self._tail = HashSet()
        self._runs: Sequence[Run] = ()

    def fresh(self, hashes: U64, pending: HashSet, *others: Known) -> Bits:
        """Return [n] whether each of `hashes` ([n, 2]) is new; of twins the first one is.

        Args:
            hashes: of facts in the order they came.
            pending: counts as known, for groups that are committed together; takes the new ones.
            others: count as known too.
        """
        hashes = np.array(hashes)
        found = self._tail.find(hashes)
        for other in others:
            found |= other.find(hashes)
        for run in self._runs:
            run.mark(hashes, found)
        new = ~found
        new[new] = pending.add(hashes[new])
        return new

    def add(self, hashes: U64, stop: int) -> None:
        """Remember `hashes` ([n, 2]) of facts in the tail, the last of which is before `stop`."""
        self._recent.append((stop, hashes))
        self._tail.add(hashes)

    def sealed(self, runs: Sequence[Run], end: int) -> None:
        """Remember `runs` in place of those before; facts before `end` left the tail."""
        self._runs = runs
        kept = [(stop, hashes) for stop, hashes in self._recent if stop > end]
        if len(kept) < len(self._recent):
            self._recent, self._tail = kept, HashSet()
            for _, hashes in kept:
                self._tail.add(hashes)
