"""What this machine keeps for the next process: compiled kernels, the tables of the grammar."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import suppress
from hashlib import blake2b
from pathlib import Path

PACKAGE = Path(__file__).parent.parent

SIZE = 8
"""Bytes of a digest."""


def choose_cache() -> None:
    """Point numba's disk cache at a folder of this very source, unless one was chosen already.

    Numba misses an edit in a function that a kernel calls from another file, so the folder's
    name is a hash of every file of the package.
    """
    if "NUMBA_CACHE_DIR" not in os.environ:
        digest = source_digest(PACKAGE, cache_folder() / "sources")
        os.environ["NUMBA_CACHE_DIR"] = str(cache_folder() / "kernels" / digest)


def cache_folder() -> Path:
    """Return the folder of all that can be made again; it may not be there yet."""
    home = os.environ.get("XDG_CACHE_HOME") or "~/.cache"
    return Path(home).expanduser() / "bowerbird"


def kept(name: str) -> str:
    """Return the path of the file `name` in that folder, made by now; "" where it cannot be."""
    folder = cache_folder()
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:
        return ""
    return str(folder / name) if os.access(folder, os.W_OK) else ""


def source_digest(package: Path, notes: Path) -> str:
    """Return a hash of every Python file below `package`.

    The files are read once. What came of it is noted, by a hash of when each was last changed on
    this disk (its ctime, which neither an archive nor a copy sets back), so that the next process
    only asks the disk for that.
    """
    files = sorted(_sources(package))
    note = notes / _digest(repr([(path, *_state(path)) for path in files]).encode())
    with suppress(OSError):
        if len(noted := note.read_text()) == 2 * SIZE:  # else a crash cut it short
            return noted
    digest = _digest(b"".join(Path(path).read_bytes() for path in files))
    with suppress(OSError):  # a home that cannot be written to costs the time of reading
        notes.mkdir(parents=True, exist_ok=True)
        note.write_text(digest)
    return digest


def _sources(folder: str | Path) -> Iterator[str]:
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.name.endswith(".py"):
                yield entry.path
            elif entry.is_dir():
                yield from _sources(entry.path)


def _state(path: str) -> tuple[int, int, int]:
    found = os.stat(path)  # noqa: PTH116  # half the time of a Path, 300 times
    return found.st_ino, found.st_size, found.st_ctime_ns


def _digest(content: bytes) -> str:
    return blake2b(content, digest_size=SIZE).hexdigest()
