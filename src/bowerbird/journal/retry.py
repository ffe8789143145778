"""Rows from quarantine taken again, after somebody mended them or after their time has come."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import msgspec

from bowerbird.journal.ingest import GROUP, Load, OnBatch, Summary
from bowerbird.journal.journal import Journal
from bowerbird.journal.quarantine import Entry, Quarantine, entries_of, replace, rows_in
from bowerbird.journal.receipt import RejectReason
from bowerbird.journal.schema import KINDS
from bowerbird.journal.validate import check


def retry(
    journal: Journal,
    mended: Path | None = None,
    *,
    now: int,
    on_batch: OnBatch | None = None,
) -> Summary:
    """Take rows of the quarantine again; those that are good now leave it.

    Doing it again adds nothing. Facts go where the journal ends, whatever their time.

    Args:
        journal: open for writing.
        mended: what `export` wrote, with changes in `raw`; all of the quarantine as it is if None.
        now: wall time, epoch ms.
        on_batch: given every batch of facts once it is durable.

    Raises:
        InputError: `mended` is no such file.
        JournalError: the disk did not take it; what was committed before stays, here and there.
    """
    folder = journal.quarantine
    source = rows_in(folder) if mended is None else entries_of(mended)
    found = list(source)  # all of it, before a first row leaves
    rejected = Quarantine(folder / ".retry")
    with Load(journal, rejected, on_batch) as load:
        outcomes = [_take(group, load, journal, now=now) for group in _groups(iter(found), GROUP)]
    for taken, left in outcomes:  # only now are they durable
        replace(folder, taken, left)
        rejected.counts.update(RejectReason(entry.reason) for entry in left)
    summary = load.summary()
    return Summary(summary.accepted, summary.duplicates, summary.rejected, None, summary.by_kind)


def _take(
    entries: list[Entry], load: Load, journal: Journal, *, now: int
) -> tuple[list[Entry], list[Entry]]:
    """Hand the good rows over; return which those were, and the others with their reason now."""
    taken: list[Entry] = []
    left: list[Entry] = []
    for kind in sorted({entry.kind for entry in entries}):
        group = [entry for entry in entries if entry.kind == kind]
        rows = [entry.row() for entry in group]
        checked = check(rows, now=now, untimed=journal.untimed(now), kind=KINDS.get(kind))
        load.commit(checked.draft)
        taken += [e for at, e in enumerate(group) if at not in checked.faults]
        left += [
            msgspec.structs.replace(group[at], reason=str(reason))
            for at, reason in checked.faults.items()
        ]
    return taken, left


def _groups(entries: Iterator[Entry], size: int) -> Iterator[list[Entry]]:
    while group := list(islice(entries, size)):
        yield group
