"""The facts of a town as rows, the way an app would send them, while it lives."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterator
from itertools import count
from typing import Any

import numpy as np

from bowerbird.core.facts import NONE
from bowerbird.simulate.columns import Columns, Naming
from bowerbird.simulate.deeds import Deeds
from bowerbird.simulate.media import media_id
from bowerbird.simulate.moderation import Labels, checks, removals
from bowerbird.simulate.society import DAY
from bowerbird.simulate.town import Town
from bowerbird.simulate.visits import Mutes

Row = dict[str, Any]


def page_id(number: int) -> str:
    """Return the request id of a page by its number."""
    return f"r{number:08d}"


WRITTEN: dict[str, tuple[str, Callable[[Any], Any]]] = {
    "n": ("event_id", lambda n: f"e{n:09d}"),
    "media": ("media_id", lambda row: None if row == NONE else media_id(row)),
    "dwell": ("dwell_ms", lambda ms: None if ms == NONE else ms),
    "told": ("session_id", lambda n: f"s{n}" if n else None),
    "surface": ("surface", lambda name: name or None),
    "slot": ("position", lambda at: None if at == NONE else at),
    "request": ("request_id", lambda n: page_id(n) if n else None),
    "seconds": ("duration_s", lambda s: None if np.isnan(s) else s),
    "expires": ("expires_at", lambda ts: ts or None),
}
"""Column of `Naming` -> its name in a row, and how a value is written; None is left out."""


def rows_of(kind: str, columns: Columns) -> Iterator[Row]:
    """Yield a row of facts for each of `columns`."""
    told = {}
    for name, column in columns.items():
        called, write = WRITTEN.get(name, (name, None))
        values = column.tolist()
        told[called] = values if write is None else [write(value) for value in values]
    for values in zip(*told.values(), strict=True):
        row = dict(zip(told, values, strict=True))
        yield {"kind": kind} | {name: value for name, value in row.items() if value is not None}


class Feed:
    """Holds rows until their time comes."""

    def __init__(self, town: Town) -> None:
        self._town, self._naming, self._count = town, Naming(town), count()
        self._waiting: list[tuple[int, int, Row]] = []
        first = town.society.starts - town.society.backlog * DAY
        self._add("account", self._naming.accounts())
        for midnight in range(first, town.society.starts, DAY):
            self._add("media", self._naming.media(midnight, midnight + DAY))
        self._add("label", self._naming.labels([checks(town)]))
        self._add("removal", self._naming.removals(removals(town)))

    def post(self, midnight: int) -> None:
        """Add what is posted on the day that begins at `midnight` (epoch ms)."""
        self._add("media", self._naming.media(midnight, midnight + DAY))

    def note(self, deeds: Deeds, mutes: Mutes) -> None:
        """Add what was done; `deeds` are in order of time."""
        self._add("event", self._naming.events(deeds))
        self._add("control", self._naming.controls([mutes]))

    def label(self, labels: Labels) -> None:
        """Add what moderators found."""
        self._add("label", self._naming.labels([labels]))

    def due(self, until: int) -> list[Row]:
        """Return the rows before `until` (epoch ms), by time."""
        rows = []
        while self._waiting and self._waiting[0][0] < until:
            rows.append(heapq.heappop(self._waiting)[2])
        return rows

    def _add(self, kind: str, columns: Columns) -> None:
        for row in rows_of(kind, columns):
            heapq.heappush(self._waiting, (row["ts"], next(self._count), row))
