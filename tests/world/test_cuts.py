from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from bowerbird.core.facts import FactBatch, FactKind
from bowerbird.world.growth import longer
from bowerbird.world.records import HISTORY
from bowerbird.world.tables import Tables
from bowerbird.world.world import World
from tests.world.stream import EVERY_KIND, batch, chance, event, folded, media

seeds = st.integers(0, 2**32 - 1)
cuts = st.lists(st.integers(0, 2_500), max_size=30)


def whole(facts: FactBatch) -> World:
    world = World()
    world.fold(facts)
    return world


@settings(max_examples=100)
@given(seeds, cuts)
def test_the_world_is_the_same_however_batches_are_cut(seed: int, cuts: list[int]) -> None:
    facts, world = chance(seed, 2_500, kinds=EVERY_KIND), World()

    for first, last in zip([0, *sorted(cuts)], [*sorted(cuts), len(facts)], strict=True):
        world.fold(facts.slice(first, last))

    assert world.offset == len(facts)
    assert world.digest() == whole(facts).digest()


def test_one_fact_at_a_time_gives_the_same_world() -> None:
    facts, world = chance(3, 1_200, kinds=EVERY_KIND), World()

    for piece in facts.cut(1):
        world.fold(piece)

    assert world.digest() == whole(facts).digest()


@settings(max_examples=20)
@given(seeds, st.integers(0, 2_000))
def test_a_thawed_world_folds_on_as_if_it_had_never_been_frozen(seed: int, cut: int) -> None:
    facts, world = chance(seed, 2_000, kinds=EVERY_KIND), World()
    world.fold(facts.slice(0, cut))
    with TemporaryDirectory() as folder:
        world.freeze(Path(folder) / "world")
        thawed = World.thaw(Path(folder) / "world")
    assert thawed.digest() == world.digest()

    thawed.fold(facts.slice(cut, len(facts)))

    assert thawed.digest() == whole(facts).digest()


def test_room_given_beforehand_changes_nothing() -> None:
    facts, world = chance(5, 2_500, kinds=EVERY_KIND, users=200), World()
    world._hold(
        world._store._replace(
            history=longer(world._store.history, HISTORY, 99_000),
            seen=np.full(77_000, -1, np.int32),
            details=np.zeros(55_000, np.uint8),
        )
    )

    world.fold(facts)

    assert len(world.tables.arenas.seen) == 77_000
    assert len(whole(facts).tables.arenas.seen) < 77_000
    assert world.digest() == whole(facts).digest()


def test_the_pool_of_trending_media_does_not_depend_on_cuts_either() -> None:
    facts = chance(9, 9_000, kinds=(FactKind.MEDIA, *[FactKind.EVENT] * 9), all=2_000)
    world = World()
    for piece in facts.cut(1_111):
        world.fold(piece)

    assert world.digest() == whole(facts).digest()


def test_details_are_packed_at_the_same_fact_however_batches_are_cut() -> None:
    text = b"x" * 90_000
    rows = [media(i % 3, 0, details=text + bytes([65 + i]) * (i * 50)) for i in range(60)]
    world = World()
    for piece in batch(rows).cut(7):
        world.fold(piece)

    assert world.digest() == folded(*rows).digest()
    assert len(world.tables.arenas.details) < 4_000_000
    for row in range(3):
        at, length = world.tables.media.details_at[row], world.tables.media.details_len[row]
        assert world.tables.arenas.details[at : at + length].tobytes() == rows[57 + row]["details"]


def test_different_facts_give_different_digests() -> None:
    assert folded(event(4, 1)).digest() != folded(event(4, 2)).digest()


@settings(max_examples=6)
@given(seeds, st.integers(150, 900))
def test_making_room_changes_nothing_that_somebody_reads(seed: int, size: int) -> None:
    facts, world = chance(seed, 2_500, kinds=EVERY_KIND, users=300), World()
    while world.offset < len(facts):
        piece = facts.slice(world.offset, min(world.offset + size, len(facts)))
        pages, before = world.tables, frozen_in_time(world)
        world.prepare(piece)
        for name, column in columns_of(pages).items():
            assert np.array_equal(column, before[name], equal_nan=column.dtype.kind == "f"), name
        world.fold_prepared(piece)

    assert world.digest() == whole(facts).digest()


def columns_of(tables: Tables) -> dict[str, NDArray[Any]]:
    groups = (tables.media, tables.accounts, tables.users, tables.arenas, tables.pairs)
    return {f"{type(g).__name__}.{n}": c for g in groups for n, c in g._asdict().items()}


def frozen_in_time(world: World) -> dict[str, NDArray[Any]]:
    return {name: column.copy() for name, column in columns_of(world.tables).items()}
