"""The Versions that were published, for people to look at."""

from __future__ import annotations

from pathlib import Path

from bowerbird.app.answers import VersionInfo
from bowerbird.version.manifest import read_manifest
from bowerbird.version.publish import folder_of, numbers


def published(root: Path, current: int) -> list[VersionInfo]:
    """Return the Versions under `root`, oldest first; number `current` is the one that serves."""
    manifests = [read_manifest(folder_of(root, number)) for number in numbers(root)]
    return [
        VersionInfo(
            number=manifest.number,
            created=manifest.created,
            offset=manifest.offset,
            newest=manifest.newest,
            metrics=manifest.metrics,
            current=manifest.number == current,
        )
        for manifest in manifests
    ]
