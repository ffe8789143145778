"""The columns of a segment: facts as other tools read them, and back."""

from __future__ import annotations

from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from bowerbird.core.facts import (
    DTYPES,
    I32,
    ROW_COLUMNS,
    Action,
    Control,
    FactBatch,
    FactKind,
    MediaType,
)
from bowerbird.core.ids import Ids, IdTable
from bowerbird.journal.body import U64
from bowerbird.journal.draft import Objects
from bowerbird.journal.manifest import FORMAT

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

ROWS_A_GROUP = 65_536

ON_DISK = {
    "kind": "kind_code",
    "user": "user_row",
    "account": "account_row",
    "media": "media_row",
    "name": "name_row",
    "surface": "surface_row",
}
"""Columns of a `FactBatch` that go by another name, their own being taken by the readable one."""

WRITE = f"""
COPY (
  SELECT
    fact_offset, kind, ts, epoch_ms(ts) AS time,
    nullif(user_id, '') AS user_id, nullif(account_id, '') AS account_id,
    nullif(media_id, '') AS media_id, nullif(action, '') AS action,
    nullif(control, '') AS control, nullif(media_type, '') AS media_type,
    nullif(name, '') AS name, value, session, request, position, nullif(surface, '') AS surface,
    expires, from_json(item_ids, '["VARCHAR"]') AS item_ids, nullif(details, '') AS details,
    flags, flags & 1 = 1 AS time_known,
    CASE WHEN flags & 2 = 2 THEN flags & 4 = 4 END AS recommendable,
    kind_code, code, user_row, account_row, media_row, name_row, surface_row,
    from_json(items, '["INTEGER"]') AS items, hash_1, hash_2
  FROM facts
) TO $path (
  FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE {ROWS_A_GROUP},
  KV_METADATA {{bowerbird_format: '{FORMAT}'}}
)
"""

READ = f"""
SELECT {", ".join(ON_DISK.get(name, name) for name in ROW_COLUMNS)},
  coalesce(len(items), 0) AS items_len, coalesce(strlen(details), 0) AS details_len
FROM read_parquet($path) WHERE fact_offset >= $first AND fact_offset < $stop ORDER BY fact_offset
"""
READ_ITEMS = """
SELECT unnest(items) AS item FROM (
  SELECT items FROM read_parquet($path)
  WHERE fact_offset >= $first AND fact_offset < $stop AND items IS NOT NULL ORDER BY fact_offset
)
"""
READ_DETAILS = """
SELECT details FROM read_parquet($path)
WHERE fact_offset >= $first AND fact_offset < $stop AND details IS NOT NULL ORDER BY fact_offset
"""


def write_parquet(path: Path, batch: FactBatch, hashes: U64, ids: Ids) -> None:
    """Write `batch` ([n]) with the strings of its rows and its hashes ([n, 2])."""
    columns: dict[str, NDArray[Any]] = {
        ON_DISK.get(name, name): getattr(batch, name) for name in ROW_COLUMNS
    }
    columns |= {
        "fact_offset": np.arange(batch.start, batch.stop),
        "hash_1": hashes[:, 0].copy(),
        "hash_2": hashes[:, 1].copy(),
        **_readable(batch, ids),
        **_lists(batch, ids),
        "details": _texts([batch.details_of(i).decode() for i in range(len(batch))]),
    }
    cursor = engine().cursor()
    cursor.register("facts", columns)
    cursor.execute(WRITE, {"path": str(path)})
    cursor.close()


def read_parquet(path: Path, first: int, stop: int) -> FactBatch:
    """Return the facts with offsets `first .. stop - 1` of the segment at `path`."""
    cursor = engine().cursor()
    span = {"path": str(path), "first": first, "stop": stop}
    columns = cursor.execute(READ, span).fetchnumpy()
    lengths = {name: columns.pop(name) for name in ("items_len", "details_len")}
    items: NDArray[Any] = np.zeros(0)
    if lengths["items_len"].any():
        items = cursor.execute(READ_ITEMS, span).fetchnumpy()["item"]
    details = b""
    if lengths["details_len"].any():
        texts = cursor.execute(READ_DETAILS, span).fetchnumpy()["details"]
        details = "".join(texts.tolist()).encode()
    cursor.close()
    return FactBatch(
        start=first,
        **{name: _typed(columns[ON_DISK.get(name, name)], name) for name in ROW_COLUMNS},
        items=_typed(items, "items"),
        items_at=_bounds(lengths["items_len"]),
        details=np.frombuffer(details, np.uint8).copy(),
        details_at=_bounds(lengths["details_len"]),
    )


@cache
def engine() -> DuckDBPyConnection:
    """Return the process's DuckDB; each use takes a cursor of its own. It never goes online."""
    import duckdb  # here, so that the command line answers before it is loaded

    offline: dict[str, str | bool | int | float | list[str]] = {
        "autoinstall_known_extensions": "false",
        "autoload_known_extensions": "false",
    }
    return duckdb.connect(":memory:", config=offline)


def _readable(batch: FactBatch, ids: Ids) -> dict[str, Objects]:
    kinds = {int(kind): kind.name.lower() for kind in FactKind}
    return {
        "kind": _texts([kinds.get(kind, f"kind_{kind}") for kind in batch.kind.tolist()]),
        "user_id": _named(ids.users, batch.user),
        "account_id": _named(ids.accounts, batch.account),
        "media_id": _named(ids.media, batch.media),
        "name": _named(ids.names, batch.name),
        "surface": _named(ids.surfaces, batch.surface.astype(np.int32)),
        "action": _words(batch, FactKind.EVENT, [a.name.lower() for a in Action]),
        "control": _words(batch, FactKind.CONTROL, [c.name.lower() for c in Control]),
        "media_type": _words(batch, FactKind.MEDIA, [t.name.lower() for t in MediaType]),
    }


def _named(table: IdTable, rows: I32) -> Objects:
    # The line after the last is where NONE = -1 looks; DuckDB turns the empty string into NULL.
    named: Objects = _texts([*table.since(0), ""])[rows]
    return named


def _words(batch: FactBatch, kind: FactKind, words: list[str]) -> Objects:
    known: Objects = _texts([*words, ""])
    codes = np.where(batch.kind == kind, batch.code, len(words)).clip(max=len(words))
    readable: Objects = known[codes]
    return readable


def _lists(batch: FactBatch, ids: Ids) -> dict[str, Objects]:
    rows, names = ["[]"] * len(batch), ["[]"] * len(batch)
    bounds = batch.items_at.tolist()
    for at, (first, last) in enumerate(pairwise(bounds)):
        if last > first:
            items = batch.items[first:last].tolist()
            table = ids.media if batch.kind[at] == FactKind.EXPOSURE else ids.topics
            rows[at] = msgspec.json.encode(items).decode()
            names[at] = msgspec.json.encode([table.id(item) for item in items]).decode()
    return {"items": _texts(rows), "item_ids": _texts(names)}


def _texts(values: list[str]) -> Objects:
    column = np.empty(len(values), np.object_)
    column[:] = values
    return column


def _bounds(lengths: NDArray[Any]) -> NDArray[np.int64]:
    return np.concatenate([[0], np.cumsum(lengths, dtype=np.int64)])


def _typed(column: NDArray[Any], name: str) -> NDArray[Any]:
    if isinstance(column, np.ma.MaskedArray):  # an absent value is NULL there and NaN here
        column = column.filled(np.nan)
    return np.require(column, DTYPES[name], ["C", "W"])
