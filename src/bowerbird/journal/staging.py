"""Drafts on their way into one transaction: what is new in them gets offsets and rows."""

from __future__ import annotations

import numpy as np

from bowerbird.core.errors import JournalError
from bowerbird.core.facts import FactBatch, Flag
from bowerbird.core.ids import Ids
from bowerbird.journal.body import U64, encode
from bowerbird.journal.draft import Draft, number
from bowerbird.journal.hashset import HashSet
from bowerbird.journal.receipt import Receipt
from bowerbird.journal.seen import Seen
from bowerbird.journal.tail import Blob

MOST_IN_BLOB = 65_536
MOST_SURFACES = 1 << 15  # they are numbered in 16 bits


class Stage:
    """What one transaction will write. Gives rows in `ids`, which a failed commit takes back.

    Attributes:
        blobs: to be stored.
        hashes: of the facts in them, [n, 2] a blob.
        end: the offset after the last of them.
        newest: newest known time among them, epoch ms; 0 for none.
    """

    def __init__(self, end: int, ids: Ids, seen: Seen) -> None:
        self.blobs: list[Blob] = []
        self.hashes: list[U64] = []
        self._pending = HashSet()
        self.end, self.newest = end, 0
        self._ids, self._seen = ids, seen

    def add(self, draft: Draft) -> Receipt:
        """Stage what is new in `draft`.

        Raises:
            JournalError: there are too many surfaces.
        """
        start = self.end
        fresh = self._seen.fresh(draft.hashes, self._pending)
        batches = tuple(self._put(piece) for piece in draft.take(fresh).cut(MOST_IN_BLOB))
        rows = ~draft.derived
        accepted = int((rows & fresh).sum())
        duplicates = int(rows.sum()) - accepted
        return Receipt(accepted, duplicates, (), start, self.end, batches)

    def _put(self, draft: Draft) -> FactBatch:
        batch = numbered(draft, self.end, self._ids)
        self.blobs.append(Blob(batch.start, len(batch), encode(batch, draft.hashes)))
        self.hashes.append(draft.hashes)
        self.end = batch.stop
        self.newest = max(self.newest, newest_of(batch))
        return batch


def numbered(draft: Draft, start: int, ids: Ids) -> FactBatch:
    """Return the facts with offsets from `start` and rows for ids; adds new ids to `ids`.

    Raises:
        JournalError: there are too many surfaces.
    """
    batch = number(draft, start, ids)
    if len(ids.surfaces) > MOST_SURFACES:
        raise JournalError(
            f"{len(ids.surfaces)} different surfaces, expected at most {MOST_SURFACES}",
            "a surface is a place in the app, such as a tab; what tells single events apart "
            "belongs into request_id or session_id",
        )
    return batch


def newest_of(batch: FactBatch) -> int:
    """Return the newest known time of the facts, epoch ms; 0 for none."""
    known = batch.ts[batch.flags & np.uint8(Flag.TIME_KNOWN) != 0]
    return int(known.max(initial=0))
