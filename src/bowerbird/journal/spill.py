"""Drafts on disk and back: sorted runs that are too long to hold in memory together."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from bowerbird.core.errors import JournalError
from bowerbird.core.texts import Texts
from bowerbird.journal.draft import ABSENT, FIELDS, Draft, Objects

NUMBERS = (*ABSENT, "hashes")
IDS = ("user", "account", "media", "name", "surface")

_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(tuple[str, ...]).decode


def write_run(path: Path, draft: Draft, key: NDArray[np.int64], size: int) -> None:
    """Write `draft` and the `key` ([n, k]) it is sorted by, to be read `size` facts at a time.

    Raises:
        JournalError: the disk did not take it.
    """
    try:
        path.parent.mkdir(exist_ok=True)
        with path.open("wb") as file:
            for first in range(0, len(draft), size):
                piece = slice(first, first + size)
                np.save(file, key[piece])
                _write(file, draft.take(piece))
    except OSError as error:
        raise JournalError(
            f"cannot put facts aside in {path.parent}: {error}",
            "a folder is merged on disk where it is large; see that the disk has room for it",
        ) from error


def read_run(path: Path) -> Iterator[tuple[Draft, NDArray[np.int64]]]:
    """Yield what `write_run` wrote, piece by piece."""
    end = path.stat().st_size
    with path.open("rb") as file:
        while file.tell() < end:
            key = np.load(file)
            yield _read(file), key


def _write(file: IO[bytes], draft: Draft) -> None:
    for name in NUMBERS:
        np.save(file, getattr(draft, name))
    for name in IDS:
        column = getattr(draft, name)
        texts = column.packed() if isinstance(column, Texts) else Texts.of(column.tolist())
        np.save(file, texts.size)
        np.save(file, texts.data)
    _write_octets(file, draft.details.tolist())
    _write_octets(file, [None if i is None else _encode(i) for i in draft.items.tolist()])


def _read(file: IO[bytes]) -> Draft:
    columns: dict[str, Any] = {name: np.load(file) for name in NUMBERS}
    columns |= {name: Texts(*_read_octets(file)) for name in IDS}
    columns["details"] = _objects(Texts(*_read_octets(file)))
    items = _objects(Texts(*_read_octets(file)))
    items[:] = [None if value is None else _decode(value) for value in items.tolist()]
    columns["items"] = items
    return Draft(**{name: columns[name] for name in FIELDS})


def _write_octets(file: IO[bytes], values: list[bytes | None]) -> None:
    size = np.array([-1 if value is None else len(value) for value in values], np.int32)
    np.save(file, size)
    np.save(file, np.frombuffer(b"".join(value or b"" for value in values), np.uint8))


def _read_octets(file: IO[bytes]) -> tuple[Any, Any, Any]:
    size, data = np.load(file), np.load(file)
    at = np.zeros(len(size), np.int64)
    np.cumsum(np.maximum(size[:-1], 0), out=at[1:])
    return data, at, size


def _objects(octets: Texts) -> Objects:
    whole, found = octets.data.tobytes(), np.full(len(octets), None, np.object_)
    spans = zip(octets.at.tolist(), octets.size.tolist(), strict=True)
    found[:] = [None if size < 0 else whole[at : at + size] for at, size in spans]
    return found
