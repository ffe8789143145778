"""The manifest of a Version: what is in the folder, from which facts, and how well it did."""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct

from bowerbird.core.errors import VersionError

FORMAT = 1
NAME = "manifest.json"


class File(Struct, frozen=True):
    """One artefact, as it was published."""

    bytes: int
    sha256: str


class Manifest(Struct, frozen=True):
    """What a Version is made of.

    Attributes:
        format: of the folder; a reader refuses one it does not know.
        number: of the Version, from 1.
        created: epoch ms.
        offset: the journal offset after the last fact it learned from.
        newest: epoch ms of the newest of those facts.
        config: what it was trained with.
        metrics: what its exam said.
        files: relative path -> size and hash.
    """

    format: int
    number: int
    created: int
    offset: int
    newest: int
    config: Mapping[str, Any]
    metrics: Mapping[str, Any]
    files: Mapping[str, File]


def describe(path: Path) -> File:
    """Return the size and hash of the file at `path`, read in pieces."""
    digest, size = sha256(), 0
    with path.open("rb") as file:
        while piece := file.read(1 << 20):
            digest.update(piece)
            size += len(piece)
    return File(size, digest.hexdigest())


def read_manifest(folder: Path) -> Manifest:
    """Return the manifest of the Version in `folder`.

    Raises:
        VersionError: there is none, it cannot be read, or its format is not ours.
    """
    path = folder / NAME
    try:
        manifest = msgspec.json.decode(path.read_bytes(), type=Manifest)
    except (OSError, msgspec.DecodeError) as error:
        raise VersionError(
            f"the manifest {path} cannot be read: {error}", "publish again, or roll back"
        ) from error
    if manifest.format != FORMAT:
        raise VersionError(
            f"{folder} has format {manifest.format}, this build reads format {FORMAT}",
            "run `bowerbird train` to publish a Version of this format",
        )
    return manifest


def verify(folder: Path, manifest: Manifest) -> None:
    """Check every artefact against the manifest, before any is opened.

    Raises:
        VersionError: names the first file that is missing or differs.
    """
    for name, expected in manifest.files.items():
        path = folder / name
        found = describe(path) if path.is_file() else None
        if found != expected:
            state = "is missing" if found is None else f"has sha256 {found.sha256[:12]}…"
            raise VersionError(
                f"{path} {state}, expected {expected.sha256[:12]}… of {expected.bytes} bytes",
                "the Version is damaged: roll back to an older one or train again",
            )
