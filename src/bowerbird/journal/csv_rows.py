"""CSV: the first line names the columns, every cell is text."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

from bowerbird.core.errors import InputError
from bowerbird.journal.chunks import CHUNK_ROWS, Chunk, Columns, line_groups
from bowerbird.journal.receipt import Reject, RejectReason


def read_csv(path: Path, *, events: bool = False) -> Iterator[Chunk]:
    """Yield the rows of a CSV file (RFC 4180, commas); empty cells are absent.

    A record over several lines counts as the first of them. `events` changes nothing.

    Raises:
        InputError: a column is named twice, or the file cannot be read.
    """
    lines = _Lines(path)
    records = csv.reader(iter(lines), strict=True)
    try:
        header = [name.strip() for name in next(records, [])]
    except csv.Error as error:
        raise InputError(f"the first line of {path} names no columns: {error}") from error
    if len(set(header)) < len(header):
        raise InputError(f"{path} names a column twice: {', '.join(header)}")
    lines.take()
    while chunk := _chunk(header, records, lines):
        yield chunk


class _Lines:
    """The lines of a file as text, remembered until they are taken."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._first = 1
        self._since: list[str] = []

    def __iter__(self) -> Iterator[str]:
        codec = "utf-8-sig"  # of the first line only: there may be a byte order mark
        for group in line_groups(self._path):
            for line in group:
                # What is not UTF-8 becomes text that no id and no value accepts.
                self._since.append(line.decode(codec, "surrogateescape"))
                codec = "utf-8"
                yield self._since[-1]

    def take(self) -> tuple[int, str]:
        """Return the number and the text of the lines since the last time."""
        first, text = self._first, "".join(self._since)
        self._first += len(self._since)
        self._since.clear()
        return first, text.encode("utf-8", "surrogateescape").decode(errors="replace")


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
    if not rows and not rejects:
        return None
    columns = {
        name: list(column)
        for name, column in zip(header, zip(*rows, strict=True), strict=bool(rows))
    }
    for name, column in columns.items():
        if "" in column:
            columns[name] = [cell or None for cell in column]
    return Chunk(Columns(columns, len(rows)), numbers, raw, tuple(rejects))
