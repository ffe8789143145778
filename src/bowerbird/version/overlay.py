"""The Overlay: what a Version says of accounts newer than itself.

An account without a vector gets the mean of the vectors of the accounts that people engaged with
beside it, in the same session. The Overlay is a fold of (Journal since the Version's offset,
Version) and reads nothing else, so it is the same however the journal is cut, and is rebuilt when a
Version is swapped.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from bowerbird.core.errors import JournalError
from bowerbird.core.facts import F32, I32, NONE, FactBatch
from bowerbird.core.signals import Links
from bowerbird.ig2vec.embedding import Embedding
from bowerbird.version.beside import (
    NEAR_LINES,
    YOUNG_LINES,
    ActionMask,
    Near,
    People,
    Young,
    fold_overlay,
)

NEAR = 50
"""Neighbours kept of a young account, and accounts that learn of it."""

RING = 8
"""Accounts of the running session kept per person."""

T = TypeVar("T", bound=np.generic)


class Overlay:
    """Vectors and neighbours of the accounts that `embedding` does not know.

    Attributes:
        offset: the next journal offset to fold.
    """

    def __init__(self, embedding: Embedding, account_of: I32, offset: int) -> None:
        """Start empty at `offset`, the Version's; `account_of` [M] says who owned what then."""
        self.offset = offset
        self._embedding = embedding
        self._mask: ActionMask = embedding.config.action_mask()
        self._gap = embedding.config.session_gap_ms
        self._owner = account_of.copy()
        self._accounts = max(_top(account_of), len(embedding.index))
        self._lines = np.zeros(2, np.int64)
        width = embedding.vectors.shape[1]
        self._people = People(
            np.full((0, RING), NONE, np.int32), np.zeros(0, np.int32), np.zeros(0, np.int64)
        )
        self._young = Young(
            found=np.full(0, NONE, np.int32),
            line=np.full(0, NONE, np.int32),
            sums=np.zeros((0, width), np.float32),
            vectors=np.zeros((0, width), np.float32),
            people=np.zeros(0, np.int32),
            last=np.zeros(0, np.int32),
        )
        self._near = Near(
            line=np.full(0, NONE, np.int32),
            rows=np.full((0, NEAR), NONE, np.int32),
            scores=np.zeros((0, NEAR), np.float32),
            length=np.zeros(0, np.int32),
        )

    def fold(self, batch: FactBatch) -> None:
        """Take in the facts of `batch`, which must start at `offset`.

        Raises:
            JournalError: it starts elsewhere.
        """
        if batch.start != self.offset:
            raise JournalError(
                f"the Overlay is at offset {self.offset}, the batch starts at {batch.start}"
            )
        self._grow(batch)
        fold_overlay(
            (batch.kind, batch.ts, batch.user, batch.account, batch.media, batch.code, batch.flags),
            (self._mask, self._gap),
            self._owner,
            self._people,
            (self._embedding.index, self._embedding.accounts, self._embedding.vectors),
            self._young,
            self._near,
            self._lines,
        )
        self.offset = batch.stop

    def vectors(self) -> tuple[I32, F32]:
        """Return ([A] line of each account or NONE, [lines, d] unit vectors)."""
        return self._young.found, self._young.vectors[: max(int(self._lines[YOUNG_LINES]), 1)]

    def links(self) -> Links:
        """Return the neighbours of young accounts, and the young neighbours of the others."""
        near = self._near
        return Links(near.line, near.rows, near.length, near.scores)

    def _grow(self, batch: FactBatch) -> None:
        """Make room for every row the batch names; what room there is never shows in the result."""
        people, young = self._people, self._young
        self._owner = _longer(self._owner, _top(batch.media), NONE)
        users = _top(batch.user)
        self._people = People(
            _longer(people.ring, users, NONE),
            _longer(people.length, users, 0),
            _longer(people.ts, users, 0),
        )
        self._accounts = accounts = max(self._accounts, _top(batch.account))
        lines = int(self._lines[YOUNG_LINES]) + min(len(batch), accounts)
        self._young = Young(
            found=_longer(young.found, accounts, NONE),
            line=_longer(young.line, accounts, NONE),
            sums=_longer(young.sums, lines, 0),
            vectors=_longer(young.vectors, lines, 0),
            people=_longer(young.people, lines, 0),
            last=_longer(young.last, lines, NONE),
        )
        near = self._near
        lists = min(int(self._lines[NEAR_LINES]) + len(batch) * (2 * RING) * (NEAR + 1), accounts)
        self._near = Near(
            line=_longer(near.line, accounts, NONE),
            rows=_longer(near.rows, lists, NONE),
            scores=_longer(near.scores, lists, 0),
            length=_longer(near.length, lists, 0),
        )


Read = Callable[[int, int | None], Iterable[FactBatch]]
"""Reads the journal: (start, stop) -> consecutive batches."""


def catch_up(overlays: Iterable[Overlay], read: Read, stop: int) -> None:
    """Fold what the journal holds from each Overlay's offset up to `stop`."""
    for overlay in overlays:
        for batch in read(overlay.offset, stop):
            overlay.fold(batch)


def _top(rows: I32) -> int:
    return int(rows.max(initial=NONE)) + 1


def _longer(column: NDArray[T], rows: int, fill: int) -> NDArray[T]:
    """Return `column` with room for at least `rows` lines, doubling, new ones set to `fill`."""
    if rows <= len(column):
        return column
    grown = np.full((max(rows, 2 * len(column)), *column.shape[1:]), fill, column.dtype)
    grown[: len(column)] = column
    return grown
