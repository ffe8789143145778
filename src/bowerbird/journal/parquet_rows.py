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
            file = {"path": str(path)}
            told = cursor.execute("DESCRIBE SELECT * FROM read_parquet($path)", file).fetchall()
            columns = ", ".join(_selected(name, type_) for name, type_, *_ in told)
            cursor.execute(f"SELECT {columns} FROM read_parquet($path)", file)
            names = [column[0] for column in cursor.description or ()]
            first = 1
            while records := cursor.fetchmany(CHUNK_ROWS):
                rows = [dict(zip(names, record, strict=True)) for record in records]
                yield Chunk(rows, range(first, first + len(rows)), None)
                first += len(rows)
        except duckdb.Error as error:
            raise InputError(f"cannot read {path}: {error}") from error


def _selected(name: str, type_: str) -> str:
    column = '"' + name.replace('"', '""') + '"'
    # DuckDB can only hand over a time with a zone where a further package is installed.
    return f"epoch_ms({column}) AS {column}" if type_ == "TIMESTAMP WITH TIME ZONE" else column
