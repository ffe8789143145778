"""What is sealed, as it changes: every change is one replaced manifest."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from threading import RLock

from bowerbird.core.errors import JournalDamaged
from bowerbird.journal.manifest import Manifest, RunEntry, SegmentEntry, load_manifest
from bowerbird.journal.merging import runs_to_merge, segments_to_merge
from bowerbird.journal.opening import Opened


class Vault:
    """The segments that count now.

    Attributes:
        segments: those; a value that is replaced, never changed.
    """

    def __init__(self, opened: Opened, mutex: RLock) -> None:
        """Take the segments of a journal whose state `mutex` guards."""
        self._layout, self._seen = opened.layout, opened.seen
        self._mutex = mutex
        self._retired: list[Path] = []
        self.segments = opened.segments

    def add(self, segment: SegmentEntry, run: RunEntry) -> None:
        """Let a segment count that goes on where the last one ends.

        Raises:
            JournalError: the disk did not take it; all is as it was.
        """
        with self._mutex:
            self._adopt(self.segments.manifest.with_segment(segment, run))

    def merge(self, at_least: int) -> int:
        """Merge `at_least` or more segments or runs at a time while there are such.

        Returns how many files were merged away. One thread at a time.

        Raises:
            JournalError: the disk did not take it; all is as it was.
        """
        merged = 0
        self.remove_retired()
        while segments := segments_to_merge(self.segments.manifest.segments, at_least):
            self._swap([self.segments.merge(segments)], ())
            merged += len(segments) - 1
        while runs := runs_to_merge(self.segments.manifest.runs, at_least):
            self._swap((), [self.segments.merge_runs(runs)])
            merged += len(runs) - 1
        return merged

    def _swap(self, segments: Sequence[SegmentEntry], runs: Sequence[RunEntry]) -> None:
        with self._mutex:
            before = {file.name for file in self.segments.manifest.files()}
            manifest = self.segments.manifest.with_merged(segments, runs)
            self._adopt(manifest)
            after = {file.name for file in manifest.files()}
            self._retired += [self._layout.segments / name for name in before - after]

    def _adopt(self, manifest: Manifest) -> None:
        segments = self.segments.changed(manifest)
        manifest.save(self._layout.manifest)
        self.segments = segments
        self._seen.sealed(segments.runs, segments.end)

    def remove_retired(self) -> None:
        """Delete files that were merged away a round ago, so that who had them open is done."""
        while self._retired:
            self._retired[-1].unlink(missing_ok=True)
            self._retired.pop()

    def reload(self) -> None:
        """See the segments that the manifest names by now.

        Raises:
            JournalDamaged: one of them is not what it should be.
        """
        while True:
            manifest = load_manifest(self._layout.manifest)
            try:
                self.segments = self.segments.changed(manifest)
            except JournalDamaged:  # perhaps only because it was replaced a moment ago
                if load_manifest(self._layout.manifest) == manifest:
                    raise
            else:
                return
