"""Parquet: rows through DuckDB."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

from bowerbird.core.errors import InputError
from bowerbird.journal.chunks import CHUNK_ROWS, Chunk, Columns
from bowerbird.journal.parquet import engine

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

RANGE = """
FROM read_parquet($path, file_row_number = true)
WHERE file_row_number >= $first AND file_row_number < $stop ORDER BY file_row_number
"""


def read_parquet_rows(path: Path, *, events: bool = False) -> Iterator[Chunk]:
    """Yield the rows of a Parquet file, by ranges of them; `events` changes nothing.

    Raises:
        InputError: it is none, or cannot be read to its end.
    """
    import duckdb

    with closing(engine().cursor()) as cursor:
        try:
            file = {"path": str(path)}
            told = cursor.execute("DESCRIBE SELECT * FROM read_parquet($path)", file).fetchall()
            names = [name for name, *_ in told]
            columns = ", ".join(_selected(name, type_) for name, type_, *_ in told)
            total = _count(cursor, file)
            for first in range(0, total, CHUNK_ROWS):
                span = {**file, "first": first, "stop": first + CHUNK_ROWS}
                records = cursor.execute(f"SELECT {columns} {RANGE}", span).fetchall()
                values = [list(column) for column in zip(*records, strict=True)]
                rows = Columns(dict(zip(names, values, strict=True)), len(records))
                yield Chunk(rows, range(first + 1, first + 1 + len(records)), None)
        except duckdb.Error as error:
            raise InputError(f"cannot read {path}: {error}") from error


def _count(cursor: DuckDBPyConnection, file: Mapping[str, str]) -> int:
    found = cursor.execute("SELECT count(*) FROM read_parquet($path)", file).fetchall()
    return int(found[0][0])


def _selected(name: str, type_: str) -> str:
    column = '"' + name.replace('"', '""') + '"'
    # DuckDB can only hand over a time with a zone where a further package is installed.
    return f"epoch_ms({column}) AS {column}" if type_ == "TIMESTAMP WITH TIME ZONE" else column
