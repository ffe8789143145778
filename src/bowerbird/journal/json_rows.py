"""JSON lines: one object a line."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import msgspec

from bowerbird.core.errors import InputError
from bowerbird.journal.chunks import Chunk, line_groups
from bowerbird.journal.plain import EventRow
from bowerbird.journal.receipt import Reject, RejectReason

UNDECODABLE = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)
Decode = Callable[[bytes], object]
BYTE_ORDER_MARK = b"\xef\xbb\xbf"


def read_json(path: Path, *, events: bool = False) -> Iterator[Chunk]:
    """Yield the objects of a file that has one a line; empty lines are nothing.

    With `events`, those that have no columns but an event's come as `EventRow`s.

    Raises:
        InputError: the file is one array, or cannot be read.
    """
    decode: Decode = msgspec.json.Decoder().decode
    quick: Decode = msgspec.json.Decoder(EventRow).decode if events else decode
    first = 1
    for lines in line_groups(path):
        if first == 1:
            lines[0] = lines[0].removeprefix(BYTE_ORDER_MARK)
            if lines[0].lstrip().startswith(b"["):
                raise InputError(f"{path} is an array", "write one object a line")
        try:
            rows = list(map(quick, lines))
        except UNDECODABLE:
            yield _one_by_one(lines, first, quick, decode)
        else:
            yield Chunk(rows, range(first, first + len(lines)), lines)
        first += len(lines)


def _one_by_one(lines: Sequence[bytes], first: int, quick: Decode, decode: Decode) -> Chunk:
    rows: list[object] = []
    numbers: list[int] = []
    raw: list[bytes] = []
    rejects: list[Reject] = []
    for number, line in enumerate(lines, first):
        try:
            row = quick(line)
        except UNDECODABLE:
            if not line.strip():
                continue
            try:
                row = decode(line)
            except UNDECODABLE:
                text = line.decode(errors="replace").rstrip("\r\n")
                rejects.append(Reject(number, RejectReason.NOT_JSON, text))
                continue
        rows.append(row)
        numbers.append(number)
        raw.append(line)
    return Chunk(rows, numbers, raw, tuple(rejects))
