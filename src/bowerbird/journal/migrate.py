"""Journals of earlier formats, brought to this one when they are opened for writing."""

from __future__ import annotations

import msgspec
import numpy as np

from bowerbird.core.errors import JournalDamaged
from bowerbird.journal.layout import Layout
from bowerbird.journal.manifest import FORMAT, Manifest, RunEntry
from bowerbird.journal.segments import RESTORE, Segments, explained, write_run

FORMAT_WITH_RUNS = 2


def migrated(layout: Layout, manifest: Manifest) -> Manifest:
    """Return `manifest` in this format, saved; a crash on the way leaves the old one in force.

    From 1 to 2: hashes get a blocked Bloom filter in place of a bitmap. From 2 to 3: only the tail
    changes, which it does when it is opened. Facts, offsets, rows and hashes stay what they are,
    byte for byte.

    Raises:
        JournalDamaged: a file of hashes is not what the old manifest says.
        JournalError: the disk did not take it.
    """
    if manifest.format == FORMAT:
        return manifest
    if manifest.format == FORMAT_WITH_RUNS:
        new = msgspec.structs.replace(manifest, format=FORMAT)
        new.save(layout.manifest)
        return new
    old = Segments(layout.segments, manifest)
    runs: list[RunEntry] = []
    with explained(f"bring {layout.folder} to format {FORMAT}"):
        for entry in manifest.runs:
            hashes = np.load(old.verify(entry.hashes))
            if hashes.shape != (2, entry.stop - entry.first):
                raise JournalDamaged(f"{entry.hashes.name} has the wrong length", RESTORE)
            runs.append(write_run(layout.segments, entry.first, entry.stop, hashes))
    new = Manifest(FORMAT, manifest.clock, manifest.segments, tuple(runs))
    new.save(layout.manifest)
    return new
