"""CSV: the first line names the columns, every cell is text."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from functools import partial
from io import BytesIO
from pathlib import Path

import numpy as np

from bowerbird.core.errors import InputError
from bowerbird.core.facts import I64
from bowerbird.journal.cells import NAMES
from bowerbird.journal.chunks import (
    CHUNK_ROWS,
    Block,
    Chunk,
    Positions,
    blocks_of_lines,
    bytes_and_bounds,
    whole,
)
from bowerbird.journal.receipt import Reject, RejectReason
from bowerbird.journal.scan_csv import csv_cells


def read_csv(path: Path, *, events: bool = False) -> Iterator[Block]:
    """Yield the rows of a CSV file (RFC 4180, commas); empty cells are absent.

    A record over several lines counts as the first of them.

    Raises:
        InputError: a column is named twice, or the file cannot be read.
    """
    lines = _Lines(blocks_of_lines(path))
    records = csv.reader(iter(lines), strict=True)
    try:
        header = [name.strip() for name in next(records, [])]
    except csv.Error as error:
        raise InputError(f"the first line of {path} names no columns: {error}") from error
    if len(set(header)) < len(header):
        raise InputError(f"{path} names a column twice: {', '.join(header)}")
    lines.take()
    # Without quotes a comma is a comma; from the first quote on the reader of RFC 4180 goes on.
    while (block := lines.ahead()) and _unquoted(block):
        data, bounds = bytes_and_bounds(block)
        if np.diff(bounds).max() >= csv.field_size_limit():
            break
        first = lines.skip(len(bounds) - 1)
        may = (events or "kind" in header) and set(header) <= set(NAMES)
        yield Block(
            len(bounds) - 1,
            partial(_split, header, block, bounds, first),
            first,
            partial(csv_cells, data, bounds, header) if may else None,
        )
    while chunk := _chunk(header, records, lines):
        yield whole(chunk)


class _Lines:
    """The lines of a file as text, remembered until they are taken."""

    def __init__(self, blocks: Iterator[bytes]) -> None:
        self._blocks = blocks
        self._group: list[bytes] = []
        self._at = 0
        self._next = b""  # a block not split yet
        self._first = 1
        self._since: list[str] = []

    def __iter__(self) -> Iterator[str]:
        codec = "utf-8-sig"  # of the first line only: there may be a byte order mark
        while self._at < len(self._group) or self._more():
            self._at += 1
            # What is not UTF-8 becomes text that no id and no value accepts.
            self._since.append(self._group[self._at - 1].decode(codec, "surrogateescape"))
            codec = "utf-8"
            yield self._since[-1]

    def _more(self) -> bool:
        block, self._next = self._next or next(self._blocks, b""), b""
        self._group, self._at = BytesIO(block).readlines(), 0
        return bool(self._group)

    def ahead(self) -> bytes:
        """Return some of the lines that come next, as one; nothing at the end."""
        if self._at < len(self._group):
            return b"".join(self._group[self._at :])
        self._next = self._next or next(self._blocks, b"")
        return self._next

    def skip(self, lines: int) -> int:
        """Pass over the `lines` that `ahead` returned; return the number of the first."""
        first = self._first
        self._first += lines
        self._at, self._next = len(self._group), b""
        return first

    def take(self) -> tuple[int, str]:
        """Return the number and the text of the lines since the last time."""
        first, text = self._first, "".join(self._since)
        self._first += len(self._since)
        self._since.clear()
        return first, text.encode("utf-8", "surrogateescape").decode(errors="replace")


def _unquoted(block: bytes) -> bool:
    """Return whether commas and line ends are all there is to these lines."""
    if b'"' in block or b"\0" in block:
        return False
    if b"\r" in block and block.count(b"\r") != block.count(b"\r\n"):
        return False
    try:
        block.decode()
    except UnicodeDecodeError:
        return False
    return True


def _split(header: list[str], block: bytes, bounds: I64, first: int, positions: Positions) -> Chunk:
    rows: list[list[str]] = []
    numbers: list[int] = []
    raw: list[str] = []
    rejects: list[Reject] = []
    spans = zip(bounds[positions].tolist(), bounds[positions + 1].tolist(), strict=True)
    for number, (start, stop) in zip((first + positions).tolist(), spans, strict=True):
        text = block[start:stop].decode().removesuffix("\n").removesuffix("\r")
        row = text.split(",")
        if not text:  # an empty line is nothing
            continue
        if len(row) == len(header):
            rows.append(row)
            numbers.append(number)
            raw.append(text)
        else:
            rejects.append(Reject(number, RejectReason.WRONG_COLUMNS, text))
    return _laid(header, rows, numbers, raw, rejects)


def _chunk(header: list[str], records: Iterator[list[str]], lines: _Lines) -> Chunk | None:
    rows: list[list[str]] = []
    numbers: list[int] = []
    raw: list[str] = []
    rejects: list[Reject] = []
    while len(rows) + len(rejects) < CHUNK_ROWS:
        try:
            record: list[str] | None = next(records)
        except StopIteration:
            break
        except csv.Error:
            record = None
        number, text = lines.take()
        if record is None:
            rejects.append(Reject(number, RejectReason.NOT_CSV, text.rstrip("\r\n")))
        elif len(record) == len(header):
            rows.append(record)
            numbers.append(number)
            raw.append(text)
        elif record:  # an empty line is nothing
            rejects.append(Reject(number, RejectReason.WRONG_COLUMNS, text.rstrip("\r\n")))
    return _laid(header, rows, numbers, raw, rejects) if rows or rejects else None


def _laid(
    header: list[str],
    rows: Sequence[list[str]],
    numbers: Sequence[int],
    raw: Sequence[str],
    rejects: Sequence[Reject] = (),
) -> Chunk:
    found = [{name: cell for name, cell in zip(header, row, strict=True) if cell} for row in rows]
    return Chunk(found, numbers, raw, tuple(rejects), tuple(header))
