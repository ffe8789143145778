"""Opening a data folder: the journal, and beside it the World of its past."""

from __future__ import annotations

import logging
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Literal

from bowerbird.app.config import Config
from bowerbird.core.errors import BowerbirdError
from bowerbird.journal.journal import Journal
from bowerbird.page.programs import Programs
from bowerbird.page.reading import catalog
from bowerbird.world.frozen import standing
from bowerbird.world.world import World


def open_folder(
    path: Path, config: Config, mode: Literal["write", "read"]
) -> tuple[Journal, World, str]:
    """Return the journal, the World that was frozen, and what went wrong with that, if anything.

    Raises:
        JournalLocked: another process writes to it and `mode` is "write".
        JournalDamaged: a part of the journal is not what its manifest says.
    """
    with ThreadPoolExecutor(1) as beside:
        thawing = beside.submit(thawed, path / "world")
        journal = Journal.open(path, mode=mode, seal_facts=config.seal_facts, clock=config.clock)
        world, failure = within(*thawing.result(), journal.end)
    if failure:  # maybe who held the lock just before us was freezing it
        world, failure = open_world(path / "world", journal.end)
    return journal, world, failure


def programs_of(path: Path, config: Config) -> Programs:
    """Return the programs of a data folder, none of them compiled yet."""
    return Programs(path / "programs", catalog(config.neighbourhoods(), config.models))


def open_world(frozen: Path, end: int) -> tuple[World, str]:
    """Return what `thawed` does, of a journal that ends at `end`.

    A World ahead of it is one whose journal was replaced under it, and is folded anew as well.
    """
    return within(*thawed(frozen), end)


def within(world: World, failure: str, end: int) -> tuple[World, str]:
    """Return what `thawed` returned, or an empty World in place of one ahead of `end`."""
    if world.offset > end:
        return World(), "it is ahead of the journal"
    return world, failure


def thawed(frozen: Path) -> tuple[World, str]:
    """Return the World frozen at `frozen`, or an empty one, and what went wrong, if anything did.

    A World is a fold of the journal, so one that cannot be thawed costs time and nothing else.
    """
    if not standing(frozen).exists():
        return World(), ""
    try:
        return World.thaw(frozen), ""
    except BowerbirdError as error:
        logging.getLogger(__name__).warning("folding from the start: %s", error)
        return World(), str(error)
