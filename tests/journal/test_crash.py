import random
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from bowerbird.journal.journal import Journal
from bowerbird.version.manifest import read_manifest, verify
from bowerbird.version.publish import folder_of, numbers, publish
from bowerbird.version.retain import retire
from bowerbird.world.world import World
from tests.journal.rows import NOW, event, whole

ROOT = Path(__file__).parents[2]
Host = Callable[[Path, float | int, str], str]


@pytest.fixture
def host() -> Iterator[Host]:
    """Lets a writer write to a folder and die; see `crash_host.py`."""
    program = [sys.executable, "-m", "tests.journal.crash_host"]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True, "bufsize": 1}
    with subprocess.Popen(program, cwd=ROOT, **pipes) as process:  # type: ignore[call-overload]  # keywords

        def die(folder: Path, moment: float | int, task: str) -> str:
            process.stdin.write(f"{folder} {moment} {task}\n")
            return str(process.stdout.readline().strip())

        yield die
        process.stdin.close()


def acknowledged_in(folder: Path) -> int:
    """Return how many facts a writer was told are durable; 0 where it died before the first."""
    notes = folder / "acknowledged"
    return int((["0", *notes.read_text().split()])[-1]) if notes.exists() else 0


def assert_whole(folder: Path) -> None:
    """The journal opens, has everything acknowledged, nothing twice, and takes more."""
    acknowledged = acknowledged_in(folder)
    with Journal.open(folder, seal_facts=60) as journal:
        end = journal.end
        assert end >= acknowledged
        if end:
            batch = whole(journal)
            assert (batch.start, batch.stop) == (0, end)
            assert [journal.ids.media.id(row) for row in batch.media] == [
                f"m{n}" for n in range(end)
            ]
        again = [event(n, ts=NOW, event_id=f"e{n}") for n in range(end + 1)]
        assert journal.append(again, now=NOW).duplicates == end
    # Closing waits for what is sealed in the background; before, a file may be half written.
    assert not list(folder.rglob("*.tmp"))


def test_a_writer_killed_at_any_moment_loses_nothing_it_acknowledged(
    tmp_path: Path, host: Host
) -> None:
    rng = random.Random(7)
    kills = 0
    while kills < 30 or acknowledged_in(tmp_path) < 200:  # a busy machine gets less done a life
        assert host(tmp_path, rng.uniform(0.005, 0.3), "few") == "killed"
        kills += 1
        assert_whole(tmp_path)
    assert len(list((tmp_path / "journal/segments").glob("*.parquet"))) > 0


@pytest.mark.slow
def test_two_hundred_killed_writers_lose_none_of_a_hundred_thousand_facts(
    tmp_path: Path, host: Host
) -> None:
    rng = random.Random(8)
    kills = 0
    while kills < 200 or acknowledged_in(tmp_path) < 100_000:
        assert host(tmp_path, rng.uniform(0.01, 0.6), "many") == "killed"
        kills += 1
        if kills % 20:
            with Journal.open(tmp_path, seal_facts=60) as journal:
                assert journal.end >= acknowledged_in(tmp_path)
        else:
            assert_whole(tmp_path)
    assert_whole(tmp_path)


def assert_every_step_is_safe(tmp_path: Path, host: Host, task: str, stride: int) -> int:
    """Die at each `stride`-th file operation of `task`; return how many were tried."""
    ends: list[str] = []
    while not ends or ends[-1] == "killed":
        folder = tmp_path / str(len(ends))
        folder.mkdir()
        ends.append(host(folder, 1 + stride * len(ends), task))
        assert_whole(folder)
    assert ends[-1] == "ended 0"
    return len(ends)


def assert_frozen(folder: Path, end: int) -> None:
    """What is frozen is the World before or after, folds on, and is frozen again."""
    with Journal.open(folder) as journal:
        world, anew = World.thaw(folder / "world"), World()
        assert end - 1 <= world.offset <= end
        for batch in journal.read(world.offset):
            world.fold(batch)
        for batch in journal.read():
            anew.fold(batch)
    assert world.digest() == anew.digest()
    world.freeze(folder / "world")
    assert World.thaw(folder / "world").offset == anew.offset
    assert [path.name for path in folder.glob("world*")] == ["world"]


def assert_published(folder: Path, fewest: int, most: int) -> None:
    """Each Version that shows is whole, and the next one is published beside them."""
    versions = folder / "versions"
    shown = numbers(versions)
    assert fewest <= len(shown) <= most
    for number in shown:
        verify(folder_of(versions, number), read_manifest(folder_of(versions, number)))
    told = publish(versions, Path.touch, offset=0, newest=0, config={}, metrics={}, now=0)
    assert told.number == max(shown) + 1
    assert retire(versions, 9) == ()
    assert sorted(path.name for path in versions.iterdir()) == [
        f"{number:06d}" for number in (*shown, told.number)
    ]


@pytest.mark.parametrize("stride", [13, pytest.param(1, marks=pytest.mark.slow)])
@pytest.mark.parametrize("task", ["freeze", "publish", "retire"])
def test_a_crash_while_freezing_or_publishing_leaves_before_or_after(
    tmp_path: Path, host: Host, task: str, stride: int
) -> None:
    tried = assert_every_step_is_safe(tmp_path, host, task, stride)
    assert tried > 12 / stride
    for number in range(tried):
        folder = tmp_path / str(number)
        match task:
            case "freeze":
                assert_frozen(folder, end=acknowledged_in(folder) + 1)
            case "publish":
                assert_published(folder, 1, 2)
            case "retire":
                assert_published(folder, 1, 3)


@pytest.mark.parametrize("task", ["seal", "merge", "load"])
def test_a_crash_at_one_of_its_steps_loses_nothing(tmp_path: Path, host: Host, task: str) -> None:
    assert assert_every_step_is_safe(tmp_path, host, task, 5) > 3


@pytest.mark.slow
@pytest.mark.parametrize(("task", "steps"), [("seal", 12), ("merge", 15), ("load", 30)])
def test_a_crash_between_any_two_steps_loses_nothing(
    tmp_path: Path, host: Host, task: str, steps: int
) -> None:
    # Each file is written, renamed and synced, and so is the manifest.
    assert assert_every_step_is_safe(tmp_path, host, task, 1) > steps
