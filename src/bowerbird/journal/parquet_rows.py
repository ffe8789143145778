"""Parquet: rows through DuckDB."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from bowerbird.core.errors import InputError
from bowerbird.core.texts import Texts, joined
from bowerbird.journal.arrow import texts_of
from bowerbird.journal.cells import ABSENT, NAMES, NUMBER, TEXT, Cells, no_cells
from bowerbird.journal.chunks import Block, Chunk, Positions
from bowerbird.journal.parquet import engine

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

NUMBERS = frozenset({"BIGINT", "INTEGER", "SMALLINT", "DOUBLE", "TIMESTAMP"})
PLAIN = frozenset({"VARCHAR", *NUMBERS})
"""Types whose text says all there is to say."""

RANGE_ROWS = 131_072
RANGE = """
FROM read_parquet($path, file_row_number = true)
WHERE file_row_number >= $first AND file_row_number < $stop ORDER BY file_row_number
"""


def read_parquet_rows(path: Path, *, events: bool = False) -> Iterator[Block]:
    """Yield the rows of a Parquet file, by ranges of them.

    Raises:
        InputError: it is none, or cannot be read to its end.
    """
    file = {"path": str(path)}
    with _reading(path) as cursor:
        told = cursor.execute("DESCRIBE SELECT * FROM read_parquet($path)", file).fetchall()
        types = {name: type_ for name, type_, *_ in told}
        total = _count(cursor, file)
    may = (events or "kind" in types) and set(types) <= set(NAMES)
    may = may and set(types.values()) <= PLAIN
    for first in range(0, total, RANGE_ROWS):
        rows = _Range(path, first, min(first + RANGE_ROWS, total), types)
        yield Block(rows.stop - first, rows.decode, first + 1, rows.cells if may else None)


@dataclass(frozen=True, slots=True)
class _Range:
    """The rows `first .. stop - 1` of a file, of columns of `types`."""

    path: Path
    first: int
    stop: int
    types: Mapping[str, str]

    def decode(self, positions: Positions) -> Chunk:
        columns = ", ".join(_selected(name, type_) for name, type_ in self.types.items())
        with _reading(self.path) as cursor:
            found = cursor.execute(f"SELECT {columns} {RANGE}", self._span).fetchall()
        rows = [
            {name: v for name, v in zip(self.types, found[at], strict=True) if v is not None}
            for at in positions.tolist()
        ]
        return Chunk(rows, (positions + self.first + 1).tolist(), None)

    def cells(self) -> Cells:
        columns = ", ".join(_as_text(name, type_) for name, type_ in self.types.items())
        with _reading(self.path) as cursor:
            texts = texts_of(cursor.sql(f"SELECT {columns} {RANGE}", params=self._span))
        return _cells(dict(zip(self.types, texts, strict=True)), self.types)

    @property
    def _span(self) -> dict[str, object]:
        return {"path": str(self.path), "first": self.first, "stop": self.stop}


@contextmanager
def _reading(path: Path) -> Iterator[DuckDBPyConnection]:
    """Give a cursor of its own to one reading, which may be in another thread."""
    import duckdb

    try:
        with closing(engine().cursor()) as cursor:
            yield cursor
    except (duckdb.Error, ValueError) as error:
        raise InputError(f"cannot read {path}: {error}") from error


def _cells(texts: Mapping[str, Texts], types: Mapping[str, str]) -> Cells:
    """Return columns, of which there are some, as the cells of rows."""
    whole, size = joined(list(texts.values())), len(next(iter(texts.values())))
    cells = no_cells(whole.data, size)
    for number, name in enumerate(texts):
        of_column, place = slice(number * size, (number + 1) * size), NAMES.index(name)
        cells.at[:, place], cells.size[:, place] = whole.at[of_column], whole.size[of_column]
        form = NUMBER if types[name] in NUMBERS else TEXT
        cells.form[:, place] = np.where(whole.size[of_column] < 0, ABSENT, form)
    beyond_ascii = np.flatnonzero(whole.data > 127)
    if len(beyond_ascii):
        cells.odd[(np.searchsorted(whole.at, beyond_ascii, "right") - 1) % size] = True
    return cells


def _count(cursor: DuckDBPyConnection, file: Mapping[str, str]) -> int:
    found = cursor.execute("SELECT count(*) FROM read_parquet($path)", file).fetchall()
    return int(found[0][0])


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _as_text(name: str, type_: str) -> str:
    column = _quoted(name)
    return f"CAST({_in_ms(column) if type_ == 'TIMESTAMP' else column} AS VARCHAR)"


def _selected(name: str, type_: str) -> str:
    # DuckDB can only hand over a time with a zone where a further package is installed.
    column = _quoted(name)
    return _in_ms(column) if type_.startswith("TIMESTAMP WITH TIME ZONE") else column


def _in_ms(column: str) -> str:
    return f"epoch_ms({column})"
