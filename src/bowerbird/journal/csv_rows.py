"""CSV: the first line names the columns, every cell is text."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
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
    lines = _Lines(line_groups(path))
    records = csv.reader(iter(lines), strict=True)
    try:
        header = [name.strip() for name in next(records, [])]
    except csv.Error as error:
        raise InputError(f"the first line of {path} names no columns: {error}") from error
    if len(set(header)) < len(header):
        raise InputError(f"{path} names a column twice: {', '.join(header)}")
    lines.take()
    # Without quotes a comma is a comma; from the first quote on the reader of RFC 4180 goes on.
    while (group := lines.ahead()) and (texts := _unquoted(group)):
        yield _split(header, texts, group, lines.skip())
    while chunk := _chunk(header, records, lines):
        yield chunk


class _Lines:
    """The lines of a file as text, remembered until they are taken."""

    def __init__(self, groups: Iterator[list[bytes]]) -> None:
        self._groups = groups
        self._group: list[bytes] = []
        self._at = 0
        self._first = 1
        self._since: list[str] = []

    def __iter__(self) -> Iterator[str]:
        codec = "utf-8-sig"  # of the first line only: there may be a byte order mark
        while self._at < len(self._group) or self.ahead():
            self._at += 1
            # What is not UTF-8 becomes text that no id and no value accepts.
            self._since.append(self._group[self._at - 1].decode(codec, "surrogateescape"))
            codec = "utf-8"
            yield self._since[-1]

    def ahead(self) -> list[bytes]:
        """Return some of the lines that come next; none at the end."""
        if self._at:
            self._group, self._at = self._group[self._at :], 0
        if not self._group:
            self._group = next(self._groups, [])
        return self._group

    def skip(self) -> int:
        """Pass over the lines `ahead` returned; return the number of the first."""
        first = self._first
        self._first += len(self._group)
        self._at = len(self._group)
        return first

    def take(self) -> tuple[int, str]:
        """Return the number and the text of the lines since the last time."""
        first, text = self._first, "".join(self._since)
        self._first += len(self._since)
        self._since.clear()
        return first, text.encode("utf-8", "surrogateescape").decode(errors="replace")


def _unquoted(group: Sequence[bytes]) -> list[str] | None:
    """Return the lines as text where commas and line ends are all there is to them."""
    block = b"".join(group).replace(b"\r\n", b"\n")
    if any(odd in block for odd in (b'"', b"\0", b"\r")):
        return None
    if max(map(len, group)) >= csv.field_size_limit():
        return None
    try:
        return block.decode().removesuffix("\n").split("\n")
    except UnicodeDecodeError:
        return None


def _split(header: list[str], texts: list[str], group: Sequence[bytes], first: int) -> Chunk:
    rows = [text.split(",") for text in texts]
    if set(map(len, rows)) == {len(header)} and len(header) > 1:
        return _laid(header, rows, range(first, first + len(rows)), group)
    good = [at for at, row in enumerate(rows) if len(row) == len(header) and texts[at]]
    odd = [at for at, row in enumerate(rows) if len(row) != len(header) and texts[at]]
    return _laid(
        header,
        [rows[at] for at in good],
        [first + at for at in good],
        [group[at] for at in good],
        [Reject(first + at, RejectReason.WRONG_COLUMNS, texts[at]) for at in odd],
    )


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
    raw: Sequence[str | bytes],
    rejects: Sequence[Reject] = (),
) -> Chunk:
    cells = zip(*rows, strict=True) if rows else [()] * len(header)
    columns = {name: list(column) for name, column in zip(header, cells, strict=True)}
    for name, column in columns.items():
        if "" in column:
            columns[name] = [cell or None for cell in column]
    return Chunk(Columns(columns, len(rows)), numbers, raw, tuple(rejects), tuple(header))
