from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from bowerbird.core.errors import WorldDamaged, WorldError
from bowerbird.world.frozen import GROWING
from bowerbird.world.world import World
from tests.world.stream import EVERY_KIND, batch, chance, event, folded


@pytest.fixture(scope="module")
def world() -> World:
    world = World()
    world.fold(chance(4, 1_500, kinds=EVERY_KIND))
    return world


def test_an_empty_world_freezes_and_thaws(tmp_path: Path) -> None:
    World().freeze(tmp_path / "deep" / "world")

    thawed = World.thaw(tmp_path / "deep" / "world")

    assert (thawed.offset, thawed.newest) == (0, 0)
    assert folded(event(4, 1), world=thawed).digest() == folded(event(4, 1)).digest()


def test_freezing_replaces_what_was_frozen_before_and_leaves_nothing_else(
    tmp_path: Path, world: World
) -> None:
    folder = tmp_path / "world"
    (tmp_path / "world.writing").mkdir()  # of a process that died
    World().freeze(folder)
    world.freeze(folder)

    assert World.thaw(folder).digest() == world.digest()
    assert [path.name for path in tmp_path.iterdir()] == ["world"]


def test_freezing_changes_nothing_and_says_the_offset(tmp_path: Path, world: World) -> None:
    before = world.digest()
    world.freeze(tmp_path / "world")

    assert world.digest() == before
    assert World.thaw(tmp_path / "world").offset == world.offset == 1_500
    assert World.thaw(tmp_path / "world").newest == world.newest


@pytest.mark.parametrize("name", ["media.npy", "ledger.npy", "manifest.json"])
def test_a_missing_part_is_named(tmp_path: Path, world: World, name: str) -> None:
    world.freeze(tmp_path / "world")
    (tmp_path / "world" / name).unlink()

    with pytest.raises(WorldDamaged, match=name):
        World.thaw(tmp_path / "world")


@pytest.mark.parametrize("name", ["users.npy", "seen.npy", "pairs.npy"])
def test_one_byte_changed_is_found(tmp_path: Path, world: World, name: str) -> None:
    world.freeze(tmp_path / "world")
    path = tmp_path / "world" / name
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)

    with pytest.raises(WorldDamaged, match=name):
        World.thaw(tmp_path / "world")


def test_a_file_cut_short_is_found(tmp_path: Path, world: World) -> None:
    world.freeze(tmp_path / "world")
    path = tmp_path / "world" / "history.npy"
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 2])

    with pytest.raises(WorldDamaged, match=r"history\.npy"):
        World.thaw(tmp_path / "world")


def test_facts_after_a_thaw_find_room_with_nothing_in_it(tmp_path: Path, world: World) -> None:
    world.freeze(tmp_path / "world")
    for name in GROWING:
        path = tmp_path / "world" / f"{name}.npy"
        with path.open("r+b") as file:
            np.load(file)  # as far as anything is meant
            room = path.stat().st_size - file.tell()
            file.seek(file.tell())
            file.write(b"x" * room)

    thawed = World.thaw(tmp_path / "world")
    history = thawed.tables.arenas.history_ts
    more = replace(chance(5, 20, kinds=EVERY_KIND), start=world.offset)
    thawed.fold(more)

    assert np.shares_memory(thawed.tables.arenas.history_ts, history)
    again = World()
    again.fold(chance(4, 1_500, kinds=EVERY_KIND))
    again.fold(more)
    assert thawed.digest() == again.digest()


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [('"format": 3', '"format": 9', "format 9"), ('"users"', '"losers"', "lacks users")],
)
def test_a_manifest_of_another_program_is_refused(
    tmp_path: Path, world: World, old: str, new: str, says: str
) -> None:
    world.freeze(tmp_path / "world")
    path = tmp_path / "world" / "manifest.json"
    path.write_text(path.read_text().replace(old, new))

    with pytest.raises(WorldDamaged, match=says):
        World.thaw(tmp_path / "world")


def test_nothing_frozen_there_is_an_error_with_advice(tmp_path: Path) -> None:
    with pytest.raises(WorldDamaged) as caught:
        World.thaw(tmp_path / "nowhere")

    assert "folded anew" in caught.value.help


def test_facts_must_follow_on_what_is_folded() -> None:
    world = folded(event(4, 1))
    before = world.digest()

    with pytest.raises(WorldError, match="start at offset 5, the World goes on at 1"):
        world.fold(batch([event(4, 1)], start=5))

    assert world.digest() == before
