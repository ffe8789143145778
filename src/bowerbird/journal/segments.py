"""Sealed facts: Parquet files, and the runs of hashes they are recognised by."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bowerbird.core.errors import JournalDamaged, JournalError
from bowerbird.core.facts import FactBatch
from bowerbird.core.ids import Ids
from bowerbird.journal.body import U64
from bowerbird.journal.disk import publish, sha256_of, temporary
from bowerbird.journal.hashset import filter_of, merged_hashes, sorted_hashes
from bowerbird.journal.manifest import File, Manifest, RunEntry, SegmentEntry, load_manifest
from bowerbird.journal.parquet import merge_parquet, read_parquet, write_parquet
from bowerbird.journal.seen import Run

MOST_FACTS = 1 << 20
"""In one segment; DuckDB hands back whole results only, so this bounds what a read can cost."""

RESTORE = "restore the file from a backup; nothing was changed"


def write_segment(
    folder: Path, batch: FactBatch, hashes: U64, ids: Ids
) -> tuple[SegmentEntry, RunEntry]:
    """Write `batch` and its hashes ([n, 2]) as a segment; durable on return, not yet counted.

    Raises:
        JournalError: the disk did not take it.
    """
    with explained(f"seal facts into {folder}"):
        path = folder / f"{batch.start:012d}.parquet"
        write_parquet(temporary(path), batch, hashes, ids)
        publish(path)
        run = write_run(folder, batch.start, batch.stop, sorted_hashes(hashes))
        return SegmentEntry(batch.start, batch.stop, described(path)), run


def write_run(folder: Path, first: int, stop: int, hashes: U64) -> RunEntry:
    """Write sorted `hashes` ([2, n]) of the facts `first .. stop - 1`, and their filter."""
    arrays: dict[str, NDArray[Any]] = {".hashes.npy": hashes, ".bloom.npy": filter_of(hashes)}
    paths = [folder / f"{first:012d}-{stop:012d}{suffix}" for suffix in arrays]
    for path, array in zip(paths, arrays.values(), strict=True):
        with temporary(path).open("wb") as file:
            np.save(file, array, allow_pickle=False)
        publish(path)
    return RunEntry(first, stop, *(described(path) for path in paths))


@contextmanager
def explained(what: str) -> Iterator[None]:
    """Turn what disk and DuckDB raise into a `JournalError` that says `what` failed."""
    import duckdb

    try:
        yield
    except (OSError, duckdb.Error) as error:
        raise JournalError(
            f"cannot {what}: {error}",
            "nothing acknowledged is lost; see that the disk has room and that the folder may be "
            "written to",
        ) from error


class Segments:
    """The segments a manifest names.

    Attributes:
        manifest: that one.
    """

    def __init__(
        self,
        folder: Path,
        manifest: Manifest,
        verified: Iterable[str] = (),
        runs: Mapping[RunEntry, Run] | None = None,
    ) -> None:
        """Check that every file is there and as long as it should be.

        Raises:
            JournalDamaged: one is not; the message names it.
        """
        self._folder, self.manifest = folder, manifest
        self._verified = set(verified)
        for file in manifest.files():
            self._check_size(file)
        known = runs or {}
        self._runs = {entry: known.get(entry) or self._run(entry) for entry in manifest.runs}

    @property
    def runs(self) -> list[Run]:
        """The hashes of all its facts."""
        return list(self._runs.values())

    @property
    def end(self) -> int:
        """The offset after the last sealed fact."""
        return self.manifest.end

    def changed(self, manifest: Manifest) -> Segments:
        """Return the segments that `manifest` names; raises like construction."""
        if manifest == self.manifest:
            return self
        return Segments(self._folder, manifest, self._verified, self._runs)

    def reloaded(self, path: Path) -> Segments:
        """Return the segments that the manifest at `path` names now; raises like construction."""
        return self.changed(load_manifest(path))

    def read(self, first: int, size: int) -> FactBatch:
        """Return at most `size` facts from offset `first` on, of one segment.

        Raises:
            JournalDamaged: the file is not the one that was sealed.
        """
        import duckdb

        entry = next(e for e in self.manifest.segments if e.first <= first < e.stop)
        stop = min(first + size, entry.stop)
        path = self.verify(entry.facts)
        try:
            return read_parquet(path, first, stop)
        except (OSError, duckdb.Error) as error:
            raise JournalDamaged(f"{path} cannot be read: {error}", RESTORE) from error

    def merge(self, entries: Sequence[SegmentEntry]) -> SegmentEntry:
        """Write consecutive segments as one; durable on return, not yet counted.

        Raises:
            JournalDamaged: one of them is not what was sealed.
            JournalError: the disk did not take it.
        """
        first, stop = entries[0].first, entries[-1].stop
        paths = [self.verify(entry.facts) for entry in entries]
        with explained(f"merge segments in {self._folder}"):
            path = self._folder / f"{first:012d}-{stop:012d}.parquet"
            merge_parquet(temporary(path), paths)
            publish(path)
            return SegmentEntry(first, stop, described(path))

    def merge_runs(self, entries: Sequence[RunEntry]) -> RunEntry:
        """Write consecutive runs as one; raises like `merge`."""
        parts = [self._runs[entry].hashes for entry in entries]
        with explained(f"merge hashes in {self._folder}"):
            whole = merged_hashes(parts)
            return write_run(self._folder, entries[0].first, entries[-1].stop, whole)

    def _run(self, entry: RunEntry) -> Run:
        """Return the hashes of a run; their first use raises like `read`."""
        return Run(lambda: (self.verify(entry.hashes), self.verify(entry.filter)))

    def strays(self) -> list[Path]:
        """Return the files that the manifest does not name: what crashes and merges leave."""
        named = {file.name for file in self.manifest.files()}
        return sorted(path for path in self._folder.iterdir() if path.name not in named)

    def _check_size(self, file: File) -> None:
        path = self._folder / file.name
        size = path.stat().st_size if path.exists() else None
        if size != file.bytes:
            found = "is missing" if size is None else f"has {size} bytes"
            raise JournalDamaged(f"{path} {found}, the manifest says {file.bytes} bytes", RESTORE)

    def verify(self, file: File) -> Path:
        """Return the path of a file that is what the manifest says, as far as its sum tells.

        The sum is taken once, at first use: opening a long journal stays quick.

        Raises:
            JournalDamaged: it is not.
        """
        path = self._folder / file.name
        if file.name not in self._verified:
            self._check_size(file)
            if (found := sha256_of(path)) != file.sha256:
                raise JournalDamaged(
                    f"{path} has sha256 {found}, the manifest says {file.sha256}", RESTORE
                )
            self._verified.add(file.name)
        return path


def described(path: Path) -> File:
    """Return the name, the size and the sum of the file at `path`."""
    return File(path.name, path.stat().st_size, sha256_of(path))
