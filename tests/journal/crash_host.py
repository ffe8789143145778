"""Forks writers and kills them; run as a program, so that forks are quick and clean.

Each line of the standard input is `folder life task` or `folder die_at task`: a writer appends
facts to the journal there, fact n always being of media `m<n>`, and notes the end of every
acknowledged append in `folder/acknowledged`. It is killed after `life` seconds (a number with a
point); or it does the `task` (of `TASKS`) and kills itself at that many of the file operations
this takes. The answer is how it went.
"""

import os
import signal
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb  # noqa: F401  # before the fork, so that no writer spends its short life on it
import numpy as np

from bowerbird.core.ids import IdTable
from bowerbird.journal import bulk
from bowerbird.journal.hashset import HashSet, filter_of, mark, sorted_hashes
from bowerbird.journal.journal import Journal
from bowerbird.journal.validate import check
from bowerbird.version.publish import publish
from bowerbird.version.retain import retire
from bowerbird.world.world import World
from tests.journal.rows import NOW, event
from tests.world.stream import EVERY_KIND, chance

OPERATIONS = {"open", "os.mkdir", "os.rename", "os.remove", "os.rmdir"}
SIZES = (1, 2, 5, 17)


def write(folder: Path, until: int | None, times: int = 1) -> Journal:
    journal = Journal.open(folder, seal_facts=60 * times)
    notes = os.open(folder / "acknowledged", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    while until is None or journal.end < until:
        end = journal.end
        numbers = range(end, end + times * SIZES[end % len(SIZES)])
        journal.append([event(n, ts=NOW, event_id=f"e{n}") for n in numbers], now=NOW)
        os.write(notes, f"{journal.end}\n".encode())
    return journal


def unmerged(_: Path, journal: Journal) -> None:
    for __ in range(5):
        journal.seal()
        journal.append(
            [event(n, event_id=f"e{n}") for n in range(journal.end, journal.end + 3)], now=NOW
        )


def freeze(folder: Path, journal: Journal) -> None:
    """Freeze all that happened, and one thing more."""
    journal.append([event(journal.end, event_id=f"e{journal.end}")], now=NOW)
    world = World()
    for batch in journal.read():
        world.fold(batch)
    world.freeze(folder / "world")


def artefacts(folder: Path) -> None:
    (folder / "inner").mkdir()
    for name in ("a", "b"):
        (folder / "inner" / name).write_text(name)


def publish_one(folder: Path, _: Journal) -> None:
    publish(folder / "versions", artefacts, offset=0, newest=0, config={}, metrics={}, now=0)


def three_versions(folder: Path, journal: Journal) -> None:
    for _ in range(3):
        publish_one(folder, journal)


def retire_two(folder: Path, _: Journal) -> None:
    retire(folder / "versions", 1)


def seal(_: Path, journal: Journal) -> None:
    journal.seal()


def merge(_: Path, journal: Journal) -> None:
    journal.merge(at_least=2)


def load(folder: Path, journal: Journal) -> None:
    """Take 50 facts straight into segments of 25."""
    notes = os.open(folder / "acknowledged", os.O_WRONLY | os.O_APPEND)
    rows = [event(n, ts=NOW, event_id=f"e{n}") for n in range(journal.end, journal.end + 50)]
    with journal.bulk(lambda batch: note(notes, batch.stop)) as taking:
        for at in range(0, 50, 25):
            taking.add(check(rows[at : at + 25], now=NOW, untimed=NOW).draft)


def note(notes: int, end: int) -> None:
    os.write(notes, f"{end}\n".encode())


def nothing(_: Path, __: Journal) -> None: ...


TASKS = {
    "seal": (nothing, seal),
    "merge": (unmerged, merge),
    "load": (nothing, load),
    "freeze": (freeze, freeze),
    "publish": (publish_one, publish_one),
    "retire": (three_versions, retire_two),
}
"""Each after what comes before it, in which nobody dies."""


def do_and_die(folder: Path, task: str, die_at: int) -> None:
    journal = write(folder, 40)
    before, do = TASKS[task]
    before(folder, journal)
    notes = os.open(folder / "acknowledged", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    note(notes, journal.end)
    count = 0

    def watch(name: str, _: object) -> None:
        nonlocal count
        if name in OPERATIONS:
            count += 1
            if count == die_at:
                os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(watch)
    do(folder, journal)


def run(folder: Path, moment: str, task: str) -> None:
    if "." in moment:
        write(folder, None, 1 if task == "few" else 40)
    do_and_die(folder, task, int(moment))


def warm() -> None:
    """Load every kernel before the forks, but no thread of DuckDB: it would not survive."""
    bulk.IN_SEGMENT = 25
    hashes, found = np.ones((3, 2), np.uint64), np.zeros(3, np.bool_)
    known = HashSet()
    known.add(hashes)
    known.find(hashes)
    ids = IdTable(["u"])
    ids.add(["v", None])
    ids.find("u")
    ids.cut(1)
    laid = sorted_hashes(hashes)
    mark(filter_of(laid), laid, hashes, found)
    read_only = laid[:]
    read_only.flags.writeable = False
    mark(filter_of(laid), read_only, hashes, found)


def warm_world() -> None:
    """Load the kernels of the World too."""
    world = World()
    world.fold(chance(4, 50, kinds=EVERY_KIND))
    with TemporaryDirectory() as folder:
        world.freeze(Path(folder) / "world")


if __name__ == "__main__":
    warm()
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGCHLD})
    for line in sys.stdin:
        folder, moment, task = line.split()
        if task == "freeze" and moment == "1":
            warm_world()
        child = os.fork()
        if not child:
            run(Path(folder), moment, task)
            os._exit(0)
        if "." in moment:
            signal.sigtimedwait({signal.SIGCHLD}, float(moment))
            os.kill(child, signal.SIGKILL)
        _, status = os.waitpid(child, 0)
        signal.sigtimedwait({signal.SIGCHLD}, 0)  # the one of this child, if it still waits
        sys.stdout.write("killed\n" if os.WIFSIGNALED(status) else f"ended {status}\n")
        sys.stdout.flush()
