"""The blob of a batch in the tail: every column of a `FactBatch`, and the hashes of its facts."""

from __future__ import annotations

import zlib
from struct import Struct, error
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bowerbird.core.errors import JournalDamaged
from bowerbird.core.facts import DTYPES, FactBatch

U64 = NDArray[np.uint64]

MAGIC = b"BBT1"
HEADER = Struct("<4sIIII")  # magic, facts, items, bytes of details, crc32 of what follows
HASH = 16  # bytes a fact

COLUMNS = (
    *("kind", "ts", "user", "account", "media", "code", "value", "name", "flags"),
    *("session", "request", "position", "surface", "expires"),
    *("items_at", "items", "details_at", "details"),
)
"""The columns in their order on disk; a change needs a new magic."""


def encode(batch: FactBatch, hashes: U64) -> bytes:
    """Return the blob of `batch` and `hashes` ([n, 2]). Its start is the row's key, not in here."""
    columns = b"".join(getattr(batch, name).tobytes() for name in COLUMNS)
    content = hashes.tobytes() + zlib.compress(columns, 1)
    counts = len(batch), len(batch.items), len(batch.details)
    return HEADER.pack(MAGIC, *counts, zlib.crc32(content)) + content


def decode(blob: bytes, start: int) -> FactBatch:
    """Return the batch of a blob whose first fact has offset `start`.

    Raises:
        JournalDamaged: the blob is not what `encode` gave.
    """
    facts, items, details = _checked(blob, start)
    content = zlib.decompress(memoryview(blob)[HEADER.size + HASH * facts :])
    lengths = {"items": items, "details": details, "items_at": facts + 1, "details_at": facts + 1}
    columns: dict[str, NDArray[Any]] = {}
    at = 0
    for name in COLUMNS:
        # A copy is aligned and writable, so kernels meet one type of array whatever its origin.
        column = np.frombuffer(content, DTYPES[name], lengths.get(name, facts), at).copy()
        columns[name] = column
        at += column.nbytes
    return FactBatch(start=start, **columns)


def hashes_of(blob: bytes, start: int) -> U64:
    """Return the hashes ([n, 2]) of a blob's facts; raises like `decode`."""
    facts, _, _ = _checked(blob, start)
    return np.frombuffer(blob, np.uint64, 2 * facts, HEADER.size).reshape(facts, 2)


def _checked(blob: bytes, start: int) -> tuple[int, int, int]:
    if not isinstance(blob, bytes):  # SQLite changes the type where a bit of it flips
        raise JournalDamaged(f"the tail's batch at {start} is no blob")
    try:
        magic, facts, items, details, crc = HEADER.unpack_from(blob)
    except error as reason:
        raise JournalDamaged(f"the tail's batch at {start} is cut short: {reason}") from reason
    if magic != MAGIC:
        raise JournalDamaged(f"the tail's batch at {start} starts with {magic!r}, not {MAGIC!r}")
    if zlib.crc32(memoryview(blob)[HEADER.size :]) != crc:
        raise JournalDamaged(f"the tail's batch at {start} does not match its checksum")
    return facts, items, details
