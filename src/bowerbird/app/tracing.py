"""The trace of a page: where it stood in the journal, what each operator did, what it knew."""

from __future__ import annotations

from collections import OrderedDict
from pathlib import Path
from typing import Any

import msgspec

from bowerbird.app.opening import open_world
from bowerbird.app.query import steps_of
from bowerbird.app.stages import stages_of
from bowerbird.core.errors import NotFound
from bowerbird.core.signals import Context
from bowerbird.evaluation.replay import Exposure, Replayer, find_exposure
from bowerbird.journal.journal import Journal
from bowerbird.page.make import SIZE, Made
from bowerbird.page.programs import Programs

TRACES = 512
"""Pages whose runs are kept in memory; older ones are made again from their recipe."""


class Traces:
    """The pages this process made last, and how any journaled page came about."""

    def __init__(self, path: Path, journal: Journal, programs: Programs) -> None:
        self._path, self._journal, self._programs = path, journal, programs
        self._made: OrderedDict[str, Made] = OrderedDict()

    def remember(self, made: Made) -> None:
        """Keep the runs of a page, and forget the oldest."""
        self._made[made.page.request_id] = made
        while len(self._made) > TRACES:
            self._made.popitem(last=False)

    def made(self, request_id: str) -> Made:
        """Return a page of late with its runs.

        Raises:
            NotFound: it is not among the last ones of this process.
        """
        made = self._made.get(request_id)
        if made is None:
            raise NotFound(f"no page {request_id!r} among the last {TRACES} of this process")
        return made

    def trace(self, request_id: str, *, passes: bool) -> dict[str, Any]:
        """Return the trace of a page; from memory, where that will do.

        Otherwise the page is made again: a World is folded to the offset it read, which takes as
        long as a start of the server does.

        Args:
            request_id: of the page.
            passes: say of each step which rows it handed on and which it dropped, and why.

        Raises:
            NotFound: this process made no such page lately and none is in the journal.
        """
        made = self._made.get(request_id)
        if made is not None and not passes:
            return trace_of(made)
        if made is not None:
            exposure = Exposure(self._journal.end, request_id, made.page.recipe)
        else:
            exposure = find_exposure(self._journal, request_id)
        again = self._replayer(exposure)
        found = trace_of(made or again.made(exposure))
        return {**found, "passes": self._passes(exposure, again)} if passes else found

    def _replayer(self, exposure: Exposure) -> Replayer:
        start, _ = open_world(self._path / "world", exposure.recipe.offset)
        return Replayer(self._journal, self._path / "versions", self._programs, start)

    def _passes(self, exposure: Exposure, again: Replayer) -> list[dict[str, Any]]:
        request = again.request(exposure)
        reading = again.read(request, exposure.recipe)
        user = reading.ids.users.find(request.user_id)
        given = dict(request.params)
        if SIZE in request.program.params:
            given[SIZE] = request.size
        context = Context(user, request.now, request.seed)
        stages = stages_of(request.program, given, reading, context)
        return [msgspec.to_builtins(stage) for stage in stages]


def trace_of(made: Made) -> dict[str, Any]:
    """Return the trace as plain values.

    `history` are the person's newest engagements as the page read them, newest first, so that a
    like can be seen to have been felt; `seeds` the accounts that led to its items.
    """
    page = made.page
    return {
        "request_id": page.request_id,
        "offset": page.offset,
        "version": page.version,
        "now": page.now,
        "recipe": msgspec.to_builtins(page.recipe),
        "history": [msgspec.to_builtins(entry) for entry in made.history],
        "seeds": _seeds(made),
        "runs": [steps_of(run) for run in made.runs],
        "warnings": list(page.warnings),
    }


def _seeds(made: Made) -> list[dict[str, Any]]:
    found = {
        (item.reason.seed_account, item.reason.seed_action)
        for item in made.page.items
        if item.reason.seed_account
    }
    return [
        {"account_id": account, "action": action}
        for account, action in sorted(found, key=lambda pair: (pair[0] or "", pair[1] or ""))
    ]
