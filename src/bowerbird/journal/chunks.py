"""Rows as they stood in a file, some at a time."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Protocol, overload

from bowerbird.core.errors import InputError
from bowerbird.journal.receipt import Reject
from bowerbird.journal.validate import text_of

CHUNK_BYTES = 8 << 20
CHUNK_ROWS = 32_768


@dataclass(frozen=True, slots=True)
class Chunk:
    """Rows of a file, decoded but not checked.

    Attributes:
        rows: [n].
        lines: [n] where each stood, from 1; for Parquet the number of the row.
        raw: [n] what each said; None where that is the row itself.
        rejects: rows that could not even be decoded.
        columns: the names that the cells of `raw` go by, where it does not say itself (CSV).
    """

    rows: Sequence[object]
    lines: Sequence[int]
    raw: Sequence[str | bytes] | None
    rejects: tuple[Reject, ...] = ()
    columns: tuple[str, ...] = ()

    def raw_of(self, position: int) -> str:
        """Return what the row at `position` said, as text."""
        if self.raw is None:
            return text_of(self.rows[position])
        raw = self.raw[position]
        text = raw.decode(errors="replace") if isinstance(raw, bytes) else raw
        return text.rstrip("\r\n")


class Columns(Sequence[object]):
    """Rows [n] that lie as columns, name -> [n] values; an absent value is None."""

    def __init__(self, columns: Mapping[str, list[Any]], size: int) -> None:
        self.columns, self._size = columns, size

    def __len__(self) -> int:
        return self._size

    @overload
    def __getitem__(self, at: int) -> object: ...
    @overload
    def __getitem__(self, at: slice) -> Sequence[object]: ...
    def __getitem__(self, at: int | slice) -> object:
        if isinstance(at, slice):
            return [self[i] for i in range(*at.indices(self._size))]
        return {name: column[at] for name, column in self.columns.items() if column[at] is not None}

    def __iter__(self) -> Iterator[object]:
        names = list(self.columns)
        for values in zip(*self.columns.values(), strict=True):
            yield {n: v for n, v in zip(names, values, strict=True) if v is not None}


class Reader(Protocol):
    """Reads the rows of a file; `events` says whether they may well be nothing else."""

    def __call__(self, path: Path, *, events: bool = False) -> Iterator[Chunk]: ...


def line_groups(path: Path) -> Iterator[list[bytes]]:
    """Yield the lines of a file, a few megabytes at a time; unzipped when it ends in `.gz`.

    Raises:
        InputError: it cannot be read, or not to its end.
    """
    try:
        with _opened(path) as file:
            while lines := file.readlines(CHUNK_BYTES):
                yield lines
    except (OSError, EOFError, zlib.error) as error:
        raise InputError(f"cannot read {path}: {error}") from error


def _opened(path: Path) -> IO[bytes] | gzip.GzipFile:
    return gzip.open(path) if path.suffix.lower() == ".gz" else path.open("rb")
