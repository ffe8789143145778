"""The columns of a segment: facts as other tools read them, and back."""

from __future__ import annotations

from collections.abc import Sequence
from enum import IntEnum
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

WRITE = """
COPY (
  SELECT
    fact_offset, {kind} AS kind, ts, epoch_ms(ts) AS time,
    nullif(user_id, '') AS user_id, nullif(account_id, '') AS account_id,
    nullif(media_id, '') AS media_id, {action} AS action,
    {control} AS control, {media_type} AS media_type,
    nullif(name, '') AS name, value, session, request, position, nullif(surface, '') AS surface,
    expires, {item_ids} AS item_ids, {details} AS details,
    flags, flags & 1 = 1 AS time_known,
    CASE WHEN flags & 2 = 2 THEN flags & 4 = 4 END AS recommendable,
    kind_code, code, user_row, account_row, media_row, name_row, surface_row,
    {items} AS items, hash_1, hash_2
  FROM facts
) TO $path ({form})
"""
FORM = (
    f"FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 1, ROW_GROUP_SIZE {ROWS_A_GROUP}, "
    f"KV_METADATA {{bowerbird_format: '{FORMAT}'}}"
)
WITH_ITEMS = {
    "item_ids": """from_json(item_ids, '["VARCHAR"]')""",
    "items": """from_json(items, '["INTEGER"]')""",
}
WITHOUT_ITEMS = {"item_ids": "[]::VARCHAR[]", "items": "[]::INTEGER[]"}
WITH_DETAILS, WITHOUT_DETAILS = "nullif(details, '')", "NULL::VARCHAR"

MERGE = f"COPY (SELECT * FROM read_parquet($paths) ORDER BY fact_offset) TO $path ({FORM})"

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
    }
    written = {**WORDS, **WITHOUT_ITEMS, "details": WITHOUT_DETAILS, "form": FORM}
    if len(batch.items):
        columns |= _lists(batch, ids)
        written |= WITH_ITEMS
    if len(batch.details):
        columns["details"] = _texts([batch.details_of(i).decode() for i in range(len(batch))])
        written["details"] = WITH_DETAILS
    cursor = engine().cursor()
    try:
        cursor.register("facts", columns)
        cursor.execute(WRITE.format(**written), {"path": str(path)})
    finally:
        cursor.close()


def read_hashes(paths: Sequence[Path]) -> U64:
    """Return the hashes [n, 2] of the facts of the segments at `paths`."""
    query = "SELECT hash_1, hash_2 FROM read_parquet($paths)"
    with engine().cursor() as cursor:
        given = {"paths": [str(path) for path in paths]}
        columns = cursor.execute(query, given).fetchnumpy()
    return np.stack([columns["hash_1"], columns["hash_2"]], axis=1)


def merge_parquet(path: Path, parts: Sequence[Path]) -> None:
    """Write the facts of the segments at `parts` as one segment."""
    cursor = engine().cursor()
    try:
        cursor.execute(MERGE, {"path": str(path), "paths": [str(part) for part in parts]})
    finally:
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


def _words(code: str, words: type[IntEnum]) -> str:
    """Return SQL for the word of a code; NULL where it has none."""
    cases = " ".join(f"WHEN {int(word)} THEN '{word.name.lower()}'" for word in words)
    return f"CASE {code} {cases} END"


WORDS = {
    "kind": f"coalesce({_words('kind_code', FactKind)}, 'kind_' || kind_code)",
    **{
        name: f"CASE WHEN kind_code = {int(kind)} THEN {_words('code', words)} END"
        for name, kind, words in (
            ("action", FactKind.EVENT, Action),
            ("control", FactKind.CONTROL, Control),
            ("media_type", FactKind.MEDIA, MediaType),
        )
    },
}
"""How the readable words of a segment are made of its codes."""


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
    return {
        "user_id": _named(ids.users, batch.user),
        "account_id": _named(ids.accounts, batch.account),
        "media_id": _named(ids.media, batch.media),
        "name": _named(ids.names, batch.name),
        "surface": _named(ids.surfaces, batch.surface.astype(np.int32)),
    }


def _named(table: IdTable, rows: I32) -> Objects:
    # The place after the last is where NONE = -1 looks; DuckDB turns the empty string into NULL.
    used = np.zeros(len(table) + 1, np.bool_)
    used[rows] = True
    used[-1] = False
    place = np.cumsum(used) - 1
    place[-1] = -1
    named: Objects = _texts([*table.names(np.flatnonzero(used)), ""])[place[rows]]
    return named


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
