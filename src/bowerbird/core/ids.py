"""Ids are strings outside and row numbers inside, given in the order the journal first saw them."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, fields
from hashlib import blake2b

import numpy as np
from numpy.typing import NDArray

from bowerbird.core import id_slots
from bowerbird.core.errors import NotFound
from bowerbird.core.facts import I32, I64, NONE, U8
from bowerbird.core.id_slots import Slots
from bowerbird.core.texts import Texts, decoded

SMALLEST = 64
_SEED = np.frombuffer(bytearray(os.urandom(8)), np.uint64)


class IdTable:
    """One id space: string -> row and back. Rows never shift and are never given twice.

    One thread adds; any number look meanwhile.
    """

    def __init__(self, ids: Iterable[str] | Texts = ()) -> None:
        self._table = _empty()
        self._text = self._table.data.data  # a view: a slice of it costs half of one of an array
        self._size = 0
        self.add(ids)

    @staticmethod
    def restored(data: U8, at: I64) -> IdTable:
        """Return the table whose row i has the id `data[at[i] : at[i + 1]]`, in UTF-8."""
        table = IdTable()
        table._size = len(at) - 1
        table._hold(data, at)
        return table

    def __len__(self) -> int:
        return self._size

    def __contains__(self, id: str) -> bool:
        return self.find(id) != NONE

    def add(self, ids: Iterable[str | None] | Texts) -> I32:
        """Return the row of each id ([n]), giving new ids the next rows; None becomes NONE."""
        if not isinstance(ids, Texts):
            given = list(ids)
            if given.count(None) == len(given):
                return np.full(len(given), NONE, np.int32)
            ids = Texts.of(given)
        rows = np.full(len(ids), NONE, np.int32)
        size = int(np.maximum(ids.size, 0).sum(dtype=np.int64))
        if size:
            self._make_room(len(ids), size)
            columns = ids.data, ids.at, ids.size
            self._size = int(id_slots.add(self._table, self._size, *columns, rows))
        return rows

    def _make_room(self, ids: int, data: int) -> None:
        table, used = self._table, int(self._table.at[self._size])
        if (
            used + data > len(table.data)
            or self._size + ids >= len(table.at)
            or 2 * (self._size + ids) > len(table.slots)
        ):
            bytes_, rows = (2 * (used + data), 2 * (self._size + ids))
            grown, at = np.zeros(bytes_, np.uint8), np.zeros(rows + 1, np.int64)
            grown[:used] = table.data[:used]
            at[: self._size + 1] = table.at[: self._size + 1]
            self._hold(grown, at)

    def _hold(self, data: U8, at: I64) -> None:
        slots = np.zeros(1 << max(2 * len(at) - 1, SMALLEST).bit_length(), np.uint64)
        table = Slots(data, at, slots, _SEED)
        id_slots.fill(table, self._size)
        self._table, self._text = table, data.data

    def find(self, id: str) -> int:
        """Return the row of `id`, or NONE."""
        text = np.frombuffer(bytearray(id.encode(errors="surrogatepass")), np.uint8)
        return int(id_slots.find(self._table, text)) if len(text) else NONE

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
        if not 0 <= row < self._size:
            raise NotFound(f"row {row} is not one of {self._size} ids")
        text = self._text[self._table.at.item(row) : self._table.at.item(row + 1)]
        return str(text, errors="surrogatepass")

    def known(self, rows: Iterable[int]) -> dict[int, str]:
        """Return row -> id for the distinct of `rows`, NONE left out; cheaper than one by one.

        Raises:
            NotFound: no id has one of the rows.
        """
        found = sorted({*rows} - {NONE})
        if found and not 0 <= found[0] <= found[-1] < self._size:
            raise NotFound(f"one of rows {found} is not one of {self._size} ids")
        data, at = id_slots.joined(self._table, np.array(found, np.int32))
        return dict(zip(found, decoded(data, at.tolist()), strict=True))

    def cut(self, length: int) -> None:
        """Take back every row from `length` on, for a commit that failed; nobody has seen them."""
        if length < self._size:  # else not even the kernel is loaded
            known, self._size = self._size, length
            id_slots.take_back(self._table, known, length)

    def since(self, row: int) -> Sequence[str]:
        """Return the ids from `row` on, in row order."""
        data, at, *_ = self._table
        return decoded(data, at[row : self._size + 1].tolist())

    def names(self, rows: NDArray[np.integer]) -> list[str]:
        """Return the id of each of `rows` ([n], none of them NONE)."""
        data, at, *_ = self._table
        whole = data[: at[self._size]].tobytes()
        spans = zip(at[rows].tolist(), at[rows + 1].tolist(), strict=True)
        return [whole[a:b].decode(errors="surrogatepass") for a, b in spans]

    def texts(self, first: int, last: int) -> Texts:
        """Return the ids of the rows `first .. last - 1`, one behind the other."""
        data, at, *_ = self._table
        bounds = at[first : last + 1]
        size = np.diff(bounds).astype(np.int32)
        return Texts(data[bounds[0] : bounds[-1]], bounds[:-1] - bounds[0], size)

    def content(self) -> tuple[U8, I64]:
        """Return what `restored` takes; not to be written to."""
        data, at, *_ = self._table
        return data[: at[self._size]], at[: self._size + 1]


def _empty() -> Slots:
    return Slots(
        np.zeros(SMALLEST, np.uint8),
        np.zeros(SMALLEST + 1, np.int64),
        np.zeros(4 * SMALLEST, np.uint64),
        _SEED,
    )


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
