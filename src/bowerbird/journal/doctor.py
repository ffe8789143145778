"""What is wrong with a journal, and what to do about it. Looks at every byte; changes none."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import numpy as np

from bowerbird.core.errors import BowerbirdError
from bowerbird.core.ids import SPACES, Ids
from bowerbird.journal.body import decode
from bowerbird.journal.hashset import filter_of, sorted_hashes
from bowerbird.journal.layout import Layout
from bowerbird.journal.lock import WriteLock, acknowledged
from bowerbird.journal.manifest import FORMAT, Manifest, RunEntry, SegmentEntry, load_manifest
from bowerbird.journal.parquet import read_hashes, read_parquet
from bowerbird.journal.quarantine import entries_of, files_in
from bowerbird.journal.recovery import recover_ids
from bowerbird.journal.segments import Segments
from bowerbird.journal.tail import News, Tail

RESTORE = "restore the file from a backup: `bowerbird restore`"
REBUILD = (
    "restore it from a backup; or `bowerbird doctor --rebuild-tail` makes it again from the "
    "segments, which loses the facts that were not sealed yet"
)


class Finding(msgspec.Struct, frozen=True):
    """One thing that is wrong.

    Attributes:
        file: where.
        wrong: what.
        help: what to do.
    """

    file: Path
    wrong: str
    help: str


class Diagnosis(msgspec.Struct, frozen=True):
    """What was looked at, and what was found.

    Attributes:
        facts: that are sealed or in the tail.
        notes: what is no damage: a format of before, files a crash left.
    """

    facts: int
    segments: int
    runs: int
    format: int
    findings: tuple[Finding, ...]
    notes: tuple[str, ...]


def diagnose(root: Path, progress: Callable[[int], None] | None = None) -> Diagnosis:
    """Check the journal of the data folder `root`, also while it is being written.

    Args:
        root: the data folder.
        progress: told the number of facts looked at so far.

    Raises:
        JournalError: there is no manifest that could be read.
    """
    layout = Layout(root)
    manifest = load_manifest(layout.manifest)
    findings: list[Finding] = []
    for entry in manifest.segments:
        findings += _segment(layout, manifest, entry)
        if progress is not None:
            progress(entry.stop)
    if manifest.format > 1:
        for run in manifest.runs:
            findings += _run(layout, manifest, run)
    noted = acknowledged(layout.lock)
    end, of_tail = _tail(layout, manifest)
    findings += of_tail
    if not of_tail and max(end, manifest.end) < noted:
        wrong = f"has lost its end: {noted} facts were acknowledged"
        findings.append(Finding(layout.tail, wrong, REBUILD))
    findings += _quarantine(layout)
    return Diagnosis(
        max(end, manifest.end),
        len(manifest.segments),
        len(manifest.runs),
        manifest.format,
        tuple(findings),
        tuple(_notes(layout, manifest)),
    )


def _segment(layout: Layout, manifest: Manifest, entry: SegmentEntry) -> Iterator[Finding]:
    path = layout.segments / entry.facts.name
    try:
        _alone(layout, manifest).verify(entry.facts)
        batch = read_parquet(path, entry.first, entry.stop)
    except Exception as error:  # whatever it is, it is what the doctor was asked for
        yield Finding(path, str(error).split("\n")[0], RESTORE)
        return
    if len(batch) != entry.stop - entry.first:
        wrong = f"holds {len(batch)} facts, the manifest says {entry.stop - entry.first}"
        yield Finding(path, wrong, RESTORE)


def _run(layout: Layout, manifest: Manifest, entry: RunEntry) -> Iterator[Finding]:
    path = layout.segments / entry.hashes.name
    try:
        segments = _alone(layout, manifest)
        hashes = np.load(segments.verify(entry.hashes))
        filter_ = np.load(segments.verify(entry.filter))
        covered = [s for s in manifest.segments if entry.first <= s.first and s.stop <= entry.stop]
        paths = [layout.segments / s.facts.name for s in covered]
        if sum(s.stop - s.first for s in covered) == entry.stop - entry.first:
            told = sorted_hashes(read_hashes(paths))
            if not np.array_equal(told[0], hashes[0]) or set(told[1]) != set(hashes[1]):
                yield Finding(path, "does not have the hashes of its segments", RESTORE)
        if not np.array_equal(filter_of(hashes), filter_):
            yield Finding(layout.segments / entry.filter.name, "is not its hashes' filter", RESTORE)
    except Exception as error:  # as above
        yield Finding(path, str(error).split("\n")[0], RESTORE)


def _alone(layout: Layout, manifest: Manifest) -> Segments:
    """Return a view of nothing, to check single files with, so that one bad file hides no other."""
    return Segments(layout.segments, Manifest(manifest.format, manifest.clock))


def _tail(layout: Layout, manifest: Manifest) -> tuple[int, list[Finding]]:
    if not layout.tail.exists():
        return 0, [Finding(layout.tail, "is missing", REBUILD)]
    try:
        tail = Tail(layout.tail, write=False)
    except BowerbirdError as error:
        return 0, [Finding(layout.tail, error.message, REBUILD)]
    try:
        return _facts_of(tail, layout, manifest)
    except BowerbirdError as error:
        return 0, [Finding(layout.tail, error.message, REBUILD)]
    finally:
        tail.close()


def _facts_of(tail: Tail, layout: Layout, manifest: Manifest) -> tuple[int, list[Finding]]:
    if wrong := tail.check():
        return 0, [Finding(layout.tail, wrong, REBUILD)]
    state = tail.state([0] * len(SPACES))
    lengths = dict(zip(SPACES, map(len, state.ids), strict=True))
    expected, findings = manifest.end, []
    for blob in tail.all_blobs():
        if blob.first < expected:  # sealed already
            continue
        if blob.first != expected:
            findings.append(Finding(layout.tail, f"lacks the facts from {expected} on", REBUILD))
        batch = decode(blob.body, blob.first)
        expected = batch.stop
        for name, space in (("user", "users"), ("account", "accounts"), ("media", "media")):
            if getattr(batch, name).max(initial=-1) >= lengths[space]:
                wrong = f"the batch at {blob.first} names {space} that have no id"
                findings.append(Finding(layout.tail, wrong, REBUILD))
    if state.next > expected:
        wrong = f"ends at {expected}, {state.next} facts were acknowledged"
        findings.append(Finding(layout.tail, wrong, REBUILD))
    return expected, findings


def _quarantine(layout: Layout) -> Iterator[Finding]:
    for path in files_in(layout.quarantine):
        try:
            for _ in entries_of(path):
                pass
        except BowerbirdError as error:
            yield Finding(path, error.message, "ingest the file again, which writes it anew")


def _notes(layout: Layout, manifest: Manifest) -> Iterator[str]:
    if manifest.format != FORMAT:
        yield f"format {manifest.format}: becomes {FORMAT} when it is opened for writing"
    named = {file.name for file in manifest.files()}
    strays = [path.name for path in layout.segments.iterdir() if path.name not in named]
    if strays:
        yield f"{len(strays)} files that do not count: the next opening for writing removes them"


def rebuild_tail(root: Path) -> tuple[int, Path | None]:
    """Make the tail again from the segments; return its end and where the damaged one went.

    Facts that were not sealed are not in the new one: the old file is kept beside it.

    Raises:
        JournalLocked: a process writes to the journal.
        JournalDamaged: a segment is damaged too.
    """
    layout = Layout(root)
    lock = WriteLock(layout.lock)
    try:
        segments = Segments(layout.segments, load_manifest(layout.manifest))
        ids = Ids()
        entries = segments.manifest.segments
        newest = recover_ids([segments.verify(entry.facts) for entry in entries], ids)
        kept = _put_aside(layout.tail)
        tail = Tail(layout.tail, write=True)
        until = [len(getattr(ids, space)) for space in SPACES]
        tail.advance(segments.end, News(ids, [0] * len(SPACES), until), newest)
        tail.close()
        lock.note(segments.end)
        return segments.end, kept
    finally:
        lock.release()


def _put_aside(path: Path) -> Path | None:
    for part in ("-wal", "-shm"):
        with_part = path.with_name(path.name + part)
        if with_part.exists():
            with_part.rename(path.with_name(f"{path.name}.damaged{part}"))
    if not path.exists():
        return None
    return path.rename(path.with_name(f"{path.name}.damaged"))
