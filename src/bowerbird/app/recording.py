"""The ranking log's requests: what the page's own program finds, at Worlds of the past.

While examples fold the journal, some of the requests they pass are asked again: the program runs on
that World, with vectors learned before it, up to its first `rank`; what would be ranked is noted.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

import numpy as np

from bowerbird.core.candidates import Candidates, Kind
from bowerbird.core.facts import F32
from bowerbird.core.ids import Ids
from bowerbird.core.signals import Context, Signals
from bowerbird.igql.program import Program
from bowerbird.igql.run import run
from bowerbird.page.reading import Reading
from bowerbird.ranking.log import Recorded
from bowerbird.version.overlay import Overlay
from bowerbird.version.version import Version
from bowerbird.world.world import World


class _Heard(Exception):
    """The program has come to its first `rank`; nothing behind it matters."""

    def __init__(self, rows: Candidates) -> None:
        super().__init__()
        self.rows = rows


class _Listening:
    """What a program reads, but for its models: it hears what is to be ranked."""

    def __init__(self, reading: Reading) -> None:
        self._reading = reading

    def __getattr__(self, name: str) -> Any:
        return getattr(self._reading, name)

    def predict(self, model: str, rows: Candidates, context: Context) -> Mapping[str, F32]:
        """Stop the run; see `_Heard`."""
        raise _Heard(rows)


def listen(program: Program, reading: Reading, context: Context) -> Candidates | None:
    """Return what `program` would first have ranked for this request, None where it ranks none."""
    try:
        run(program, cast(Signals, _Listening(reading)), context)
    except _Heard as heard:
        return heard.rows if heard.rows.kind is Kind.MEDIA and len(heard.rows) else None
    return None


class Recorder:
    """Asks again for about `most` requests, evenly through those it is shown.

    Attributes:
        recorded: what was found, in the order of the requests.
    """

    def __init__(
        self,
        program: Program,
        ids: Ids,
        world: World,
        version: Version,
        overlays: Mapping[str, Overlay],
        most: int,
    ) -> None:
        self.recorded: list[Recorded] = []
        self._program, self._most = program, most
        self._ids, self._world, self._version, self._overlays = ids, world, version, overlays

    def visit(self, user: int, now: int, number: int, total: int) -> None:
        """Record request `number` of `total` if it is one of those chosen."""
        if number * self._most // total == (number - 1) * self._most // total:
            return
        reading = Reading(self._world, self._ids, self._version, self._overlays)
        context = Context(user, now, seed=number)
        rows = listen(self._program, reading, context)
        if rows is not None:
            media = rows.rows.astype(np.int32)
            self.recorded.append(Recorded(user, now, media, reading.inputs(rows, context)))
