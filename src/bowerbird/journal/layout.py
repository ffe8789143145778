"""Where the parts of a journal lie in the data folder."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Layout:
    """The paths of the journal of the data folder `root`."""

    root: Path

    @property
    def folder(self) -> Path:
        """Everything of the journal, nothing of anyone else."""
        return self.root / "journal"

    @property
    def tail(self) -> Path:
        """SQLite: the facts not sealed yet, and every id."""
        return self.folder / "tail.sqlite"

    @property
    def manifest(self) -> Path:
        """Names the segments that count."""
        return self.folder / "manifest.json"

    @property
    def lock(self) -> Path:
        """Held by the writing process, whose number it contains."""
        return self.folder / "lock"

    @property
    def segments(self) -> Path:
        """Sealed facts, with the hashes they are recognised by."""
        return self.folder / "segments"

    @property
    def merging(self) -> Path:
        """Facts put aside while a large folder is merged by time; nothing that counts."""
        return self.folder / "merging"

    @property
    def quarantine(self) -> Path:
        """Rows that were not taken."""
        return self.folder / "quarantine"
