"""Replay: make a journaled page again from its recipe, to the bit.

The journal is folded from the start to the offset the page read; the Version it names is loaded and
its Overlay folded to the same offset; the program is the very text the page ran.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from math import inf
from pathlib import Path

import msgspec

from bowerbird.core.errors import NotFound
from bowerbird.core.facts import FactKind
from bowerbird.core.ids import hash64
from bowerbird.core.page import Page, Recipe
from bowerbird.journal.journal import Journal
from bowerbird.page.make import Made, make_page
from bowerbird.page.programs import Programs
from bowerbird.page.reading import Reading
from bowerbird.page.request import Request
from bowerbird.version.overlay import Overlay, catch_up
from bowerbird.version.publish import folder_of
from bowerbird.version.version import Version, load, overlays_of
from bowerbird.world.world import World


@dataclass(frozen=True, slots=True)
class Exposure:
    """A page as the journal has it.

    Attributes:
        offset: of the exposure fact, at or after the one its page read.
    """

    offset: int
    request_id: str
    recipe: Recipe


class _Details(msgspec.Struct):
    request_id: str = ""
    recipe: Recipe | None = None


def exposures(journal: Journal, start: int = 0) -> Iterator[Exposure]:
    """Yield the exposures that carry a recipe, in journal order."""
    decoder = msgspec.json.Decoder(_Details)
    for batch in journal.read(start):
        for at in (batch.kind == FactKind.EXPOSURE).nonzero()[0].tolist():
            details = decoder.decode(batch.details_of(at) or b"{}")
            if details.recipe is not None:
                yield Exposure(batch.start + at, details.request_id, details.recipe)


def find_exposure(journal: Journal, request_id: str) -> Exposure:
    """Return the exposure of a page.

    Raises:
        NotFound: the journal has none of that name with a recipe.
    """
    wanted = hash64(request_id)
    for batch in journal.read():
        if not (batch.request == wanted).any():
            continue
        for exposure in exposures(journal, batch.start):
            if exposure.request_id == request_id:
                return exposure
    raise NotFound(f"no page {request_id!r} is in the journal", "only exposed pages are journaled")


class Replayer:
    """Stands at one journal offset after another, folding the journal once."""

    def __init__(
        self, journal: Journal, versions: Path, programs: Programs, world: World | None = None
    ) -> None:
        """`world` is where to go on from; the journal's start by default. It is folded on."""
        self._journal, self._versions, self._programs = journal, versions, programs
        self._world = World() if world is None else world
        self._loaded: dict[int, Version] = {}
        self._overlays: dict[int, dict[str, Overlay]] = {}

    @property
    def world(self) -> World:
        """The World where the replay stands."""
        return self._world

    def at(self, offset: int, version: int) -> Reading:
        """Return what a page read at `offset` with that Version (0 for none).

        Raises:
            NotFound: an earlier call went past the offset.
            VersionError: the Version is gone or damaged.
        """
        if offset < self._world.offset:
            raise NotFound(
                f"the replay stands at offset {self._world.offset}, asked for {offset}",
                "replay pages in the order of their offsets",
            )
        for batch in self._journal.read(self._world.offset, offset):
            self._world.fold(batch)
        overlays = self._overlays_at(version, offset) if version else {}
        known = self._world, self._journal.ids, self._loaded.get(version), overlays
        return Reading(*known, patience=inf)  # what was late then is told by the recipe

    def page(self, exposure: Exposure) -> Page:
        """Return the page again.

        Raises:
            NotFound: its program was not kept.
        """
        return self.made(exposure).page

    def made(self, exposure: Exposure) -> Made:
        """Return the page again, with the runs that made it; raises as `page` does."""
        request = self.request(exposure)
        return make_page(request, self.read(request, exposure.recipe))

    def read(self, request: Request, recipe: Recipe) -> Reading:
        """Return what the page of `request` read, before anything of it was run."""
        reading = self.at(recipe.offset, recipe.version)
        reading.begin(request.user_id, request.cursor, recipe.late)
        return reading

    def request(self, exposure: Exposure) -> Request:
        """Return the request of a page.

        Raises:
            NotFound: its program was not kept.
        """
        recipe = exposure.recipe
        return Request(
            request_id=exposure.request_id,
            user_id=recipe.user,
            now=recipe.now,
            seed=recipe.seed,
            program=self._programs.kept(recipe.program),
            fallback=self._programs.kept(recipe.fallback_program),
            size=recipe.size,
            params=recipe.params,
            cursor=recipe.cursor,
            late=recipe.late,
        )

    def _overlays_at(self, number: int, offset: int) -> Mapping[str, Overlay]:
        if number not in self._loaded:
            self._loaded[number] = load(folder_of(self._versions, number))
            self._overlays[number] = overlays_of(self._loaded[number])
        catch_up(self._overlays[number].values(), self._journal.read, offset)
        return self._overlays[number]


def differences(served: Recipe, again: Page) -> list[str]:
    """Return the fields of the recipe in which a replayed page differs."""
    return [
        name
        for name in ("slate", "fallback", "propensity", "features", "logged", "offset")
        if getattr(served, name) != getattr(again.recipe, name)
    ]
