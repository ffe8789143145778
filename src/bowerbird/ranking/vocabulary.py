"""From row numbers to lines of embedding tables: what was seen often has a line of its own.

Line 0 stands for everything else: what was never seen, seen too rarely, or is NONE. A table is as
long as the count of what is frequent; beyond `LONGEST` the frequent share lines by hash.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np

from bowerbird.core.errors import VersionError
from bowerbird.core.facts import I32, I64
from bowerbird.core.kernels import kernel
from bowerbird.features.compute import SPARSE
from bowerbird.ranking.requests import mixed

TABLE_OF: Mapping[str, str] = {
    "user": "user",
    "account": "account",
    "media": "media",
    "seed_account": "account",
    "media_type": "media_type",
    "topic_first": "topic",
    "topic_second": "topic",
    "source": "source",
    "hour": "hour",
    "weekday": "weekday",
}
"""The table each sparse column reads; recent accounts read that of accounts."""

RECENT_TABLE = "account"

LEAST = 8
"""Rows that must show a thing before it has a line."""

LONGEST = 1 << 16

Lookup = Mapping[str, I32]
"""Table -> [rows] line of each row number, 0 for none; rows beyond have none."""


def learn_lookup(sparse: I32, recent: I32, before: Lookup | None = None) -> dict[str, I32]:
    """Return the lines of what is frequent in `sparse` ([n, S]) and `recent` ([r, L]).

    What has a line in `before` keeps it, so that a table can go on learning.
    """
    found = {}
    for table in dict.fromkeys(TABLE_OF.values()):
        columns = [sparse[:, k] for k, name in enumerate(SPARSE) if TABLE_OF[name] == table]
        if table == RECENT_TABLE:
            columns.append(recent.ravel())
        counts = sum_counts(columns)
        found[table] = lines_of(counts, before.get(table) if before else None)
    return found


def sum_counts(columns: list[I32]) -> I64:
    """Return [top + 1] how often each row number from 0 on is in any of `columns`."""
    every = np.concatenate(columns)
    return np.bincount(every[every >= 0], minlength=1).astype(np.int64)


def lines_of(counts: I64, before: I32 | None) -> I32:
    """Return [rows] the line of each row number, those of `before` first."""
    lines = np.zeros(max(len(counts), 0 if before is None else len(before)), np.int32)
    if before is not None:
        lines[: len(before)] = before
    fresh = np.flatnonzero((counts >= LEAST) & (lines[: len(counts)] == 0))
    first = int(lines.max(initial=0)) + 1
    lines[fresh] = np.arange(first, first + len(fresh))
    if first + len(fresh) > LONGEST:
        lines[fresh] = 1 + (mixed(fresh.astype(np.int64)) & 0x7FFF_FFFF) % (LONGEST - 1)
    return lines


def sizes(lookup: Lookup) -> dict[str, int]:
    """Return how many lines each table needs, line 0 among them."""
    return {table: int(lines.max(initial=0)) + 1 for table, lines in lookup.items()}


def look_up(lines: I32, rows: I32) -> I64:
    """Return the line of each of `rows`, 0 for NONE and for rows nobody had seen."""
    known = (rows >= 0) & (rows < len(lines))
    return np.where(known, lines[np.where(known, rows, 0)], 0).astype(np.int64)


def sparse_lines(lookup: Lookup, sparse: I32) -> I64:
    """Return [n, S] the line of each cell of `sparse` in its column's table."""
    out = np.empty(sparse.shape, np.int64)
    for k, name in enumerate(SPARSE):
        out[:, k] = look_up(lookup[TABLE_OF[name]], sparse[:, k])
    return out


def recent_lines(lookup: Lookup, recent: I32) -> I64:
    """Return the line of each recent account, one more than in its table, 0 for no account.

    So that a net can tell an account it does not know from a place that is empty.
    """
    return np.where(recent >= 0, look_up(lookup[RECENT_TABLE], recent) + 1, 0)


class Lines:
    """A lookup as a page reads it: every column in one pass, the same lines as above."""

    def __init__(self, lookup: Lookup) -> None:
        tables = [TABLE_OF[name] for name in SPARSE] + [RECENT_TABLE]
        names = list(dict.fromkeys(tables))
        starts = np.cumsum([0, *(len(lookup[name]) for name in names)])
        self._lines = np.concatenate([lookup[name] for name in names]).astype(np.int32)
        self._first = np.array([starts[names.index(table)] for table in tables], np.int64)
        self._size = np.array([len(lookup[table]) for table in tables], np.int64)

    def write(self, sparse: I32, recent: I32, sparse_out: I64, recent_out: I64) -> None:
        """Write `sparse_lines` of `sparse` ([n, S]) and `recent_lines` of `recent` ([L])."""
        write_lines(self._lines, self._first, self._size, sparse, recent, sparse_out, recent_out)


@kernel
def write_lines(
    lines: I32, first: I64, size: I64, sparse: I32, recent: I32, sparse_out: I64, recent_out: I64
) -> None:
    """Look up each cell in its column's table, `lines[first[k] : first[k] + size[k]]`."""
    last = len(first) - 1
    for i in range(len(sparse)):
        for k in range(last):
            row = sparse[i, k]
            sparse_out[i, k] = lines[first[k] + row] if 0 <= row < size[k] else 0
    for i in range(len(recent)):
        row = recent[i]
        known = lines[first[last] + row] if 0 <= row < size[last] else 0
        recent_out[i] = known + 1 if row >= 0 else 0


def save_lookup(path: Path, lookup: Lookup) -> None:
    """Write a lookup as `.npz`."""
    with path.open("wb") as file:
        np.savez_compressed(file, **dict(lookup))  # type: ignore[arg-type]  # numpy types a flag there


def load_lookup(path: Path) -> dict[str, I32]:
    """Return the lookup in `path`.

    Raises:
        VersionError: it is not there or not what `save_lookup` writes.
    """
    try:
        with np.load(path, allow_pickle=False) as file:
            found = {table: file[table].astype(np.int32) for table in file.files}
    except (OSError, ValueError) as error:
        raise VersionError(f"the model's lookup {path} cannot be read: {error}") from error
    if set(found) != set(TABLE_OF.values()):
        raise VersionError(
            f"the model's lookup {path} has tables {', '.join(found)}", "train again"
        )
    return found
