"""Run every kernel of the request path once, on a made-up World of a few facts.

What compiles here, or comes from the disk cache, no request waits for: the fold, the Overlay, the
features, the World's signals and the operators. The real World is not touched.
"""

from __future__ import annotations

import signal
from contextlib import suppress
from functools import cache
from pathlib import Path

import numpy as np

from bowerbird.app.config import read_config
from bowerbird.app.opening import programs_of
from bowerbird.core.errors import BowerbirdError
from bowerbird.core.facts import NONE, UNKNOWN, Action, FactBatch, FactKind, Flag, MediaType
from bowerbird.core.ids import Ids
from bowerbird.features.compute import compute
from bowerbird.features.vectors import Part, Vectors
from bowerbird.ig2vec.config import EmbeddingConfig
from bowerbird.ig2vec.embedding import Embedding
from bowerbird.igql import warm as operators
from bowerbird.igql.program import Program
from bowerbird.journal.hashset import HashSet
from bowerbird.page.make import make_page
from bowerbird.page.reading import Reading
from bowerbird.page.request import Request
from bowerbird.version.overlay import Overlay
from bowerbird.world.checksum import checksum
from bowerbird.world.world import World

NOW = 1_000_000
ROWS = 3

NOBODY = Part(np.full(ROWS, NONE, np.int32), np.zeros((1, 2), np.float32))
"""Vectors, but of no account."""


def warm_folder(data: Path) -> None:
    """Compile what pages of the folder `data` need, as the work of a process of its own.

    The features first, which take longest, and which training wants before any page does. Ctrl-C is
    for the process that started it, and ends this one with it; a program that does not compile is
    told there, where it is to serve.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _features(World(), NOBODY)
    with suppress(BowerbirdError):
        config = read_config(data)
        programs, names = programs_of(data, config), config.programs
        warm_up(programs.named(names.page, data), programs.named(names.fallback, data))


@cache
def warm_up(program: Program, fallback: Program) -> None:
    """Make a page from nothing real, with the programs that will serve, once a process."""
    world = warm_opening()
    facts = made_up()
    overlay = Overlay(made_up_embedding(), np.zeros(ROWS, np.int32), 0)
    overlay.fold(facts)
    _features(world, Part(*overlay.vectors()))
    operators.warm()
    reading = Reading(world, made_up_ids(), None, {"default": overlay})
    make_page(Request("warm", "0", NOW, 0, program, fallback), reading)


def _features(world: World, late: Part) -> None:
    parts = NOBODY, late
    compute(world.tables, Vectors(parts), 0, np.arange(ROWS, dtype=np.int32), NOW)


@cache
def warm_opening() -> World:
    """Run the kernels that open a folder, once; with them loaded it opens mostly without the GIL.

    Returns:
        The World of the made-up facts, for reading.
    """
    known, hashes = HashSet(), np.ones((1, 2), np.uint64)
    known.add(hashes)
    known.find(hashes)
    checksum(hashes)
    made_up_ids().users.find("0")
    world = World()
    world.fold(made_up())
    return world


def made_up_ids() -> Ids:
    """Return as many ids as the made-up facts have rows."""
    ids = Ids()
    for table in (ids.users, ids.accounts, ids.media):
        table.add([str(row) for row in range(ROWS)])
    return ids


def made_up_embedding() -> Embedding:
    """Return vectors for the accounts but the first."""
    vectors = np.eye(2, dtype=np.float32)
    return Embedding(
        index=np.array([NONE, 0, 1], np.int32),
        accounts=np.array([1, 2], np.int32),
        vectors=vectors,
        out=vectors,
        counts=np.ones(2, np.int64),
        config=EmbeddingConfig(dim=2),
    )


def made_up() -> FactBatch:
    """Return media of three accounts, what three people did with them, and one exposure."""
    media = [(FactKind.MEDIA, NONE, row, row, MediaType.PHOTO) for row in range(ROWS)]
    events = [
        (FactKind.EVENT, user, NONE, row, action)
        for user in range(ROWS)
        for row in range(user + 1)
        for action in (Action.IMPRESSION, Action.VIEW, Action.LIKE, Action.SAVE, Action.UNSAVE)
    ]
    shown = [(FactKind.EXPOSURE, 0, NONE, NONE, UNKNOWN)]
    kind, user, account, row, code = (
        np.array(column) for column in zip(*media, *events, *shown, strict=True)
    )
    n = len(kind)
    bounds = np.zeros(n + 1, np.int64)
    return FactBatch(
        start=0,
        kind=kind.astype(np.uint8),
        ts=np.arange(n, dtype=np.int64) + NOW - n,
        user=user.astype(np.int32),
        account=account.astype(np.int32),
        media=row.astype(np.int32),
        code=code.astype(np.uint8),
        value=np.full(n, 6_000, np.float32),
        name=np.full(n, NONE, np.int32),
        flags=np.full(n, Flag.TIME_KNOWN, np.uint8),
        session=np.zeros(n, np.int64),
        request=np.zeros(n, np.int64),
        position=np.full(n, NONE, np.int16),
        surface=np.full(n, NONE, np.int16),
        expires=np.zeros(n, np.int64),
        items_at=bounds,
        items=np.zeros(0, np.int32),
        details_at=bounds,
        details=np.zeros(0, np.uint8),
    )
