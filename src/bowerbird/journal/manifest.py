"""The manifest: which segments count. Written last, so that what it names is whole."""

from __future__ import annotations

from pathlib import Path

import msgspec

from bowerbird.core.clock import ClockName
from bowerbird.core.errors import JournalDamaged, JournalError
from bowerbird.journal.disk import write_durably

FORMAT = 1
"""Of segments and manifest; raised when an older reader would misread them."""


class File(msgspec.Struct, frozen=True):
    """A file a segment consists of, and how to tell that it is that file."""

    name: str
    bytes: int
    sha256: str


class SegmentEntry(msgspec.Struct, frozen=True):
    """Facts `first .. stop - 1`, sealed."""

    first: int
    stop: int
    facts: File
    hashes: File
    filter: File


class Manifest(msgspec.Struct, frozen=True):
    """What is sealed, in order of offset and without a gap from 0."""

    format: int
    clock: ClockName
    segments: tuple[SegmentEntry, ...] = ()

    @property
    def end(self) -> int:
        """The offset after the last sealed fact."""
        return self.segments[-1].stop if self.segments else 0

    def with_segment(self, entry: SegmentEntry) -> Manifest:
        """Return the manifest that names `entry` too."""
        return Manifest(self.format, self.clock, (*self.segments, entry))

    def save(self, path: Path) -> None:
        """Replace the manifest at `path`; a crash leaves the old one or this one."""
        write_durably(path, msgspec.json.format(msgspec.json.encode(self), indent=1) + b"\n")


def load_manifest(path: Path) -> Manifest:
    """Read the manifest at `path`.

    Raises:
        JournalDamaged: it cannot be read, or its segments are not consecutive.
        JournalError: a newer version of bowerbird wrote it.
    """
    try:
        manifest = msgspec.json.decode(path.read_bytes(), type=Manifest)
    except (msgspec.DecodeError, OSError) as error:
        raise JournalDamaged(f"{path} is not a manifest: {error}") from error
    if manifest.format > FORMAT:
        raise JournalError(
            f"{path} has format {manifest.format}, this version reads up to {FORMAT}",
            "open it with the version of bowerbird that wrote it, or a newer one",
        )
    expected = 0
    for entry in manifest.segments:
        if entry.first != expected or entry.stop <= entry.first:
            raise JournalDamaged(f"{path} names {entry.facts.name} where {expected} should start")
        expected = entry.stop
    return manifest
