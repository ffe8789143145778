"""Parquet: rows through DuckDB."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from bowerbird.core.errors import InputError
from bowerbird.journal.chunks import CHUNK_ROWS, Chunk
from bowerbird.journal.parquet import engine


def read_parquet_rows(path: Path) -> Iterator[Chunk]:
    """Yield the rows of a Parquet file.

    Raises:
        InputError: it is none, or cannot be read to its end.
    """
    import duckdb

    with closing(engine().cursor()) as cursor:
        try:
            cursor.execute("SELECT * FROM read_parquet($path)", {"path": str(path)})
            names = [column[0] for column in cursor.description or ()]
            first = 1
            while records := cursor.fetchmany(CHUNK_ROWS):
                rows = [dict(zip(names, record, strict=True)) for record in records]
                yield Chunk(rows, range(first, first + len(rows)), None)
                first += len(rows)
        except duckdb.Error as error:
            raise InputError(f"cannot read {path}: {error}") from error
