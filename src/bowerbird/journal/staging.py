"""Drafts on their way into one transaction: what is new in them gets offsets and rows."""

from __future__ import annotations

import numpy as np

from bowerbird.core.errors import JournalError
from bowerbird.core.facts import FactBatch, Flag
from bowerbird.core.ids import Ids
from bowerbird.journal.body import encode
from bowerbird.journal.draft import Draft, number
from bowerbird.journal.receipt import Receipt
from bowerbird.journal.seen import Seen, keys
from bowerbird.journal.tail import Blob

MOST_IN_BLOB = 65_536
MOST_SURFACES = 1 << 15  # they are numbered in 16 bits


class Stage:
    """What one transaction will write. Gives rows in `ids`, which a failed commit takes back.

    Attributes:
        blobs: to be stored.
        keys: hashes of the facts in them.
        end: the offset after the last of them.
        newest: newest known time among them, epoch ms; 0 for none.
    """

    def __init__(self, end: int, ids: Ids, seen: Seen) -> None:
        self.blobs: list[Blob] = []
        self.keys: set[bytes] = set()
        self.end, self.newest = end, 0
        self._ids, self._seen = ids, seen

    def add(self, draft: Draft) -> Receipt:
        """Stage what is new in `draft`.

        Raises:
            JournalError: there are too many surfaces.
        """
        start = self.end
        fresh = self._seen.fresh(draft.hashes, self.keys)
        batches = tuple(self._put(piece) for piece in draft.take(fresh).cut(MOST_IN_BLOB))
        rows = ~draft.derived
        accepted = int((rows & fresh).sum())
        duplicates = int(rows.sum()) - accepted
        return Receipt(accepted, duplicates, (), start, self.end, batches)

    def _put(self, draft: Draft) -> FactBatch:
        batch = number(draft, self.end, self._ids)
        if len(self._ids.surfaces) > MOST_SURFACES:
            raise JournalError(
                f"{len(self._ids.surfaces)} different surfaces, expected at most {MOST_SURFACES}",
                "a surface is a place in the app, such as a tab; what tells single events apart "
                "belongs into request_id or session_id",
            )
        self.blobs.append(Blob(batch.start, len(batch), encode(batch, draft.hashes)))
        self.keys.update(keys(draft.hashes))
        self.end = batch.stop
        known = batch.ts[batch.flags & np.uint8(Flag.TIME_KNOWN) != 0]
        self.newest = max(self.newest, int(known.max(initial=0)))
        return batch
