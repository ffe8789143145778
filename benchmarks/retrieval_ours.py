"""Our page's retrieval on a history: its facts imported, its links learned, its program run."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import duckdb
import numpy as np
from retrieval_data import DEPTH, History

from bowerbird.app.bowerbird import Bowerbird
from bowerbird.app.learning import catalogue, engagements, learn
from bowerbird.core.clock import ClockName
from bowerbird.core.facts import I32, NONE
from bowerbird.core.ids import Ids
from bowerbird.core.signals import Context
from bowerbird.igql.program import Program, compile_program
from bowerbird.igql.run import run
from bowerbird.page.programs import presets
from bowerbird.page.reading import Reading, catalog
from bowerbird.version.publish import publish
from bowerbird.version.version import save_artefacts

PROGRAM = "kuairand_retrieval"
PART = re.compile(
    r"^ +[0-9.]+ \* (?P<source>.*),$\n|^\.(?P<filter>filter.*)$\n|(?P<factor> \* [a-z_]+)(?=.*\)$)",
    re.MULTILINE,
)
"""A branch of the blend, a filter, or a factor of the last score."""


def prepare(source: Path, folder: Path) -> None:
    """Import the history, learn from it and publish a Version without a ranking."""
    Bowerbird.init(folder, clock=ClockName.JOURNAL, program="kuairand")
    with Bowerbird(folder) as bowerbird:
        if not bowerbird.journal.end:
            bowerbird.import_dataset("kuairand", history_of(source, folder / "history"))
        if not bowerbird.versions():
            publish_links(bowerbird)


def history_of(source: Path, folder: Path) -> Path:
    """Return a folder with the data set's videos and histories, and a log without a row."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in ("video_features_basic_pure.csv", "history_sequences.parquet"):
        if not (folder / name).exists():
            (folder / name).symlink_to((source / name).resolve())
    with duckdb.connect() as connection:
        log = connection.read_parquet(str(source / "interactions.parquet"))
        log.limit(0).write_parquet(str(folder / "interactions.parquet"))
    return folder


def publish_links(bowerbird: Bowerbird) -> None:
    """Publish what is learned without labels from the whole journal."""
    known, config = catalogue(bowerbird.world), bowerbird.config
    everything = engagements(bowerbird.journal, known, 0, bowerbird.journal.end, config)
    learned = learn(everything, config, 0, lambda share: None)

    def write(folder: Path) -> None:
        save_artefacts(
            folder,
            embeddings=learned.embeddings,
            neighbours=learned.neighbours,
            co_engaged=learned.co_engaged,
            account_of=known.account_of,
        )

    publish(
        bowerbird.path / "versions",
        write,
        offset=bowerbird.world.offset,
        newest=bowerbird.world.newest,
        config={},
        metrics={},
        now=bowerbird.now(),
    )


def variants(text: str) -> Iterator[tuple[str, str]]:
    """Yield the program, and the program without each of its parts, with what is missing."""
    yield "", text
    start = text.index("blend(")
    for part in PART.finditer(text, start):
        lacks = next(name for name in part.groups() if name).removeprefix(" * ")
        yield lacks, text[: part.start()] + text[part.end() :]


def programs() -> list[tuple[str, Program]]:
    """Return the preset and its variants, with the source each lacks."""
    known = catalog(("default",), ("default",))
    return [(name, compile_program(text, known)) for name, text in variants(presets()[PROGRAM])]


def slates(reading: Reading, program: Program, history: History, people: I32, now: int) -> I32:
    """Return [k, DEPTH] the best media a program finds for people, less what they watched."""
    place = _places(reading.ids, history)
    starts = np.searchsorted(history.watched.user, np.arange(len(history.people) + 1))
    found = np.full((len(people), DEPTH), NONE, np.int32)
    for line, person in enumerate(people.tolist()):
        row = reading.ids.users.find(f"u{history.people[person]}")
        media = place[run(program, reading, Context(row, now)).rows.rows]
        watched = history.watched.media[starts[person] : starts[person + 1]]
        media = media[~np.isin(media, watched)][:DEPTH]
        found[line, : len(media)] = media
    return found


def _places(ids: Ids, history: History) -> I32:
    """Return for each media row its position among the videos."""
    videos = [int(ids.media.id(row).removeprefix("v")) for row in range(len(ids.media))]
    return np.searchsorted(history.videos, videos).astype(np.int32)
