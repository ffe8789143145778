"""Opening a journal: whatever a crash left behind is put right here, or refused."""

from __future__ import annotations

import shutil
from dataclasses import dataclass

from bowerbird.core.clock import ClockName
from bowerbird.core.errors import JournalDamaged, JournalError, NotFound
from bowerbird.core.ids import SPACES, Ids, IdTable
from bowerbird.journal.body import hashes_of
from bowerbird.journal.disk import sync, temporary
from bowerbird.journal.layout import Layout
from bowerbird.journal.lock import WriteLock, acknowledged
from bowerbird.journal.manifest import FORMAT, Manifest, load_manifest
from bowerbird.journal.migrate import migrated
from bowerbird.journal.recovery import recover_ids
from bowerbird.journal.seen import Seen
from bowerbird.journal.segments import Segments
from bowerbird.journal.tail import News, Tail


@dataclass(frozen=True, slots=True)
class Opened:
    """The parts of an open journal; `lock` is None for one that only reads."""

    layout: Layout
    lock: WriteLock | None
    tail: Tail
    segments: Segments
    seen: Seen

    def close(self) -> None:
        """Let go of everything."""
        self.tail.close()
        if self.lock is not None:
            self.lock.release()


def open_to_read(layout: Layout) -> Opened:
    """Open what is there.

    Raises:
        NotFound: nothing is.
        JournalDamaged: a part is not what it should be.
    """
    if not layout.manifest.exists():
        raise NotFound(f"there is no journal in {layout.root}", "ingest or import something first")
    _require_tail(layout)
    noted = acknowledged(layout.lock)
    tail = Tail(layout.tail, write=False)
    try:
        segments = Segments(layout.segments, load_manifest(layout.manifest))
        _require_acknowledged(layout, max(_next(tail), segments.end), noted)
    except BaseException:
        tail.close()
        raise
    return Opened(layout, None, tail, segments, Seen())


def open_to_write(layout: Layout, clock: ClockName | None) -> Opened:
    """Open what is there, or make it; drop what a crash left half done.

    Raises:
        JournalLocked: another process writes to it.
        JournalDamaged: a part is not what it should be; nothing was changed.
        JournalError: it has facts, and another clock than `clock`.
    """
    try:
        for folder in (layout.folder, layout.segments, layout.quarantine):
            folder.mkdir(parents=True, exist_ok=True)
        lock = WriteLock(layout.lock)
    except OSError as error:
        raise JournalError(
            f"cannot write to {layout.folder}: {error}",
            "see that the disk may be written to; a journal can be read from one that may not",
        ) from error
    tail = None
    try:
        _require_tail(layout)
        tail = Tail(layout.tail, write=True)
        manifest = migrated(layout, _manifest(layout, tail, clock))
        segments = Segments(layout.segments, manifest)
        _require_acknowledged(layout, max(_next(tail), segments.end), acknowledged(layout.lock))
        _catch_up(layout, tail, segments)
        seen = _seen(layout, tail, segments)
        for stray in (*segments.strays(), temporary(layout.manifest)):
            stray.unlink(missing_ok=True)
        shutil.rmtree(layout.merging, ignore_errors=True)
        tail.drop_below(segments.end)
    except BaseException:
        if tail is not None:
            tail.close()
        lock.release()
        raise
    return Opened(layout, lock, tail, segments, seen)


def _require_tail(layout: Layout) -> None:
    # The tail is made before the manifest, so a manifest alone has lost it.
    if layout.manifest.exists() and not layout.tail.exists():
        raise JournalDamaged(
            f"{layout.tail} is missing",
            "restore the file from a backup, or make it again from the segments with "
            "`bowerbird doctor --rebuild-tail`, which loses the facts that were not sealed yet",
        )


def _require_acknowledged(layout: Layout, end: int, noted: int) -> None:
    if end < noted:
        raise JournalDamaged(
            f"{layout.tail}-wal has lost its end: there are {end} facts, {noted} were acknowledged",
            "restore a backup; or `bowerbird doctor --rebuild-tail` goes on with what is sealed",
        )


def _catch_up(layout: Layout, tail: Tail, segments: Segments) -> None:
    """Tell the tail of segments that were published just before a crash.

    Raises:
        JournalDamaged: the tail ends within a segment, or belongs to another journal.
    """
    state = tail.state([0] * len(SPACES))
    if state.next >= segments.end:
        return
    news = [entry for entry in segments.manifest.segments if entry.stop > state.next]
    if news[0].first != state.next:
        raise JournalDamaged(
            f"{layout.tail} ends at {state.next}, expected {news[0].first} or {segments.end}"
        )
    ids = Ids(*(IdTable(known) for known in state.ids))
    known = [len(found) for found in state.ids]
    newest = recover_ids([segments.verify(entry.facts) for entry in news], ids)
    until = [len(getattr(ids, space)) for space in SPACES]
    tail.advance(segments.end, News(ids, known, until), max(state.newest, newest))


def _manifest(layout: Layout, tail: Tail, clock: ClockName | None) -> Manifest:
    if not layout.manifest.exists():
        if _next(tail) or any(layout.segments.glob("*.parquet")):
            raise JournalDamaged(f"{layout.manifest} is missing, though there are facts")
        manifest = Manifest(FORMAT, clock or ClockName.WALL)
        manifest.save(layout.manifest)
        sync(layout.root)
        return manifest
    manifest = load_manifest(layout.manifest)
    if clock is None or clock is manifest.clock:
        return manifest
    if _next(tail):
        raise JournalError(
            f"the journal in {layout.folder} has the clock {manifest.clock}, asked for was {clock}",
            "a clock can only be chosen before the first fact; use another data folder",
        )
    manifest = Manifest(FORMAT, clock)
    manifest.save(layout.manifest)
    return manifest


def _seen(layout: Layout, tail: Tail, segments: Segments) -> Seen:
    seen = Seen()
    seen.sealed(segments.runs, segments.end)
    expected = segments.end
    for blob in tail.all_blobs():
        if blob.first < segments.end:
            continue
        if blob.first != expected:
            raise JournalDamaged(f"{layout.tail} goes on at {blob.first}, expected {expected}")
        hashes = hashes_of(blob.body, blob.first)
        expected += len(hashes)
        seen.add(hashes, expected)
    if (end := _next(tail)) != expected:
        raise JournalDamaged(f"{layout.tail} ends at {expected}, expected {end}")
    return seen


def _next(tail: Tail) -> int:
    return tail.state([1 << 31] * len(SPACES)).next
