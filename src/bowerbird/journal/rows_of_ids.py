"""Ids as the formats 1 and 2 of the tail kept them: a row of SQLite each."""

from __future__ import annotations

import sqlite3
import zlib
from pathlib import Path

from bowerbird.core.errors import JournalDamaged
from bowerbird.core.ids import SPACES
from bowerbird.core.texts import Texts


def checksum(*values: object) -> int:
    """Return what is kept beside values in SQLite, which itself has no checksums."""
    return zlib.crc32("/".join(map(str, values)).encode(errors="surrogatepass"))


def rows_of_ids(sql: sqlite3.Connection, space: int, since: int, path: Path) -> Texts:
    """Return the ids of a space from row `since` on; those of format 1 have no checksums.

    Raises:
        JournalDamaged: they are not what was written; `path` is said to be it.
    """
    names = [row[1] for row in sql.execute("PRAGMA table_info(ids)")]
    columns = "row, id, crc" if "crc" in names else "row, id"
    select = f"SELECT {columns} FROM ids WHERE space = ? AND row >= ? ORDER BY row"
    found = sql.execute(select, (space, since)).fetchall()
    for at, (row, id, *crc) in enumerate(found, since):
        if row != at or type(id) is not str or (crc and checksum(space, row, id) != crc[0]):
            raise JournalDamaged(f"{path} has no whole id at row {at} of {SPACES[space]}")
    return Texts.of(id for _, id, *_ in found)
