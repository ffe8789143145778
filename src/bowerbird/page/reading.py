"""What a program reads at one journal offset: World, Overlay and Version as one `Signals`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from bowerbird.core import candidates
from bowerbird.core.candidates import Candidates, Column, Kind, Mask, Rows
from bowerbird.core.errors import BowerbirdError
from bowerbird.core.facts import F32, I32, NONE, U8
from bowerbird.core.ids import Ids
from bowerbird.core.signals import Catalog, Condition, Context, Histories, Links
from bowerbird.features.compute import EVERYTHING, SOURCE, Inputs, hydrate
from bowerbird.features.vectors import NO_VECTORS, Part, Vectors
from bowerbird.ranking.heads import HEADS, PRIORS
from bowerbird.ranking.passes import DEFAULT, PASSES
from bowerbird.version.overlay import Overlay
from bowerbird.version.version import Version
from bowerbird.world.signals import SIGNALS, WorldSignals
from bowerbird.world.world import World

NEIGHBOURS = "account_nn."
MEDIA_NEIGHBOURS = "media_nn."
CO_ENGAGED = "co_engaged."
GEOMETRY = "default"
"""The embedding whose geometry the features read."""


class Reading:
    """The `Signals` of a page. The caller holds the lock that keeps folds away meanwhile.

    Attributes:
        offset: every fact before it is in, none from it on.
        warnings: what was asked for and is not there yet, or failed; the page shows them.
    """

    def __init__(
        self,
        world: World,
        ids: Ids,
        version: Version | None,
        overlays: Mapping[str, Overlay],
    ) -> None:
        self.offset = world.offset
        self.ids = ids
        self.version = version
        self.warnings: list[str] = []
        self._world = world
        self._overlays = overlays
        self._signals = WorldSignals(world, ids)
        self._said: tuple[Rows, Mapping[str, F32]] = (np.empty(0, np.int32), {})

    @property
    def version_number(self) -> int:
        """The Version's number, 0 for none."""
        return self.version.number if self.version else 0

    def array(self, kind: Kind, name: str) -> NDArray[np.generic]:
        """See `Signals`."""
        return self._signals.array(kind, name)

    def compute(self, kind: Kind, name: str, rows: Rows, context: Context) -> Column:
        """See `Signals`."""
        return self._signals.compute(kind, name, rows, context)

    def sifts(self, kind: Kind, condition: Condition) -> bool:
        """See `Sifting`."""
        return self._signals.sifts(kind, condition)

    def sift(
        self, kind: Kind, conditions: Sequence[Condition], rows: Rows, context: Context
    ) -> Mask:
        """See `Sifting`."""
        return self._signals.sift(kind, conditions, rows, context)

    def histories(self) -> Histories:
        """See `Signals`."""
        return self._signals.histories()

    def listed(self, name: str) -> tuple[Rows, F32]:
        """See `Signals`."""
        return self._signals.listed(name)

    def links(self, name: str) -> tuple[Links, ...]:
        """See `Signals`: a Version's links, and those of the Overlay beside them."""
        if name.startswith(NEIGHBOURS):
            return self._neighbours(name.removeprefix(NEIGHBOURS))
        if name.startswith(CO_ENGAGED):
            found = self.version and self.version.co_engaged.get(name.removeprefix(CO_ENGAGED))
            return (found,) if found else ()
        if name.startswith(MEDIA_NEIGHBOURS):  # declared for programs; nothing learns them yet
            return ()
        return self._signals.links(name)

    def _neighbours(self, embedding: str) -> tuple[Links, ...]:
        found = self.version and self.version.neighbours.get(embedding)
        if not found:
            return ()
        overlay = self._overlays.get(embedding)
        return (found, overlay.links()) if overlay else (found,)

    def embedding(self, name: str) -> tuple[tuple[I32, F32], ...]:
        """See `Signals`: the vectors of a Version, and those of the Overlay beside them."""
        found = self.version and self.version.embeddings.get(name)
        if not found:
            return ()
        overlay = self._overlays.get(name)
        part = (found.index, found.vectors)
        return (part, overlay.vectors()) if overlay else (part,)

    def predict(self, model: str, rows: Candidates, context: Context) -> Mapping[str, F32]:
        """See `Signals`; where a model is missing or fails, the pass before decides.

        Its answers for the same rows are given again, or priors where there was none; either way
        the order that the rows come in stays, and `warnings` says so.
        """
        if rows.kind is not Kind.MEDIA:
            self.warnings.append(f"model `{model}` knows media, not {rows.kind}: priors stand in")
            return priors(len(rows))
        found = self.version.models.get(model) if self.version else None
        if found is None:
            return self._without(model, self._absence(model), rows.rows)
        try:
            answers = found.predict(self.inputs(rows, context, found.families))
        except BowerbirdError as error:
            return self._without(model, f"model `{model}` failed: {error.message}", rows.rows)
        self._said = rows.rows, answers
        return answers

    def _absence(self, model: str) -> str:
        why = self.version.failures.get(model) if self.version else None
        if why is None:
            return f"no model `{model}` has been published yet"
        return f"model `{model}` could not be loaded: {why}"

    def _without(self, model: str, why: str, rows: Rows) -> Mapping[str, F32]:
        """Return what the pass before said of `rows`, or priors."""
        known, answers = self._said
        order = np.argsort(known, kind="stable")
        at = np.searchsorted(known, rows, sorter=order)
        if len(known) and (at < len(known)).all() and (known[order[at]] == rows).all():
            self.warnings.append(f"{why}: the pass before decides")
            return {head: column[order[at]] for head, column in answers.items()}
        self.warnings.append(f"{why}: priors stand in")
        return priors(len(rows))

    def inputs(self, rows: Candidates, context: Context, wanted: U8 = EVERYTHING) -> Inputs:
        """Return what models read of media `rows`, of the families in `wanted` only."""
        tables, now = self._world.tables, context.now
        found = hydrate(tables, self.vectors(), context.user, rows.rows, now, wanted)
        source = rows.columns.get(candidates.SOURCE)
        if source is not None:
            found.sparse[:, SOURCE] = source
        return found

    def details(self, kind: Kind, row: int) -> bytes:
        """Return the JSON that came with the newest fact on a media or account, empty for none."""
        tables = self._world.tables
        table = tables.media if kind is Kind.MEDIA else tables.accounts
        start, length = int(table.details_at[row]), int(table.details_len[row])
        return tables.arenas.details[start : start + length].tobytes()

    def topics(self, media: int) -> list[int]:
        """Return the topic rows of a media."""
        topics = self._world.tables.media.topics[media]
        return [topic for topic in topics.tolist() if topic != NONE]

    def vectors(self) -> Vectors:
        """Return the account vectors of the Version and of its Overlay."""
        embedding = self.version.embeddings.get(GEOMETRY) if self.version else None
        overlay = self._overlays.get(GEOMETRY)
        if embedding is None or overlay is None or self.version is None:
            return NO_VECTORS
        parts = Part(embedding.index, embedding.vectors), Part(*overlay.vectors())
        return Vectors(parts, self.version.manifest.newest)


def priors(n: int) -> Mapping[str, F32]:
    """Return head -> [n] of the shares that hold where nothing was learned."""
    return {head: np.full(n, PRIORS[head], np.float32) for head in HEADS}


def catalog(embeddings: tuple[str, ...], models: tuple[str, ...]) -> Catalog:
    """Return the names programs may use: the three passes, and what an app declared."""
    return Catalog(SIGNALS, embeddings, dict.fromkeys((DEFAULT, *PASSES, *models), HEADS))
