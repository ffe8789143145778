"""JSON lines: one object a line."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec

from bowerbird.core.errors import InputError
from bowerbird.journal.chunks import Chunk, line_groups
from bowerbird.journal.receipt import Reject, RejectReason

UNDECODABLE = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)
BYTE_ORDER_MARK = b"\xef\xbb\xbf"


def read_json(path: Path) -> Iterator[Chunk]:
    """Yield the objects of a file that has one a line; empty lines are nothing.

    Raises:
        InputError: the file is one array, or cannot be read.
    """
    decode = msgspec.json.Decoder().decode
    first = 1
    for lines in line_groups(path):
        if first == 1:
            lines[0] = lines[0].removeprefix(BYTE_ORDER_MARK)
            if lines[0].lstrip().startswith(b"["):
                raise InputError(f"{path} is an array", "write one object a line")
        try:
            yield Chunk([decode(line) for line in lines], range(first, first + len(lines)), lines)
        except UNDECODABLE:
            yield _one_by_one(lines, first)
        first += len(lines)


def _one_by_one(lines: Sequence[bytes], first: int) -> Chunk:
    rows: list[object] = []
    numbers: list[int] = []
    raw: list[bytes] = []
    rejects: list[Reject] = []
    for number, line in enumerate(lines, first):
        if not line.strip():
            continue
        try:
            rows.append(msgspec.json.decode(line))
            numbers.append(number)
            raw.append(line)
        except UNDECODABLE:
            text = line.decode(errors="replace").rstrip("\r\n")
            rejects.append(Reject(number, RejectReason.NOT_JSON, text))
    return Chunk(rows, numbers, raw, tuple(rejects))
