"""The manifest: which segments count. Written last, so that what it names is whole."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TypeVar

import msgspec

from bowerbird.core.clock import ClockName
from bowerbird.core.errors import JournalDamaged, JournalError
from bowerbird.journal.disk import write_durably

FORMAT = 3
"""Of segments and manifest; raised when an older reader would misread them.

1: each segment has its own hashes and a bitmap. 2: hashes are runs over any number of segments,
with a blocked Bloom filter. 3: the tail keeps ids by the blob.
"""


class File(msgspec.Struct, frozen=True):
    """A file of the journal, and how to tell that it is that file."""

    name: str
    bytes: int
    sha256: str


class SegmentEntry(msgspec.Struct, frozen=True):
    """Facts `first .. stop - 1`, sealed."""

    first: int
    stop: int
    facts: File


class RunEntry(msgspec.Struct, frozen=True):
    """The sorted hashes of the facts `first .. stop - 1`, and a filter before them."""

    first: int
    stop: int
    hashes: File
    filter: File


class Manifest(msgspec.Struct, frozen=True):
    """What is sealed, in order of offset and without a gap from 0; so are the runs."""

    format: int
    clock: ClockName
    segments: tuple[SegmentEntry, ...] = ()
    runs: tuple[RunEntry, ...] = ()

    @property
    def end(self) -> int:
        """The offset after the last sealed fact."""
        return self.segments[-1].stop if self.segments else 0

    def files(self) -> Iterator[File]:
        """Yield every file that counts."""
        for segment in self.segments:
            yield segment.facts
        for run in self.runs:
            yield from (run.hashes, run.filter)

    def with_segment(self, segment: SegmentEntry, run: RunEntry) -> Manifest:
        """Return the manifest that names these too."""
        return msgspec.structs.replace(
            self, segments=(*self.segments, segment), runs=(*self.runs, run)
        )

    def with_merged(
        self, segments: Sequence[SegmentEntry] = (), runs: Sequence[RunEntry] = ()
    ) -> Manifest:
        """Return the manifest that names these in place of those they cover."""
        return msgspec.structs.replace(
            self,
            segments=tuple(_replaced(self.segments, segments)),
            runs=tuple(_replaced(self.runs, runs)),
        )

    def save(self, path: Path) -> None:
        """Replace the manifest at `path`; a crash leaves the old one or this one.

        Raises:
            JournalError: the disk did not take it; the old one is in place.
        """
        content = msgspec.json.format(msgspec.json.encode(self), indent=1) + b"\n"
        try:
            write_durably(path, content)
        except OSError as error:
            raise JournalError(
                f"cannot write {path}: {error}",
                "see that the disk has room and that the folder may be written to",
            ) from error


Entry = TypeVar("Entry", SegmentEntry, RunEntry)


def _first(entry: SegmentEntry | RunEntry) -> int:
    return entry.first


def _replaced(old: Sequence[Entry], new: Sequence[Entry]) -> list[Entry]:
    kept = [e for e in old if not any(n.first <= e.first and e.stop <= n.stop for n in new)]
    kept.extend(new)
    return sorted(kept, key=_first)


def load_manifest(path: Path) -> Manifest:
    """Read the manifest at `path`, of this format or one before.

    Raises:
        JournalDamaged: it cannot be read, or its segments are not consecutive.
        JournalError: a newer version of bowerbird wrote it.
    """
    try:
        content = path.read_bytes()
        found = msgspec.json.decode(content, type=_Numbered).format
        manifest = _first_format(content) if found == 1 else _this_format(content, found, path)
    except (msgspec.DecodeError, UnicodeDecodeError, OSError) as error:
        raise JournalDamaged(f"{path} is not a manifest: {error}") from error
    for entries in (manifest.segments, manifest.runs):
        expected = 0
        for entry in entries:
            if entry.first != expected or entry.stop <= entry.first:
                raise JournalDamaged(f"{path} names {_name(entry)} where {expected} should start")
            expected = entry.stop
        if expected != manifest.end:
            raise JournalDamaged(f"{path} has hashes up to {expected}, facts up to {manifest.end}")
    return manifest


class _Numbered(msgspec.Struct):
    format: int


class _FirstSegment(msgspec.Struct, frozen=True):
    first: int
    stop: int
    facts: File
    hashes: File
    filter: File


class _FirstManifest(msgspec.Struct, frozen=True):
    format: int
    clock: ClockName
    segments: tuple[_FirstSegment, ...] = ()


def _first_format(content: bytes) -> Manifest:
    old = msgspec.json.decode(content, type=_FirstManifest)
    segments = tuple(SegmentEntry(e.first, e.stop, e.facts) for e in old.segments)
    runs = tuple(RunEntry(e.first, e.stop, e.hashes, e.filter) for e in old.segments)
    return Manifest(old.format, old.clock, segments, runs)


def _this_format(content: bytes, found: int, path: Path) -> Manifest:
    if found < 1:
        raise JournalDamaged(f"{path} has format {found}, expected 1 to {FORMAT}")
    if found > FORMAT:
        raise JournalError(
            f"{path} has format {found}, this version reads up to {FORMAT}",
            "open it with the version of bowerbird that wrote it, or a newer one",
        )
    return msgspec.json.decode(content, type=Manifest)


def _name(entry: SegmentEntry | RunEntry) -> str:
    return entry.facts.name if isinstance(entry, SegmentEntry) else entry.hashes.name
