"""Which files can be read, and how."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from hashlib import blake2b, file_digest
from pathlib import Path

from bowerbird.journal.chunks import Reader
from bowerbird.journal.csv_rows import read_csv
from bowerbird.journal.json_rows import read_json
from bowerbird.journal.parquet_rows import read_parquet_rows

READERS: Mapping[str, Reader] = {
    ".jsonl": read_json,
    ".ndjson": read_json,
    ".json": read_json,
    ".csv": read_csv,
    ".parquet": read_parquet_rows,
}
"""How to read a file, by its suffix; the text formats may be followed by `.gz`."""


def reader_of(path: Path) -> Reader | None:
    """Return how to read `path`; None where nothing here can."""
    suffixes = [suffix.lower() for suffix in path.suffixes]
    if suffixes[-1:] == [".gz"] and suffixes[-2:-1] != [".parquet"]:
        suffixes.pop()
    return READERS.get(suffixes[-1]) if suffixes else None


def fingerprint(paths: Iterable[Path]) -> str:
    """Return 8 hex digits that stand for the names and contents of files."""
    digest = blake2b(digest_size=4)
    for path in paths:
        with path.open("rb") as file:
            digest.update(path.name.encode() + file_digest(file, "blake2b").digest())
    return digest.hexdigest()
