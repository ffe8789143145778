"""JSON lines: one object a line."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path

import msgspec

from bowerbird.core.errors import InputError
from bowerbird.core.facts import I64
from bowerbird.journal.chunks import Block, Chunk, Positions, blocks_of_lines, bytes_and_bounds
from bowerbird.journal.receipt import Reject, RejectReason
from bowerbird.journal.scan_json import json_cells

UNDECODABLE = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)
BYTE_ORDER_MARK = b"\xef\xbb\xbf"


def read_json(path: Path, *, events: bool = False) -> Iterator[Block]:
    """Yield the lines of a file that has an object on each; empty lines are nothing.

    Raises:
        InputError: the file is one array, or cannot be read.
    """
    first = 1
    for block in blocks_of_lines(path):
        if first == 1:
            block = block.removeprefix(BYTE_ORDER_MARK)
            if block.lstrip().startswith(b"["):
                raise InputError(f"{path} is an array", "write one object a line")
        data, bounds = bytes_and_bounds(block)
        yield Block(
            len(bounds) - 1,
            partial(_decoded, block, bounds, first),
            first,
            partial(json_cells, data, bounds) if events else None,
        )
        first += len(bounds) - 1


def _decoded(block: bytes, bounds: I64, first: int, positions: Positions) -> Chunk:
    rows: list[object] = []
    numbers: list[int] = []
    raw: list[bytes] = []
    rejects: list[Reject] = []
    decode = msgspec.json.Decoder().decode
    spans = zip(bounds[positions].tolist(), bounds[positions + 1].tolist(), strict=True)
    for position, (start, stop) in zip(positions.tolist(), spans, strict=True):
        line = block[start:stop]
        try:
            row = decode(line)
        except UNDECODABLE:
            if line.strip():
                text = line.decode(errors="replace").rstrip("\r\n")
                rejects.append(Reject(first + position, RejectReason.NOT_JSON, text))
            continue
        rows.append(row)
        numbers.append(first + position)
        raw.append(line)
    return Chunk(rows, numbers, raw, tuple(rejects))
