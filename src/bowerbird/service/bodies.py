"""Request bodies: what may be sent, how big, and how it becomes rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import msgspec
from msgspec import Struct
from starlette.exceptions import HTTPException
from starlette.requests import Request

from bowerbird.core.errors import InputError
from bowerbird.journal.receipt import RejectReason

Row = Mapping[str, object]

LIMIT = 16 * 1024 * 1024
"""Bytes of a body; more is refused before it is read."""

JSON = "application/json"
LINES = "application/x-ndjson"


class Rejected(Struct, frozen=True):
    """A row that was not taken: its place in the request, from 1, and why."""

    line: int
    reason: str


@dataclass(frozen=True, slots=True)
class Body:
    """The rows of one request.

    Attributes:
        rows: what can go to the journal.
        lines: [rows] place of each in the request, from 1.
        rejected: what is not even an object.
    """

    rows: Sequence[Row]
    lines: Sequence[int]
    rejected: Sequence[Rejected] = ()


def content_type(request: Request) -> str:
    """Return the media type of the body.

    A browser sends other types across sites without asking; refusing them is what keeps a strange
    web page from writing to a server on this machine.

    Raises:
        HTTPException: 415, it is neither JSON nor JSON lines.
    """
    given = request.headers.get("content-type", "").split(";")[0].strip().lower()
    if given not in (JSON, LINES):
        raise HTTPException(415, f"content-type is {given!r}, expected {JSON} or {LINES}")
    return given


async def read_bytes(request: Request) -> bytes:
    """Return the body.

    Raises:
        HTTPException: 413, it is over `LIMIT`.
    """
    chunks, size = [], 0
    async for chunk in request.stream():
        size += len(chunk)
        if size > LIMIT:
            raise HTTPException(413, f"the body is over {LIMIT} bytes; send it in parts")
        chunks.append(chunk)
    return b"".join(chunks)


async def read_object(request: Request) -> dict[str, object]:
    """Return the body as one JSON object.

    Raises:
        InputError: it is not one.
    """
    content_type(request)
    value = _decode(await read_bytes(request))
    if not isinstance(value, dict):
        raise InputError(f"the body is a JSON {_named(value)}, expected an object")
    return value


async def read_rows(request: Request, key: str) -> Body:
    """Return the rows of a JSON array, of the array under `key` of an object, or of JSON lines.

    Raises:
        InputError: the body as a whole is neither.
    """
    kind, raw = content_type(request), await read_bytes(request)
    if kind == LINES:
        return _of_lines(raw)
    values = _rows_in(_decode(raw), key)
    return _of_values(values, range(1, len(values) + 1))


def _rows_in(value: object, key: str) -> list[object]:
    if isinstance(value, dict) and isinstance(value.get(key), list):
        value = value[key]
    if not isinstance(value, list):
        raise InputError(
            f"the body is a JSON {_named(value)}, expected an array of rows",
            f'send [{{...}}], {{"{key}": [{{...}}]}}, or JSON lines as {LINES}',
        )
    return value


def _of_values(values: Sequence[object], lines: Sequence[int]) -> Body:
    rows: list[Row] = []
    kept: list[int] = []
    rejected = []
    for line, value in zip(lines, values, strict=True):
        if isinstance(value, dict):
            rows.append(value)
            kept.append(line)
        else:
            reason = value if isinstance(value, RejectReason) else RejectReason.NOT_AN_OBJECT
            rejected.append(Rejected(line, reason.value))
    return Body(rows, kept, rejected)


def _of_lines(raw: bytes) -> Body:
    numbered = [(n, line) for n, line in enumerate(raw.split(b"\n"), 1) if line.strip()]
    return _of_values([_decode_line(line) for _, line in numbered], [n for n, _ in numbered])


def _decode_line(line: bytes) -> object:
    try:
        return msgspec.json.decode(line)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return RejectReason.NOT_JSON  # one bad line does not stop the others


def _decode(raw: bytes) -> object:
    try:
        return msgspec.json.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise InputError(f"the body is not JSON: {error}") from error


def _named(value: object) -> str:
    names = {dict: "object", list: "array", str: "string", bool: "boolean", type(None): "null"}
    return names.get(type(value), "number")
