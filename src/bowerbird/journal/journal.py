"""The journal: an append-only, durable log of facts, and the row numbers of every id."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Literal, Self

import numpy as np

from bowerbird.core.clock import ClockName
from bowerbird.core.errors import JournalDamaged, JournalError
from bowerbird.core.facts import FactBatch
from bowerbird.core.ids import SPACES, Ids, IdTable
from bowerbird.journal.batches import concat
from bowerbird.journal.body import U64, decode, hashes_of
from bowerbird.journal.draft import Draft
from bowerbird.journal.layout import Layout
from bowerbird.journal.manifest import SegmentEntry
from bowerbird.journal.opening import Opened, open_to_read, open_to_write
from bowerbird.journal.receipt import Receipt, Reject, RejectReason
from bowerbird.journal.segments import MOST_FACTS, write_segment
from bowerbird.journal.staging import MOST_IN_BLOB, Stage
from bowerbird.journal.validate import RawRow, check, text_of

CHUNK = 65_536
"""Facts fetched at a time, however few are asked for in one batch."""


class Journal:
    """Facts in the order they were taken; `Journal.open` gives one.

    One process writes, any number read. Any thread may call any method. What `append` returned is
    on disk; what it raised for is not in the journal, which stays usable.

    Attributes:
        ids: every id space, current up to `end`.
    """

    def __init__(self, opened: Opened, *, seal_facts: int) -> None:
        self._layout, self._lock = opened.layout, opened.lock
        self._tail, self._seen = opened.tail, opened.seen
        self._segments, self._seal_facts = opened.segments, seal_facts
        self._mutex, self._sealing = threading.RLock(), threading.Lock()
        self._closed = False
        self._end = self._newest = 0
        self.ids = Ids()
        self._catch_up()

    @staticmethod
    def open(
        path: Path,
        *,
        mode: Literal["write", "read"] = "write",
        seal_facts: int = 200_000,
        clock: ClockName | None = None,
    ) -> Journal:
        """Open the journal of the data folder `path`; writing makes it where there is none.

        Args:
            path: the data folder; the journal is its subfolder of that name.
            mode: "read" sees what was committed when opened or last refreshed.
            seal_facts: how many facts the tail holds before they are sealed into a segment.
            clock: of a new journal, or of one without facts; `wall` when not told.

        Raises:
            JournalLocked: another process writes to it.
            JournalDamaged: a part of it is not what it should be; nothing was changed.
            NotFound: there is none to read.
            JournalError: it has facts, and another clock than `clock`.
        """
        layout = Layout(Path(path))
        opened = open_to_write(layout, clock) if mode == "write" else open_to_read(layout)
        try:
            return Journal(opened, seal_facts=seal_facts)
        except BaseException:
            opened.close()
            raise

    @property
    def end(self) -> int:
        """The offset the next fact gets."""
        return self._end

    @property
    def newest(self) -> int:
        """The newest known time of any fact, epoch ms; 0 when there is none."""
        return self._newest

    @property
    def clock(self) -> ClockName:
        """How this journal tells the time."""
        return self._segments.manifest.clock

    @property
    def quarantine(self) -> Path:
        """The folder for rows that were not taken."""
        return self._layout.quarantine

    def append(self, rows: Sequence[RawRow], *, now: int) -> Receipt:
        """Take the good rows of `rows`, in one transaction.

        Args:
            rows: mappings with a `kind` and its columns, see `docs/journal.md`.
            now: wall time, epoch ms.

        Raises:
            JournalError: the disk did not take it; none of the rows is in the journal.
        """
        return self.append_many([rows], now=now)[0]

    def append_many(self, groups: Sequence[Sequence[RawRow]], *, now: int) -> list[Receipt]:
        """Take several groups in one transaction, which costs hardly more than one of them.

        Raises:
            JournalError: the disk did not take it; nothing of any group is in the journal.
        """
        untimed = self.untimed(now)
        checked = [check(rows, now=now, untimed=untimed) for rows in groups]
        receipts = self.commit([each.draft for each in checked])
        return [
            replace(receipt, rejected=tuple(_rejects(rows, each.faults)))
            for receipt, rows, each in zip(receipts, groups, checked, strict=True)
        ]

    def commit(self, drafts: Sequence[Draft]) -> list[Receipt]:
        """Take facts that `check` or an importer made, in one transaction; a receipt a draft.

        Raises:
            JournalError: the disk did not take it; nothing of any draft is in the journal.
        """
        self._seal_when_due()
        with self._mutex:
            self._require_writer()
            known = self._known()
            stage = Stage(self._end, self.ids, self._seen)
            try:
                receipts = [stage.add(draft) for draft in drafts]
                if stage.blobs:
                    newest = max(self._newest, stage.newest)
                    self._tail.append(stage.blobs, self.ids, known, newest)
            except BaseException:
                self._recover(stage, known)
                raise
            self._seen.add(stage.keys)
            self._end, self._newest = stage.end, max(self._newest, stage.newest)
            return receipts

    def _recover(self, stage: Stage, known: Sequence[int]) -> None:
        """Go back to what is on disk, which an interrupt may have let `stage` reach."""
        for table, length in zip(self._tables(), known, strict=True):
            table.cut(length)
        before = self._end
        self._catch_up()
        if self._end > before:
            self._seen.add(stage.keys)

    def untimed(self, now: int) -> int:
        """Return the time of a fact that came without one: `now`, as this journal tells it."""
        return self._newest or now if self.clock is ClockName.JOURNAL else now

    def read(
        self, start: int = 0, stop: int | None = None, size: int = 65_536
    ) -> Iterator[FactBatch]:
        """Yield the facts `start .. stop - 1` in consecutive batches of at most `size`.

        Facts appended after the call are not among them. Appending and sealing meanwhile is fine.

        Args:
            start: offset of the first fact.
            size: of a batch, at most; the last before a seam may be smaller.
            stop: the end as it is now when None, or when beyond it.

        Raises:
            JournalDamaged: a part that was to be read is not what was written.
            JournalError: `start` or `size` cannot be.
        """
        if start < 0 or size < 1:
            raise JournalError(f"cannot read from offset {start} in batches of {size}")
        return self._read(start, self._end if stop is None else min(stop, self._end), size)

    def _read(self, start: int, stop: int, size: int) -> Iterator[FactBatch]:
        while start < stop:
            chunk = self._chunk(start, min(max(size, CHUNK), stop - start))
            yield from chunk.slice(0, min(len(chunk), stop - start)).cut(size)
            start = chunk.stop

    def _chunk(self, first: int, facts: int) -> FactBatch:
        """Return facts from `first` on: at least one, and about `facts`."""
        with self._mutex:
            self._require_open()
            blobs = self._tail.blobs(first, facts) if first >= self._segments.end else []
            if not blobs and self._lock is None:  # the writer may have sealed them since
                self._segments = self._segments.reloaded(self._layout.manifest)
            segments = self._segments
        if blobs:
            batch = concat([decode(blob.body, blob.first) for blob in blobs])
            return batch.slice(first - batch.start, len(batch))
        if first >= segments.end:
            raise JournalDamaged(f"{self._layout.tail} has lost the facts from {first} on")
        return segments.read(first, facts)

    def refresh(self) -> None:
        """See what a writer committed meanwhile: moves `end`, and `ids` along with it."""
        with self._mutex:
            self._require_open()
            if self._lock is None:
                self._catch_up()
                self._segments = self._segments.reloaded(self._layout.manifest)

    def _catch_up(self) -> None:
        state = self._tail.state(self._known())
        for table, news in zip(self._tables(), state.ids, strict=True):
            table.add(news)
        self._end, self._newest = state.next, state.newest

    def seal(self) -> None:
        """Move every fact of the tail into segments; appending goes on meanwhile.

        Raises:
            JournalError: the disk did not take it; the facts stay in the tail.
        """
        with self._sealing:
            self._require_writer()
            while self._segments.end < self._end:
                batch, hashes = self._oldest()
                entry = write_segment(self._layout.segments, batch, hashes, self.ids)
                self._publish(entry, hashes)

    def _seal_when_due(self) -> None:
        if self._lock is not None and self._end - self._segments.end >= self._seal_facts:
            self.seal()

    def _oldest(self) -> tuple[FactBatch, U64]:
        with self._mutex:
            blobs = self._tail.blobs(self._segments.end, MOST_FACTS - MOST_IN_BLOB)
        batch = concat([decode(blob.body, blob.first) for blob in blobs])
        return batch, np.concatenate([hashes_of(blob.body, blob.first) for blob in blobs])

    def _publish(self, entry: SegmentEntry, hashes: U64) -> None:
        with self._mutex:
            manifest = self._segments.manifest.with_segment(entry)
            manifest.save(self._layout.manifest)
            # From here on the tail's copy is not looked at; a crash leaves it to the next opening.
            self._segments = self._segments.reloaded(self._layout.manifest)
            self._seen.seal(self._segments.hashes(entry), hashes)
            self._tail.drop_below(entry.stop)

    def close(self) -> None:
        """Let the next writer in; closing twice is fine."""
        with self._sealing, self._mutex:
            if not self._closed:
                self._closed = True
                self._tail.close()
                if self._lock is not None:
                    self._lock.release()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _tables(self) -> list[IdTable]:
        return [getattr(self.ids, name) for name in SPACES]

    def _known(self) -> list[int]:
        return [len(table) for table in self._tables()]

    def _require_open(self) -> None:
        if self._closed:
            raise JournalError(f"the journal in {self._layout.folder} is closed")

    def _require_writer(self) -> None:
        self._require_open()
        if self._lock is None:
            raise JournalError(
                f"the journal in {self._layout.folder} is open for reading only",
                'open it with mode="write" to append to it',
            )


def _rejects(rows: Sequence[object], faults: Mapping[int, RejectReason]) -> Iterator[Reject]:
    for position in sorted(faults):
        yield Reject(position + 1, faults[position], text_of(rows[position]))
