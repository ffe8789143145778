"""The ranking log's requests: what the page's own program finds, at Worlds of the past.

While examples fold the journal, some of the requests they pass are asked again: the program runs on
that World, with vectors learned before it, up to its first `rank`; what would be ranked is noted.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from bowerbird.core.candidates import Candidates, Kind
from bowerbird.core.facts import F32
from bowerbird.core.ids import Ids
from bowerbird.core.signals import Context
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


class _Listening(Reading):
    """A `Reading` that hears what is to be ranked, and answers no more."""

    def predict(self, model: str, rows: Candidates, context: Context) -> Mapping[str, F32]:
        """Stop the run; see `_Heard`."""
        raise _Heard(rows)


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
        reading = _Listening(self._world, self._ids, self._version, self._overlays)
        context = Context(user, now, seed=number)
        try:
            run(self._program, reading, context)
        except _Heard as heard:
            rows = heard.rows
            if rows.kind is Kind.MEDIA and len(rows):
                inputs = reading.inputs(rows, context)
                media = rows.rows.astype(np.int32)
                self.recorded.append(Recorded(user, now, media, inputs))
