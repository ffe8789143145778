"""Files that are there, whole, after a power cut."""

from __future__ import annotations

import os
from hashlib import sha256
from pathlib import Path

TEMPORARY = ".tmp"
"""Suffix of files still being written; whoever opens the journal for writing removes them."""


def temporary(path: Path) -> Path:
    """Return where `path` is written before `publish` gives it its name."""
    return path.with_name(path.name + TEMPORARY)


def publish(path: Path) -> None:
    """Give the finished `temporary(path)` its name, and make both the bytes and the name last."""
    sync(temporary(path))
    temporary(path).rename(path)
    sync(path.parent)


def write_durably(path: Path, content: bytes) -> None:
    """Replace `path` by `content`; after a crash it holds either all of the old or all of it."""
    temporary(path).write_bytes(content)
    publish(path)


def sync(path: Path) -> None:
    """Wait until the file or folder at `path` is on disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of the file at `path`, in hex."""
    digest = sha256()
    with path.open("rb") as file:
        while block := file.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()
