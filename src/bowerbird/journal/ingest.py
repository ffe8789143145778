"""Files of facts into the journal: a bad row never stops a load, and never goes unnoticed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np

from bowerbird.core.errors import InputError
from bowerbird.core.facts import FactBatch, FactKind
from bowerbird.journal.ahead import ahead
from bowerbird.journal.bulk import Bulk
from bowerbird.journal.checking import check_block
from bowerbird.journal.draft import Draft
from bowerbird.journal.files import READERS, fingerprint, reader_of
from bowerbird.journal.journal import Journal
from bowerbird.journal.merge import Source, in_order, kind_in_name, sources_in
from bowerbird.journal.quarantine import Quarantine
from bowerbird.journal.receipt import Receipt

Progress = Callable[[int], None]
OnBatch = Callable[[FactBatch], None]

GROUP = 32_768
"""Facts in one transaction."""

MANY = 131_072
"""Facts from which on a load goes straight into segments."""


@dataclass(frozen=True, slots=True)
class Summary:
    """What became of a load; every row is in exactly one of the first three.

    Attributes:
        rejected: rows by `RejectReason`.
        quarantine: the file that has them; None when there are none.
        by_kind: facts added, by kind; scores beside a media make them more than `accepted`.
        skipped: names of files of a folder that were not looked at.
    """

    accepted: int
    duplicates: int
    rejected: Mapping[str, int]
    quarantine: Path | None
    by_kind: Mapping[str, int]
    skipped: tuple[str, ...] = ()


def ingest(
    journal: Journal,
    path: Path,
    *,
    kind: FactKind | None = None,
    now: int,
    progress: Progress | None = None,
    on_batch: OnBatch | None = None,
) -> Summary:
    """Take in a file in its order, or the files of a folder merged by time.

    A row's kind is what its column `kind` says, else `kind`, else what the file is called
    (`events.jsonl`, `media-2.csv`). Doing it again adds nothing.

    Args:
        journal: open for writing.
        path: JSON lines, CSV or Parquet; or a folder of such files called by their kinds.
        kind: of the rows that do not say.
        now: wall time, epoch ms.
        progress: told the number of rows read so far.
        on_batch: given every batch of facts once it is durable.

    Raises:
        InputError: a file as a whole cannot be read; what was read before stays.
        JournalError: the disk did not take it; what was committed before stays.
    """
    path = Path(path)
    sources, skipped = sources_in(path) if path.is_dir() else ([_source(path)], ())
    paths = [source.path for source in sources]
    untimed = 0 if path.is_dir() else journal.untimed(now)
    quarantine = Quarantine(
        journal.quarantine / f"{path.resolve().name}.jsonl", lambda: fingerprint(paths)
    )
    with Load(journal, quarantine, on_batch) as load:
        drafts = _drafts(sources, kind, now, untimed, load, progress)
        if path.is_dir():
            aside = journal.quarantine.with_name("merging")
            drafts = in_order(drafts, journal.untimed(now), GROUP, aside)
        for draft in drafts:
            load.commit(draft)
    return load.summary(skipped)


class Load:
    """One load at work: takes drafts and keeps the count.

    A small one goes through the tail; a large one straight into segments. What was taken is durable
    when the `with` ends.
    """

    def __init__(
        self, journal: Journal, quarantine: Quarantine, on_batch: OnBatch | None = None
    ) -> None:
        self.quarantine = quarantine
        self._journal, self._on_batch = journal, on_batch
        self._accepted = self._duplicates = 0
        self._kinds: Counter[int] = Counter()
        self._waiting: list[Draft] = []
        self._bulk: Bulk | None = None
        self._open = ExitStack()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if error is not None and not isinstance(error, InputError):
            self._open.__exit__(kind, error, trace)
            return
        with self._open:  # what was read before a file broke off stays
            for draft in self._waiting:
                self._take(self._journal.commit([draft])[0])

    def commit(self, draft: Draft) -> None:
        """Take a draft; it is durable when `on_batch` has had it, or at the end."""
        if self._bulk is not None:
            self._take(self._bulk.add(draft))
            return
        self._waiting.append(draft)
        if sum(map(len, self._waiting)) >= MANY:
            self._bulk = self._open.enter_context(self._journal.bulk(self._landed))
            waiting, self._waiting = self._waiting, []
            for each in waiting:
                self._take(self._bulk.add(each))

    def _take(self, receipt: Receipt) -> None:
        self._accepted += receipt.accepted
        self._duplicates += receipt.duplicates
        for batch in receipt.batches:
            self._landed(batch)

    def _landed(self, batch: FactBatch) -> None:
        kinds, counts = np.unique(batch.kind, return_counts=True)
        self._kinds.update(dict(zip(kinds.tolist(), counts.tolist(), strict=True)))
        if self._on_batch is not None:
            self._on_batch(batch)

    def add_duplicates(self, rows: int) -> None:
        """Count rows that an importer saw to be twins before it made facts of them."""
        self._duplicates += rows

    def summary(self, skipped: tuple[str, ...] = ()) -> Summary:
        """Return the count so far."""
        return Summary(
            self._accepted,
            self._duplicates,
            {str(reason): n for reason, n in self.quarantine.counts.most_common()},
            self.quarantine.path,
            {FactKind(kind).name.lower(): n for kind, n in sorted(self._kinds.items())},
            skipped,
        )


def _source(path: Path) -> Source:
    if not path.exists():
        raise InputError(f"there is no {path}")
    read = reader_of(path)
    if read is None:
        known = ", ".join(READERS)
        raise InputError(f"{path} has a suffix that nothing here reads", f"known are {known}")
    return Source(path, read, kind_in_name(path))


def _drafts(
    sources: list[Source],
    kind: FactKind | None,
    now: int,
    untimed: int,
    load: Load,
    progress: Progress | None,
) -> Iterator[Draft]:
    """Yield what is good in the sources; the rest is in quarantine by then."""
    rows = 0
    for source in sources:
        named = source.kind if kind is None else kind
        kind_name = named.name.lower() if named is not None else ""
        blocks = source.read(source.path, events=named in (None, FactKind.EVENT))
        for found in ahead(partial(check_block, now=now, untimed=untimed, kind=named), blocks):
            load.quarantine.add(source.path.name, found.rejects, kind_name, found.columns)
            rows += found.rows
            yield found.draft
            if progress is not None:
                progress(rows)
