"""Sealed facts: a Parquet file a segment, with the files its facts are recognised by."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bowerbird.core.errors import JournalDamaged, JournalError
from bowerbird.core.facts import FactBatch
from bowerbird.core.ids import Ids
from bowerbird.journal.body import U64
from bowerbird.journal.disk import publish, sha256_of, temporary
from bowerbird.journal.manifest import File, Manifest, SegmentEntry, load_manifest
from bowerbird.journal.parquet import read_parquet, write_parquet
from bowerbird.journal.seen import SealedHashes, filter_of, sorted_hashes

MOST_FACTS = 1_000_000
"""In one segment; DuckDB hands back whole results only, so this bounds what a read can cost."""


def write_segment(folder: Path, batch: FactBatch, hashes: U64, ids: Ids) -> SegmentEntry:
    """Write `batch` and its hashes ([n, 2]) as a segment; durable on return, not yet counted.

    Raises:
        JournalError: the disk did not take it.
    """
    import duckdb

    try:
        return _written(folder, batch, hashes, ids)
    except (OSError, duckdb.Error) as error:
        raise JournalError(
            f"cannot seal facts into {folder}: {error}",
            "they stay in the tail; see that the disk has room and that the folder may be "
            "written to",
        ) from error


def _written(folder: Path, batch: FactBatch, hashes: U64, ids: Ids) -> SegmentEntry:
    facts = folder / f"{batch.start:012d}.parquet"
    write_parquet(temporary(facts), batch, hashes, ids)
    publish(facts)
    extras: dict[str, NDArray[Any]] = {
        ".hashes.npy": sorted_hashes(hashes),
        ".filter.npy": filter_of(hashes),
    }
    for suffix, array in extras.items():
        path = facts.with_suffix(suffix)
        with temporary(path).open("wb") as file:
            np.save(file, array, allow_pickle=False)
        publish(path)
    files = [_described(facts), *(_described(facts.with_suffix(suffix)) for suffix in extras)]
    return SegmentEntry(batch.start, batch.stop, *files)


class Segments:
    """The segments a manifest names.

    Attributes:
        manifest: that one.
    """

    def __init__(self, folder: Path, manifest: Manifest, verified: Iterable[str] = ()) -> None:
        """Check that every file is there and as long as it should be.

        Raises:
            JournalDamaged: one is not; the message names it.
        """
        self._folder, self.manifest = folder, manifest
        self._verified = set(verified)
        for entry in manifest.segments:
            for file in (entry.facts, entry.hashes, entry.filter):
                self._check_size(file)

    @property
    def end(self) -> int:
        """The offset after the last sealed fact."""
        return self.manifest.end

    def reloaded(self, path: Path) -> Segments:
        """Return the segments that the manifest at `path` names now; raises like construction."""
        manifest = load_manifest(path)
        return (
            self if manifest == self.manifest else Segments(self._folder, manifest, self._verified)
        )

    def read(self, first: int, size: int) -> FactBatch:
        """Return at most `size` facts from offset `first` on, of one segment.

        Raises:
            JournalDamaged: the file is not the one that was sealed.
        """
        entry = next(e for e in self.manifest.segments if e.first <= first < e.stop)
        stop = min(first + size, entry.stop)
        return read_parquet(self._verify(entry.facts), first, stop)

    def hashes(self, entry: SegmentEntry) -> SealedHashes:
        """Return the hashes of a segment; their first use raises like `read`."""
        return SealedHashes(lambda: (self._verify(entry.hashes), self._verify(entry.filter)))

    def remove_strays(self) -> None:
        """Delete files that the manifest does not name: what a crash while sealing leaves."""
        named = {
            file.name
            for entry in self.manifest.segments
            for file in (entry.facts, entry.hashes, entry.filter)
        }
        for path in self._folder.iterdir():
            if path.name not in named:
                path.unlink()

    def _check_size(self, file: File) -> None:
        path = self._folder / file.name
        size = path.stat().st_size if path.exists() else None
        if size != file.bytes:
            found = "is missing" if size is None else f"has {size} bytes"
            raise JournalDamaged(f"{path} {found}, the manifest says {file.bytes} bytes", RESTORE)

    def _verify(self, file: File) -> Path:
        # The sum is taken once, at first use: opening a long journal stays quick.
        path = self._folder / file.name
        if file.name not in self._verified:
            if (found := sha256_of(path)) != file.sha256:
                raise JournalDamaged(
                    f"{path} has sha256 {found}, the manifest says {file.sha256}", RESTORE
                )
            self._verified.add(file.name)
        return path


RESTORE = "restore the file from a backup; nothing was changed"


def _described(path: Path) -> File:
    return File(path.name, path.stat().st_size, sha256_of(path))
