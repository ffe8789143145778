"""Rows as they stood in a file, some at a time."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Protocol

import numpy as np
from numpy.typing import NDArray

from bowerbird.core.errors import InputError
from bowerbird.core.facts import I64, U8
from bowerbird.core.kernels import kernel
from bowerbird.journal.cells import Cells
from bowerbird.journal.receipt import Reject
from bowerbird.journal.validate import text_of

CHUNK_BYTES = 8 << 20
CHUNK_ROWS = 32_768

_NEWLINE = 10

Positions = NDArray[np.intp]


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


@dataclass(frozen=True, slots=True)
class Block:
    """Consecutive rows of a file, as they lie there.

    Attributes:
        size: how many.
        decode: takes positions ([k], in order) and gives those rows; what is no row (an empty line)
            is left out. The line of a row is `first` and its position.
        first: line of the first row.
        cells: takes nothing and gives the cells of all rows; None where they may not be events.
    """

    size: int
    decode: Callable[[Positions], Chunk]
    first: int = 1
    cells: Callable[[], Cells] | None = None


class Reader(Protocol):
    """Reads the rows of a file; `events` says whether they may well be nothing else."""

    def __call__(self, path: Path, *, events: bool = False) -> Iterator[Block]: ...


def whole(chunk: Chunk) -> Block:
    """Return a block of rows that are decoded already; its lines need not be consecutive."""
    return Block(len(chunk.rows), lambda _: chunk)


def blocks_of_lines(path: Path) -> Iterator[bytes]:
    """Yield a file, a few megabytes of lines at a time; unzipped when it ends in `.gz`.

    Raises:
        InputError: it cannot be read, or not to its end.
    """
    try:
        with _opened(path) as file:
            while block := file.read(CHUNK_BYTES):
                yield block if block.endswith(b"\n") else block + file.readline()
    except (OSError, EOFError, zlib.error) as error:
        raise InputError(f"cannot read {path}: {error}") from error


def bytes_and_bounds(block: bytes) -> tuple[U8, I64]:
    """Return the bytes of lines, and the bounds of each line in them ([n + 1])."""
    data = np.frombuffer(bytearray(block), np.uint8)
    lines = np.count_nonzero(data == _NEWLINE) + (not block.endswith(b"\n"))
    bounds = np.zeros(lines + 1, np.int64)
    bounds[-1] = len(data)
    _fill_bounds(data, bounds)
    return data, bounds


@kernel
def _fill_bounds(data: U8, bounds: I64) -> None:
    line = 1
    for i in range(len(data)):
        if data[i] == _NEWLINE:
            bounds[line] = i + 1
            line += 1


def _opened(path: Path) -> IO[bytes] | gzip.GzipFile:
    return gzip.open(path) if path.suffix.lower() == ".gz" else path.open("rb")
