"""Published data sets, read as the facts they stand for; one file a data set."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from bowerbird.core.errors import NotFound, did_you_mean
from bowerbird.journal.importers.activitystreams import import_activitystreams
from bowerbird.journal.importers.kuairand import import_kuairand
from bowerbird.journal.importers.lastfm import import_lastfm
from bowerbird.journal.importers.recbole import import_recbole
from bowerbird.journal.ingest import Load, Summary
from bowerbird.journal.journal import Journal
from bowerbird.journal.quarantine import Quarantine


class Run(Protocol):
    """Reads the files of `source` and commits their facts, in order of time, through `load`."""

    def __call__(
        self, load: Load, source: Path, *, now: int, progress: Callable[[int], None]
    ) -> None: ...


@dataclass(frozen=True, slots=True)
class Importer:
    """A data set by name."""

    name: str
    run: Run


IMPORTERS: tuple[Importer, ...] = (
    Importer("kuairand", import_kuairand),
    Importer("lastfm", import_lastfm),
    Importer("recbole", import_recbole),
    Importer("activitystreams", import_activitystreams),
)
"""All of them."""


def import_dataset(
    name: str,
    journal: Journal,
    source: Path,
    *,
    now: int,
    progress: Callable[[int], None] | None = None,
) -> Summary:
    """Take in the data set `name` from the folder `source`; doing it again adds nothing.

    Its facts lie in the past, so a journal made for it is best opened with the clock `journal`.

    Args:
        name: of an importer.
        journal: open for writing.
        source: the folder as it was published.
        now: wall time, epoch ms.
        progress: told the number of facts so far.

    Raises:
        NotFound: there is no importer of that name.
        InputError: a file is missing or is not what it should be.
        JournalError: the disk did not take it; what was committed before stays.
    """
    found = next((importer for importer in IMPORTERS if importer.name == name), None)
    if found is None:
        raise NotFound(
            f"there is no importer {name!r}", did_you_mean(name, [i.name for i in IMPORTERS])
        )
    with Load(journal, Quarantine(journal.quarantine / f"{name}.jsonl")) as load:
        found.run(load, Path(source), now=now, progress=progress or (lambda _: None))
    return load.summary()
