"""Many facts straight into segments: one is written while the next is gathered."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field

import numpy as np

from bowerbird.core.facts import FactBatch
from bowerbird.core.ids import SPACES, Ids
from bowerbird.journal.batches import concat
from bowerbird.journal.body import U64
from bowerbird.journal.draft import Draft
from bowerbird.journal.hashset import HashSet
from bowerbird.journal.manifest import RunEntry, SegmentEntry
from bowerbird.journal.receipt import Receipt
from bowerbird.journal.seen import Seen
from bowerbird.journal.staging import newest_of, numbered

IN_SEGMENT = 1 << 19
"""Facts gathered for one segment; two such are in memory at a time."""

PIECE = 1 << 16

Written = tuple[SegmentEntry, RunEntry]
Write = Callable[[FactBatch, U64], Written]
Publish = Callable[[Written, Sequence[int], int], None]
"""Takes what was written, how many ids there are by then by space, and the newest known time."""


@dataclass(slots=True)
class Gathered:
    """What one segment will hold.

    Attributes:
        known: how many ids there were before it, by space.
        pending: the hashes in it.
    """

    start: int
    known: list[int]
    batches: list[FactBatch] = field(default_factory=list)
    hashes: list[U64] = field(default_factory=list)
    pending: HashSet = field(default_factory=lambda: HashSet(IN_SEGMENT + PIECE))
    newest: int = 0

    @property
    def stop(self) -> int:
        """The offset after the last fact."""
        return self.batches[-1].stop if self.batches else self.start


class Bulk:
    """Takes drafts as `Journal.commit` does, but they count only segment by segment.

    Used under the journal's lock for writers, with an empty tail. When it fails, what was published
    stays, and rows given to ids of the rest are taken back.
    """

    def __init__(
        self,
        start: int,
        ids: Ids,
        seen: Seen,
        write: Write,
        publish: Publish,
        on_batch: Callable[[FactBatch], None] | None,
    ) -> None:
        self._ids, self._seen = ids, seen
        self._write, self._publish, self._on_batch = write, publish, on_batch
        self._pool = ThreadPoolExecutor(1, "journal-bulk")
        self._now = Gathered(start, self._known())
        self._before: tuple[Gathered, Future[Written]] | None = None

    def add(self, draft: Draft) -> Receipt:
        """Take what is new in `draft`; durable only once `on_batch` has had it, or at the end.

        Raises:
            JournalError: an earlier segment could not be written.
        """
        start = self._now.stop
        others = (self._before[0].pending,) if self._before else ()
        fresh = self._seen.fresh(draft.hashes, self._now.pending, *others)
        news = draft if fresh.all() else draft.take(fresh)
        for piece in news.cut(PIECE):
            batch = numbered(piece, self._now.stop, self._ids)
            self._now.batches.append(batch)
            self._now.hashes.append(piece.hashes)
            self._now.newest = max(self._now.newest, newest_of(batch))
        rows = ~draft.derived
        accepted = int((rows & fresh).sum())
        receipt = Receipt(accepted, int(rows.sum()) - accepted, (), start, self._now.stop, ())
        if self._now.stop - self._now.start >= IN_SEGMENT:
            self._hand_over()
        return receipt

    def finish(self) -> None:
        """Publish all that was taken."""
        if self._now.batches:
            self._hand_over()
        self._settle()

    def _hand_over(self) -> None:
        self._settle()
        gathered = self._now
        write = self._pool.submit(
            lambda: self._write(concat(gathered.batches), np.concatenate(gathered.hashes))
        )
        self._before = (gathered, write)
        self._now = Gathered(gathered.stop, self._known())

    def _settle(self) -> None:
        if self._before is None:
            return
        gathered, write = self._before
        self._publish(write.result(), self._now.known, gathered.newest)
        self._before = None
        if self._on_batch is not None:
            for batch in gathered.batches:
                self._on_batch(batch)

    def close(self) -> None:
        """Take back what was not published; nothing after `finish`."""
        self._pool.shutdown()
        first = self._before[0] if self._before else self._now
        for space, length in zip(SPACES, first.known, strict=True):
            getattr(self._ids, space).cut(length)

    def _known(self) -> list[int]:
        return [len(getattr(self._ids, space)) for space in SPACES]
