"""The journal: an append-only, durable log of facts, and the row numbers of every id."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Literal, Self

import numpy as np

from bowerbird.core.clock import ClockName
from bowerbird.core.errors import JournalDamaged, JournalError
from bowerbird.core.facts import FactBatch
from bowerbird.core.ids import Ids
from bowerbird.journal.batches import concat
from bowerbird.journal.body import U64, decode, hashes_of
from bowerbird.journal.bulk import Bulk, Written
from bowerbird.journal.draft import Draft
from bowerbird.journal.keeper import Keeper
from bowerbird.journal.layout import Layout
from bowerbird.journal.merging import AT_ONCE
from bowerbird.journal.opening import Opened, open_to_read, open_to_write
from bowerbird.journal.receipt import Receipt
from bowerbird.journal.segments import MOST_FACTS, write_segment
from bowerbird.journal.staging import MOST_IN_BLOB, Stage
from bowerbird.journal.tail import News
from bowerbird.journal.validate import RawRow, check, rejects
from bowerbird.journal.vault import Vault

TOO_MANY = 8
"""How many times `seal_facts` the tail may hold before an append seals it itself."""

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
        self._seal_facts = seal_facts
        # Taken in this order; `_mutex` only for moments.
        self._writing, self._sealing = threading.RLock(), threading.RLock()
        self._merging, self._mutex = threading.Lock(), threading.RLock()
        self._vault = Vault(opened, self._mutex)
        self._keeper = Keeper(self._keep)
        self._closed = False
        self._end = self._newest = 0
        self._lag = ""
        self.ids = Ids()
        self._catch_up()
        self._stored = self.ids.lengths()

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
        return self._vault.segments.manifest.clock

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
            replace(receipt, rejected=tuple(rejects(rows, each.faults)))
            for receipt, rows, each in zip(receipts, groups, checked, strict=True)
        ]

    def commit(self, drafts: Sequence[Draft]) -> list[Receipt]:
        """Take facts that `check` or an importer made, in one transaction; a receipt a draft.

        Raises:
            JournalError: the disk did not take it; nothing of any draft is in the journal.
        """
        with self._writing:
            self._require_writer()
            self._seal_when_due()
            with self._mutex:
                return self._commit(drafts)

    def _commit(self, drafts: Sequence[Draft]) -> list[Receipt]:
        known = self.ids.lengths()
        stage = Stage(self._end, self.ids, self._seen)
        try:
            receipts = [stage.add(draft) for draft in drafts]
            newest = max(self._newest, stage.newest)
            if stage.blobs:
                news = News(self.ids, self._stored, self.ids.lengths())
                self._tail.append(stage.blobs, news, newest)
        except BaseException:
            self._recover(stage, known)
            raise
        self._took(stage, newest)
        return receipts

    def _took(self, stage: Stage, newest: int) -> None:
        for blob, hashes in zip(stage.blobs, stage.hashes, strict=True):
            self._seen.add(hashes, blob.first + blob.count)
        self._end, self._newest, self._stored = stage.end, newest, self.ids.lengths()
        if self._lock is not None:
            self._lock.note(self._end)

    def _recover(self, stage: Stage, known: Sequence[int]) -> None:
        """Go back to what is on disk, which an interrupt may have let `stage` reach."""
        for table, length in zip(self.ids.tables(), known, strict=True):
            table.cut(length)
        state = self._tail.state(known)
        if state.next > self._end:
            for table, news in zip(self.ids.tables(), state.ids, strict=True):
                table.add(news)
            self._took(stage, state.newest)

    @contextmanager
    def bulk(self, on_batch: Callable[[FactBatch], None] | None = None) -> Iterator[Bulk]:
        """Take many facts straight into segments; other writers wait until it is done.

        Args:
            on_batch: given every batch of facts once it is durable.

        Raises:
            JournalError: the disk did not take it; the segments published before stay.
        """
        with self._writing:
            self._require_writer()
            self.seal()
            folder, ids = self._layout.segments, self.ids
            bulk = Bulk(
                self._end,
                ids,
                self._seen,
                write=lambda batch, hashes: write_segment(folder, batch, hashes, ids),
                publish=self._publish,
                on_batch=on_batch,
            )
            try:
                yield bulk
                bulk.finish()
            finally:
                bulk.close()
        self._keeper.call()

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
            blobs = self._tail.blobs(first, facts) if first >= self._vault.segments.end else []
            if not blobs and self._lock is None:  # the writer may have sealed them since
                self._vault.reload()
            segments = self._vault.segments
        if blobs:
            batch = concat([decode(blob.body, blob.first) for blob in blobs])
            return batch.slice(first - batch.start, len(batch))
        if first >= segments.end:
            raise JournalDamaged(f"{self._layout.tail} has lost the facts from {first} on")
        try:
            return segments.read(first, facts)
        except JournalDamaged:
            with self._mutex:
                self._vault.reload()
            if self._vault.segments is segments:
                raise
        return self._chunk(first, facts)  # it was merged, and its files removed

    def refresh(self) -> None:
        """See what a writer committed meanwhile: moves `end`, and `ids` along with it."""
        with self._mutex:
            self._require_open()
            if self._lock is None:
                self._catch_up()
                self._vault.reload()

    def _catch_up(self) -> None:
        state = self._tail.state(self.ids.lengths())
        for table, news in zip(self.ids.tables(), state.ids, strict=True):
            table.add(news)
        self._end, self._newest = state.next, state.newest

    def seal(self) -> None:
        """Move every fact of the tail into segments; appending goes on meanwhile.

        Raises:
            JournalError: the disk did not take it; the facts stay in the tail.
        """
        with self._sealing:
            self._require_writer()
            while self._vault.segments.end < self._end:
                batch, hashes = self._oldest()
                written = write_segment(self._layout.segments, batch, hashes, self.ids)
                self._publish(written)

    def merge(self, at_least: int = AT_ONCE) -> int:
        """Make one of small segments, and of runs of hashes; everything else goes on meanwhile.

        Args:
            at_least: how many to merge at a time.

        Returns:
            How many files were merged away.

        Raises:
            JournalError: the disk did not take it; all is as it was.
        """
        with self._merging:
            self._require_writer()
            return self._vault.merge(at_least)

    def compact(self) -> int:
        """Seal the tail, merge whatever can be, and give the room back; return files merged away.

        Raises:
            JournalError: the disk did not take it; nothing is lost.
        """
        self.seal()
        merged = self.merge(at_least=2)
        with self._merging, self._mutex:
            self._vault.remove_retired()
            self._tail.shrink()
        return merged

    @property
    def trouble(self) -> str:
        """Why sealing or merging in the background failed the last time; empty when it did not."""
        return self._keeper.trouble or self._lag

    def _keep(self) -> None:
        """Do what is due, in the background."""
        if self._end - self._vault.segments.end >= self._seal_facts:
            self.seal()
        self.merge()

    def _seal_when_due(self) -> None:
        waiting = self._end - self._vault.segments.end
        if waiting >= TOO_MANY * self._seal_facts and not self._keeper.trouble:
            self.seal()  # whoever appends faster than can be sealed has to wait for it
        elif waiting >= self._seal_facts:
            self._keeper.call()

    def _oldest(self) -> tuple[FactBatch, U64]:
        with self._mutex:
            blobs = self._tail.blobs(self._vault.segments.end, MOST_FACTS - MOST_IN_BLOB)
        batch = concat([decode(blob.body, blob.first) for blob in blobs])
        return batch, np.concatenate([hashes_of(blob.body, blob.first) for blob in blobs])

    def _publish(
        self, written: Written, until: Sequence[int] | None = None, newest: int = 0
    ) -> None:
        """Let a segment count: from the manifest on; the tail follows, now or when opened again."""
        segment, run = written
        with self._mutex:
            self._vault.add(segment, run)
            self._end, self._newest = max(self._end, segment.stop), max(self._newest, newest)
            if self._lock is not None:
                self._lock.note(self._end)
            until = self.ids.lengths() if until is None else until
            try:
                news = News(self.ids, self._stored, until)
                self._tail.advance(segment.stop, news, self._newest)
            except JournalError as error:
                self._lag = error.message
            else:
                self._stored, self._lag = list(until), ""

    def close(self) -> None:
        """Let the next writer in; closing twice is fine."""
        self._keeper.stop()
        with self._writing, self._sealing, self._merging, self._mutex:
            if not self._closed:
                self._closed = True
                self._tail.close()
                if self._lock is not None:
                    self._vault.remove_retired()
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
