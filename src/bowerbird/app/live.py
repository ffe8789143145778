"""The state pages read: World, Version and Overlays, kept at one journal offset."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from pathlib import Path

from bowerbird.core.errors import BowerbirdError
from bowerbird.core.facts import FactBatch
from bowerbird.core.ids import Ids
from bowerbird.page.reading import Reading
from bowerbird.ranking.session import PATIENCE
from bowerbird.version.overlay import Overlay
from bowerbird.version.publish import folder_of, numbers
from bowerbird.version.version import Version, load
from bowerbird.world.world import World

PIECE = 1_000
"""Facts folded at a time while pages wait: about a millisecond."""


@dataclass(slots=True)
class Live:
    """What is true now, and what the current Version says of it.

    Attributes:
        world: at `world.offset`.
        version: None until one was published.
        overlays: by embedding; each at the World's offset.
        patience: seconds that a model may take on a page.
    """

    world: World
    version: Version | None = None
    overlays: dict[str, Overlay] = field(default_factory=dict)
    patience: float = PATIENCE

    def fold(self, batch: FactBatch) -> None:
        """Take in the next facts."""
        self.world.fold(batch)
        for overlay in self.overlays.values():
            overlay.fold(batch)

    def reading(self, ids: Ids) -> Reading:
        """Return what a page reads, as of now; hold the read lock while it is used."""
        return Reading(self.world, ids, self.version, self.overlays, self.patience)


def open_world(frozen: Path) -> tuple[World, str]:
    """Return the World frozen at `frozen`, or an empty one, and what went wrong, if anything did.

    A World is a fold of the journal, so one that cannot be thawed costs time and nothing else.
    """
    if not frozen.exists():
        return World(), ""
    try:
        return World.thaw(frozen), ""
    except BowerbirdError as error:
        logging.getLogger(__name__).warning("folding from the start: %s", error)
        return World(), str(error)


def newest_version(versions: Path, than: int) -> tuple[Version | None, str]:
    """Return the newest Version above `than` that loads, and what kept newer ones out.

    A damaged Version, or one of another format, is passed over: the one before it still serves.
    """
    failures: list[str] = []
    for number in reversed(numbers(versions)):
        if number <= than:
            break
        try:
            return load(folder_of(versions, number)), "; ".join(failures)
        except BowerbirdError as error:
            failures.append(f"Version {number} cannot be loaded: {error.message}")
    return None, "; ".join(failures)
