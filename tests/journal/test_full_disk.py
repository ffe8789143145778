"""A disk that is full, or may not be written to: a tmpfs, which root can mount."""

import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from bowerbird.core.errors import JournalError, VersionError, WorldError
from bowerbird.journal.doctor import diagnose
from bowerbird.journal.journal import Journal
from bowerbird.journal.validate import check
from bowerbird.version.manifest import read_manifest, verify
from bowerbird.version.publish import folder_of, numbers, publish
from bowerbird.world.world import World
from tests.journal.rows import NOW, Row, event, whole
from tests.world.stream import EVERY_KIND, chance

LEFT = (0, 4_096, 16_384, 32_768, 65_536, 131_072)
"""Bytes that are left when something is tried."""


def mount(*words: str) -> int:
    return subprocess.run(["mount", *words], capture_output=True, check=False).returncode


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 4 MB."""
    if os.geteuid() != 0 or mount("-t", "tmpfs", "-o", "size=4m", "tmpfs", str(tmp_path)):
        pytest.skip("only root, where it may mount, can make a small disk")
    yield tmp_path
    subprocess.run(["umount", "--lazy", tmp_path], check=True)  # hashes may still be mapped


def numbered(first: int, last: int) -> list[Row]:
    return [event(n, ts=NOW, event_id=f"e{n}") for n in range(first, last)]


def fill(disk: Path, left: int) -> Path:
    """Leave `left` bytes; return the file that takes the others."""
    ballast, room = disk / "ballast", os.statvfs(disk)
    with ballast.open("wb") as file:
        file.write(bytes(max(room.f_bavail * room.f_frsize - left, 0)))
    return ballast


def append(journal: Journal) -> None:
    journal.append(numbered(journal.end, journal.end + 400), now=NOW)


def seal(journal: Journal) -> None:
    journal.seal()


def merge(journal: Journal) -> None:
    journal.merge(at_least=2)


def load(journal: Journal) -> None:
    rows = numbered(journal.end, journal.end + 400)
    with journal.bulk() as bulk:
        bulk.add(check(rows, now=NOW, untimed=NOW).draft)


def helped(do: Callable[[Journal], None], journal: Journal) -> str:
    """Return what the error says to do; empty when there is none."""
    try:
        do(journal)
    except JournalError as error:
        return error.help or "nothing"
    return ""


def assert_whole(journal: Journal, at_least: int) -> None:
    """Everything acknowledged is there, once and in order."""
    assert journal.end >= at_least
    rows = whole(journal).media.tolist()
    assert [journal.ids.media.id(row) for row in rows] == [f"m{n}" for n in range(journal.end)]


@pytest.mark.parametrize("do", [append, seal, merge, load])
def test_a_full_disk_loses_nothing_and_is_over_when_there_is_room(
    disk: Path, do: Callable[[Journal], None]
) -> None:
    failures = 0
    for left in LEFT:
        folder = disk / f"left-{left}"
        with Journal.open(folder) as journal:
            for first in range(0, 90, 30):
                journal.append(numbered(first, first + 30), now=NOW)
                if first < 60:
                    journal.seal()
            ballast = fill(disk, left)
            failures += "room" in helped(do, journal)
            assert_whole(journal, 90)
            end = journal.end
            ballast.unlink()
            do(journal)
            assert_whole(journal, end)
            end = journal.end
        with Journal.open(folder) as journal:
            assert_whole(journal, end)
            assert journal.append(numbered(0, end), now=NOW).duplicates == end
        assert diagnose(folder).findings == ()
    assert failures > 0


def artefacts(folder: Path) -> None:
    (folder / "vectors").write_bytes(bytes(50_000))


def publish_one(versions: Path) -> None:
    publish(versions, artefacts, offset=0, newest=0, config={}, metrics={}, now=0)


def tried(do: Callable[[], None]) -> bool:
    """Return whether it was done; what could not be done says what to do."""
    told = ""
    try:
        do()
    except (WorldError, VersionError) as error:
        told = error.help or "nothing"
    assert not told or "room" in told
    return not told


def test_a_full_disk_keeps_what_was_frozen_and_published(disk: Path) -> None:
    before, after = World(), World()
    before.fold(chance(4, 500, kinds=EVERY_KIND))
    after.fold(chance(4, 1_500, kinds=EVERY_KIND))
    frozen, versions, refused = disk / "world", disk / "versions", 0
    for left in LEFT:
        before.freeze(frozen)
        publish_one(versions)
        published, ballast = numbers(versions), fill(disk, left)
        done = tried(lambda: after.freeze(frozen))
        assert World.thaw(frozen).digest() == (after if done else before).digest()
        more = tried(lambda: publish_one(versions))
        refused += (not done) + (not more)
        assert numbers(versions)[: len(published)] == published
        assert len(numbers(versions)) == len(published) + more
        for number in numbers(versions):
            verify(folder_of(versions, number), read_manifest(folder_of(versions, number)))
        assert {path.name for path in disk.iterdir()} == {"world", "versions", "ballast"}
        assert not (versions / ".staging").exists()  # nothing by half takes the room
        ballast.unlink()
        after.freeze(frozen)
        assert World.thaw(frozen).digest() == after.digest()
    assert refused > 3


def test_a_read_only_disk_serves_what_was_frozen_and_published(disk: Path) -> None:
    world = World()
    world.fold(chance(4, 500, kinds=EVERY_KIND))
    world.freeze(disk / "world")
    publish_one(disk / "versions")
    assert mount("-o", "remount,ro", str(disk)) == 0
    assert not tried(lambda: world.freeze(disk / "world"))
    assert not tried(lambda: publish_one(disk / "versions"))
    assert World.thaw(disk / "world").digest() == world.digest()
    assert numbers(disk / "versions") == (1,)


def test_a_read_only_disk_is_told_and_can_be_read(disk: Path) -> None:
    with Journal.open(disk) as journal:
        journal.append(numbered(0, 30), now=NOW)
        journal.seal()
        journal.append(numbered(30, 50), now=NOW)
    assert mount("-o", "remount,ro", str(disk)) == 0
    with pytest.raises(JournalError, match="cannot write to"):
        Journal.open(disk)
    with Journal.open(disk, mode="read") as journal:
        assert_whole(journal, 50)
    assert mount("-o", "remount,rw", str(disk)) == 0
    with Journal.open(disk) as journal:
        assert journal.append(numbered(50, 60), now=NOW).accepted == 10
