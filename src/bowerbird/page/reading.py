"""What a program reads at one journal offset: World, Overlay and Version as one `Signals`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bowerbird.core import candidates
from bowerbird.core.candidates import Candidates, Column, Kind, Mask, Rows
from bowerbird.core.errors import BowerbirdError, ModelLate
from bowerbird.core.facts import F32, I32, NONE, U8
from bowerbird.core.ids import Ids
from bowerbird.core.signals import AGO, Catalog, Condition, Context, Histories, Links
from bowerbird.features.compute import (
    EVERYTHING,
    SOURCE,
    Inputs,
    fill_in,
    hydrate,
)
from bowerbird.features.vectors import NO_VECTORS, Part, Vectors
from bowerbird.page.cursor import read_cursor
from bowerbird.page.known import among, last_times, places, whereabouts
from bowerbird.page.leads import seeds_of
from bowerbird.ranking.heads import HEADS, PRIORS
from bowerbird.ranking.passes import DEFAULT, PASSES
from bowerbird.ranking.session import PATIENCE
from bowerbird.version.overlay import Overlay
from bowerbird.version.version import Version
from bowerbird.world.signals import SIGNALS, WorldSignals
from bowerbird.world.world import World

NEIGHBOURS = "account_nn."
MEDIA_NEIGHBOURS = "media_nn."
CAPTIONS = "captions"
"""The only neighbours of media there are: by what is written of them."""
CO_ENGAGED = "co_engaged."
GEOMETRY = "default"
"""The embedding whose geometry the features read."""

SEEN = "seen"


@dataclass(frozen=True, slots=True)
class Met:
    """What the last pass read.

    Attributes:
        rows: [n] media.
        context: whose page.
        columns: [F + S] uint8, 1 for those worked out.
        inputs: of the rows.
    """

    rows: Rows
    context: Context
    columns: U8
    inputs: Inputs


class Reading:
    """The `Signals` of a page. The caller holds the lock that keeps folds away meanwhile.

    Attributes:
        offset: every fact before it is in, none from it on.
        warnings: what was asked for and is not there yet, or failed; the page shows them.
        before: media [n], ascending, that the pages before this one showed; they count as seen.
        late: models that took longer than `patience`, or that `begin` was told to do without.
        patience: seconds that a model may take.
    """

    def __init__(
        self,
        world: World,
        ids: Ids,
        version: Version | None,
        overlays: Mapping[str, Overlay],
        patience: float = PATIENCE,
    ) -> None:
        self.offset = world.offset
        self.ids = ids
        self.version = version
        self.warnings: list[str] = []
        self.before: Rows = np.empty(0, np.int32)
        self.late: list[str] = []
        self.patience = patience
        self._world = world
        self._overlays = overlays
        self._signals = WorldSignals(world, ids)
        self._said: tuple[Rows, Mapping[str, F32]] = (np.empty(0, np.int32), {})
        self._met: Met | None = None
        self._vectors: Vectors | None = None

    def begin(self, user: str, cursor: str, late: Sequence[str]) -> None:
        """Stand before a page of `user`, behind the pages of `cursor`, without the models `late`.

        Raises:
            InputError: the cursor is not one that a page of this person gave.
        """
        self.before, self.late = read_cursor(cursor, user), list(late)

    @property
    def version_number(self) -> int:
        """The Version's number, 0 for none."""
        return self.version.number if self.version else 0

    def array(self, kind: Kind, name: str) -> NDArray[np.generic]:
        """See `Signals`."""
        return self._signals.array(kind, name)

    def compute(self, kind: Kind, name: str, rows: Rows, context: Context) -> Column:
        """See `Signals`; what the pages before this one showed is seen."""
        found = self._signals.compute(kind, name, rows, context)
        if name == SEEN and kind is Kind.MEDIA and len(self.before):
            return found | among(self.before, rows)
        return found

    def sifts(self, kind: Kind, condition: Condition) -> bool:
        """See `Sifting`."""
        return self._signals.sifts(kind, condition)

    def sift(
        self, kind: Kind, conditions: Sequence[Condition], rows: Rows, context: Context
    ) -> Mask:
        """See `Sifting`."""
        seen = [asked for asked in conditions if asked.name == SEEN] if len(self.before) else []
        if not seen:
            return self._signals.sift(kind, conditions, rows, context)
        others = [asked for asked in conditions if asked.name != SEEN]
        found = self._signals.sift(kind, others, rows, context)
        known = self.compute(kind, SEEN, rows, context)
        for asked in seen:
            found &= known == bool(asked.value)
        return found

    def shown(self, context: Context) -> Candidates:
        """See `Remembering`: the last pages as journaled, and those that the cursor tells of."""
        rows, ago = self._pages(context.user)
        told = self.before[~among(np.sort(rows), self.before)]
        rows, ago = np.concatenate([told, rows]), np.concatenate([np.zeros_like(told), ago])
        owners = self.compute(Kind.MEDIA, "account_id", rows, context)
        seeds = seeds_of(owners, self, context)
        return Candidates(Kind.MEDIA, rows, {candidates.SEED: seeds, AGO: ago})

    def _pages(self, user: int) -> tuple[Rows, Rows]:
        """Return the media of the person's last pages, each once, and how many pages ago."""
        users = self._world.tables.users
        if not 0 <= user < self._world.tables.sizes.users:
            return np.empty(0, np.int32), np.empty(0, np.int32)
        rows, ago = users.shown[user], users.pages[user] - users.shown_page[user]
        first = last_times(rows)
        return rows[first], ago[first].astype(np.int32)

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
        if name.startswith(MEDIA_NEIGHBOURS):
            asked = name.removeprefix(MEDIA_NEIGHBOURS) == CAPTIONS
            near = self.version.co_engaged.get("media_captions") if self.version and asked else None
            return (near,) if near else ()
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
            if model in self.late:
                raise ModelLate("it was late")
            inputs = self.inputs(rows, context, found.hydrates)
            answers = found.predict(inputs, self.patience)
        except ModelLate as error:
            self.late += [model] if model not in self.late else []
            return self._without(model, f"model `{model}` was skipped: {error.message}", rows.rows)
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
        at = places(known, rows) if len(known) else None
        if at is not None:
            self.warnings.append(f"{why}: the pass before decides")
            return {head: column[at] for head, column in answers.items()}
        self.warnings.append(f"{why}: priors stand in")
        return priors(len(rows))

    def inputs(self, rows: Candidates, context: Context, wanted: U8 = EVERYTHING) -> Inputs:
        """Return what models read of media `rows`, of the columns in `wanted` only.

        What the pass before worked out for these rows among others is taken over; the bits are the
        same, since a row's values do not depend on the rows beside it.
        """
        found = self._taken_over(rows.rows, context, wanted)
        if found is None:
            known = self._world.held, self.vectors(), context.user, rows.rows, context.now
            found = hydrate(*known, wanted)
            self._met = Met(rows.rows, context, wanted, found)
        source = rows.columns.get(candidates.SOURCE)
        found.sparse[:, SOURCE] = NONE if source is None else source
        return found

    def _taken_over(self, rows: Rows, context: Context, wanted: U8) -> Inputs | None:
        """Return what is known of `rows` from the pass before, completed; None for other rows."""
        met = self._met
        if met is None or met.context != context or not len(met.rows):
            return None
        at = whereabouts(met.rows, rows)
        new = np.flatnonzero(at == NONE)
        if 2 * len(new) > len(rows):
            return None
        known = self._world.held, self.vectors(), context.user
        dense = met.inputs.dense.take(at, axis=0, mode="clip")
        sparse = met.inputs.sparse.take(at, axis=0, mode="clip")
        found = Inputs(dense, sparse, met.inputs.recent)
        columns = met.columns | wanted
        missing = columns ^ met.columns
        if missing.any():
            fill_in(found, *known, rows, context.now, missing)
        if len(new):
            others = hydrate(*known, rows[new], context.now, columns)
            dense[new], sparse[new] = others.dense, others.sparse
        self._met = Met(rows, context, columns, found)
        return found

    def details(self, kind: Kind, rows: Rows) -> list[bytes]:
        """Return the JSON that came with the newest fact on each of `rows`, empty for none."""
        tables = self._world.tables
        table = tables.media if kind is Kind.MEDIA else tables.accounts
        arena = tables.arenas.details
        starts, lengths = table.details_at[rows].tolist(), table.details_len[rows].tolist()
        pairs = zip(starts, lengths, strict=True)
        return [arena[start : start + length].tobytes() for start, length in pairs]

    def topics(self, media: Rows) -> list[list[int]]:
        """Return the topic rows of each media, NONE after the last."""
        found: list[list[int]] = self._world.tables.media.topics[media].tolist()
        return found

    def vectors(self) -> Vectors:
        """Return the account vectors of the Version and of its Overlay."""
        if self._vectors is None:
            self._vectors = self._of_both()
        return self._vectors

    def _of_both(self) -> Vectors:
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
