"""Parquet: rows through DuckDB."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bowerbird.core.errors import InputError
from bowerbird.journal.chunks import Chunk, Columns
from bowerbird.journal.parquet import engine
from bowerbird.journal.plain import NAMES

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

NUMPY = frozenset({"VARCHAR", "BIGINT", "INTEGER", "SMALLINT", "DOUBLE", "TIMESTAMP"})
"""Types that come out the same as arrays, which is several times quicker."""

RANGE_ROWS = 131_072
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
            types = {name: type_ for name, type_, *_ in told}
            quick = set(types) <= NAMES and set(types.values()) <= NUMPY
            fetch = _arrays if quick else _records
            columns = ", ".join(_selected(n, t, quick=quick) for n, t in types.items())
            total = _count(cursor, file)
            for first in range(0, total, RANGE_ROWS):
                span = {**file, "first": first, "stop": first + RANGE_ROWS}
                values = fetch(cursor.execute(f"SELECT {columns} {RANGE}", span))
                size = min(RANGE_ROWS, total - first)
                rows = Columns(dict(zip(types, values, strict=True)), size)
                yield Chunk(rows, range(first + 1, first + 1 + size), None)
        except duckdb.Error as error:
            raise InputError(f"cannot read {path}: {error}") from error


def _count(cursor: DuckDBPyConnection, file: Mapping[str, str]) -> int:
    found = cursor.execute("SELECT count(*) FROM read_parquet($path)", file).fetchall()
    return int(found[0][0])


def _records(cursor: DuckDBPyConnection) -> list[list[Any]]:
    return [list(column) for column in zip(*cursor.fetchall(), strict=True)]


def _arrays(cursor: DuckDBPyConnection) -> list[list[Any]]:
    # Whole columns at a time; a masked array gives None where its list is asked for.
    return [column.tolist() for column in cursor.fetchnumpy().values()]


def _selected(name: str, type_: str, *, quick: bool) -> str:
    column = '"' + name.replace('"', '""') + '"'
    # DuckDB can only hand over a time with a zone where a further package is installed.
    in_ms = type_ == "TIMESTAMP WITH TIME ZONE" or (quick and type_ == "TIMESTAMP")
    return f"epoch_ms({column}) AS {column}" if in_ms else column
