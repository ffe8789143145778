"""Two programs over the same requests of the past."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from msgspec import Struct

from bowerbird.app.config import Config, read_config
from bowerbird.core.errors import NotFound
from bowerbird.evaluation.asked import Asked, asked_after
from bowerbird.evaluation.compare import Arm, Difference, differences_of, judge
from bowerbird.evaluation.replay import Replayer
from bowerbird.igql.program import Program
from bowerbird.journal.journal import Journal
from bowerbird.page.programs import Programs
from bowerbird.page.reading import catalog
from bowerbird.version.manifest import Manifest, read_manifest
from bowerbird.version.publish import folder_of, numbers

Tell = Callable[[float], None]
HOUR_MS = 3_600_000


@dataclass(frozen=True, slots=True)
class Stage:
    """Where programs are compared.

    Attributes:
        journal: open for reading.
        learned: the manifest of the Version that all read.
        programs: compiled here.
        fallback: fills what a program leaves empty.
        asked: the requests, by offset.
    """

    path: Path
    journal: Journal
    learned: Manifest
    programs: Programs
    fallback: Program
    asked: Sequence[Asked]

    def replayer(self) -> Replayer:
        """Return one that stands at the start."""
        return Replayer(self.journal, self.path / "versions", self.programs)

    def program(self, name: str) -> Program:
        """Return a preset, or the program in a file (from here, or from the data folder)."""
        file = Path(name)
        return self.programs.named(str(file.absolute()) if file.is_file() else name, self.path)


class Compared(Struct, frozen=True):
    """What `evaluate` answers.

    Attributes:
        version: that all pages read.
        requests: replayed, each of another person.
        differences: one a figure.
    """

    version: int
    requests: int
    differences: tuple[Difference, ...]


@contextmanager
def stage(
    path: Path, *, requests: int, hours: float, version: int | None, seed: int
) -> Iterator[Stage]:
    """Open the journal and choose requests that the Version knew nothing of.

    Args:
        path: the data folder.
        requests: how many at most, each of another person.
        hours: how long after a request counts.
        version: its number; by default the newest that has such requests.
        seed: of the draw.

    Raises:
        NotFound: there is no Version, or no such request.
    """
    config: Config = read_config(path)
    with Journal.open(path, mode="read") as journal:
        learned, asked = _chosen(
            journal, path / "versions", requests, round(hours * HOUR_MS), version, seed
        )
        names = catalog(tuple(config.embeddings), config.models)
        programs = Programs(path / "programs", names)
        fallback = programs.named(config.programs.fallback, path)
        yield Stage(path, journal, learned, programs, fallback, asked)


def evaluate(
    path: Path,
    first: str,
    second: str,
    *,
    requests: int = 300,
    hours: float = 24.0,
    version: int | None = None,
    seed: int = 0,
    tell: Tell = lambda share: None,
) -> Compared:
    """Return the paired differences of two programs, each a preset's name or a file.

    Raises:
        NotFound: there is no such program, Version or request.
        QueryError: a program does not compile.
    """
    with stage(path, requests=requests, hours=hours, version=version, seed=seed) as at:
        arms = [Arm(at.program(name), {}) for name in (first, second)]
        judged = judge(at.replayer(), at.learned.number, at.asked, arms, at.fallback, tell)
        found = tuple(differences_of(judged, seed))
        return Compared(at.learned.number, len(at.asked), found)


def _chosen(
    journal: Journal, versions: Path, count: int, horizon: int, version: int | None, seed: int
) -> tuple[Manifest, list[Asked]]:
    """Return the newest Version (or that asked for) with requests after it, and those.

    Raises:
        NotFound: there is none.
    """
    why = NotFound(f"nothing was published in {versions}", "`bowerbird train --until ...`")
    for number in [version] if version else reversed(numbers(versions)):
        learned = read_manifest(folder_of(versions, number))
        try:
            return learned, asked_after(journal, learned, count, horizon, seed)
        except NotFound as error:
            why = error
    raise why
