"""The state pages read: World, Version and Overlays, kept at one journal offset."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from pathlib import Path

from bowerbird.app.lock import ReadWriteLock
from bowerbird.core.errors import BowerbirdError, WorldError
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
        frozen: the offset of the World that the next start would thaw.
        version: None until one was published.
        overlays: by embedding; each at the World's offset.
        patience: seconds that a model may take on a page.
    """

    world: World
    frozen: int = 0
    version: Version | None = None
    overlays: dict[str, Overlay] = field(default_factory=dict)
    patience: float = PATIENCE

    def take(self, batch: FactBatch, lock: ReadWriteLock, size: int = PIECE) -> None:
        """Fold the next facts in pieces of `size`, so that no page waits longer than one takes.

        What has to grow for them grows beside the pages. One thread at a time.
        """
        first = 0
        while first < len(batch):
            piece = batch.slice(first, min(first + size, len(batch)))
            self.world.prepare(piece)
            with lock.write():
                folded = self.world.fold_prepared(piece)
                for overlay in self.overlays.values() if folded else ():
                    overlay.fold(piece.slice(0, folded))
            first += folded

    def freeze(self, path: Path, after: int) -> None:
        """Write the World to `path` if `after` facts, and one at least, are new to it.

        Nobody may fold meanwhile; anybody may read.

        Raises:
            WorldError: the disk did not take it; what was frozen before stands.
        """
        if self.world.offset - self.frozen >= max(after, 1):
            self.world.freeze(path)
            self.frozen = self.world.offset

    def freeze_or_warn(self, path: Path) -> None:
        """Freeze as `freeze` does; where the disk does not take it, the next start folds more."""
        try:
            self.freeze(path, 1)
        except WorldError as error:
            logging.getLogger(__name__).warning("%s", error)

    def reading(self, ids: Ids) -> Reading:
        """Return what a page reads, as of now; hold the read lock while it is used."""
        return Reading(self.world, ids, self.version, self.overlays, self.patience)


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
