"""Ids are strings outside and row numbers inside, given in the order the journal first saw them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, fields
from hashlib import blake2b

import numpy as np

from bowerbird.core.errors import NotFound
from bowerbird.core.facts import I32, NONE


class IdTable:
    """One id space: string -> row and back. Rows never shift and are never given twice."""

    def __init__(self, ids: Iterable[str] = ()) -> None:
        self._ids: list[str] = []
        self._rows: dict[str, int] = {}
        self.add(ids)

    def __len__(self) -> int:
        return len(self._ids)

    def __contains__(self, id: str) -> bool:
        return id in self._rows

    def add(self, ids: Iterable[str | None]) -> I32:
        """Return the row of each id ([n]), giving new ids the next rows; None becomes NONE."""
        given = list(ids)
        if given.count(None) == len(given):
            return np.full(len(given), NONE, np.int32)
        found: list[int | None] = list(map(self._rows.get, given))  # type: ignore[arg-type]  # None
        if None in found:
            found = [
                self._row_of(id) if row is None else row
                for id, row in zip(given, found, strict=True)
            ]
        return np.array(found, np.int32)

    def _row_of(self, id: str | None) -> int:
        if id is None:
            return NONE
        row = self._rows.setdefault(id, len(self._ids))
        if row == len(self._ids):
            self._ids.append(id)
        return row

    def find(self, id: str) -> int:
        """Return the row of `id`, or NONE."""
        return self._rows.get(id, NONE)

    def row(self, id: str, what: str) -> int:
        """Return the row of `id`.

        Raises:
            NotFound: no fact has named it; `what` says what kind of thing was looked for.
        """
        row = self.find(id)
        if row == NONE:
            raise NotFound(f"{what} {id!r} is not known", f"no fact has named this {what} yet")
        return row

    def id(self, row: int) -> str:
        """Return the id at `row`.

        Raises:
            NotFound: no id has that row.
        """
        if not 0 <= row < len(self._ids):
            raise NotFound(f"row {row} is not one of {len(self._ids)} ids")
        return self._ids[row]

    def cut(self, length: int) -> None:
        """Take back every row from `length` on, for a commit that failed; nobody has seen them."""
        for id in self._ids[length:]:
            del self._rows[id]
        del self._ids[length:]

    def since(self, row: int) -> Sequence[str]:
        """Return the ids from `row` on, in row order."""
        return self._ids[row:]


@dataclass(frozen=True, slots=True)
class Ids:
    """Every id space of a journal."""

    users: IdTable = field(default_factory=IdTable)
    accounts: IdTable = field(default_factory=IdTable)
    media: IdTable = field(default_factory=IdTable)
    topics: IdTable = field(default_factory=IdTable)
    names: IdTable = field(default_factory=IdTable)
    surfaces: IdTable = field(default_factory=IdTable)

    def tables(self) -> list[IdTable]:
        """Return the tables in the order of `SPACES`."""
        return [getattr(self, name) for name in SPACES]

    def lengths(self) -> list[int]:
        """Return how many ids each table holds, in that order."""
        return [len(table) for table in self.tables()]


SPACES = tuple(f.name for f in fields(Ids))
"""The id spaces by name, in the order of `Ids`."""


def hash64(text: str) -> int:
    """Return a signed 64-bit hash of `text` that is never 0 (0 says "absent" in columns)."""
    value = int.from_bytes(blake2b(text.encode(), digest_size=8).digest(), "little", signed=True)
    return value or 1
