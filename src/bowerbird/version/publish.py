"""Publishing: write everything aside, make it durable, then show it with one rename."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import msgspec

from bowerbird.core.errors import VersionError
from bowerbird.version.manifest import FORMAT, NAME, Manifest, describe

STAGING = ".staging"


def numbers(versions: Path) -> tuple[int, ...]:
    """Return the numbers of the Versions published under `versions`, ascending."""
    if not versions.is_dir():
        return ()
    return tuple(sorted(int(path.name) for path in versions.iterdir() if path.name.isdigit()))


def folder_of(versions: Path, number: int) -> Path:
    """Return where Version `number` is or would be."""
    return versions / f"{number:06d}"


def publish(
    versions: Path,
    write: Callable[[Path], None],
    *,
    offset: int,
    newest: int,
    config: Mapping[str, Any],
    metrics: Mapping[str, Any],
    now: int,
) -> Manifest:
    """Publish what `write` puts into the folder it is handed, as the next Version.

    A crash at any moment leaves the Versions before it as they were: until the rename, readers see
    nothing but a folder whose name is not a number. What breaks leaves nothing.

    Raises:
        VersionError: the disk did not take it; nothing was published.
    """
    staging = versions / STAGING
    try:
        shutil.rmtree(staging, ignore_errors=True)
        staging.mkdir(parents=True)
        write(staging)
        files = {
            str(path.relative_to(staging)): describe(path)
            for path in sorted(staging.rglob("*"))
            if path.is_file()
        }
        number = max(numbers(versions), default=0) + 1
        manifest = Manifest(FORMAT, number, now, offset, newest, config, metrics, files)
        (staging / NAME).write_bytes(msgspec.json.format(msgspec.json.encode(manifest)))
        _sync_tree(staging)
        staging.rename(folder_of(versions, number))
    except OSError as error:
        raise VersionError(
            f"no Version can be published under {versions}: {error}",
            "the one before it serves on; see that the disk has room and that the folder may be "
            "written to",
        ) from error
    finally:
        shutil.rmtree(staging, ignore_errors=True)  # of what broke: the journal may need the room
    _sync(versions)
    return manifest


def _sync_tree(folder: Path) -> None:
    for path in sorted(folder.rglob("*"), reverse=True):
        _sync(path)
    _sync(folder)


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
