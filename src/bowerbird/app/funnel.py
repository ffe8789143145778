"""Training the funnel: examples and recorded requests, then the teacher and those it teaches."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bowerbird.app.config import DEFAULT, Config
from bowerbird.app.embeddings import Share
from bowerbird.app.recording import Recorder
from bowerbird.app.span import Span
from bowerbird.core.errors import TrainingError, VersionError
from bowerbird.core.facts import I32, FactBatch
from bowerbird.core.signals import Links
from bowerbird.features.vectors import Part, Vectors
from bowerbird.ig2vec.baskets import CoEngagementConfig
from bowerbird.ig2vec.co_engagement import co_engaged_accounts, co_engaged_media
from bowerbird.ig2vec.embedding import Embedding
from bowerbird.ig2vec.engagements import Engagements
from bowerbird.ig2vec.neighbours import neighbours
from bowerbird.igql.program import Program
from bowerbird.journal.journal import Journal
from bowerbird.page.programs import Programs
from bowerbird.page.reading import catalog
from bowerbird.ranking.examples import Examples, build_examples
from bowerbird.ranking.log import FILE, RankingLog, Recorded, save_log, write_down
from bowerbird.ranking.passes import FINAL, PASSES
from bowerbird.ranking.runtime import Model
from bowerbird.ranking.train import train_model
from bowerbird.version.manifest import FORMAT, Manifest, read_manifest
from bowerbird.version.overlay import Overlay
from bowerbird.version.publish import folder_of, numbers
from bowerbird.version.version import Version, model_folder
from bowerbird.world.world import World

Step = Callable[[str], AbstractContextManager[Share]]
"""Opens a step of training by name; what it yields takes the share done."""


@dataclass(frozen=True, slots=True)
class Early:
    """What was learned before the cut, as a page would have read it then."""

    embedding: Embedding
    neighbours: Links
    co_engaged: Mapping[str, Links]
    account_of: I32
    overlay: Overlay

    def version(self, span: Span) -> Version:
        """Return it as a Version without models that was never published."""
        manifest = Manifest(FORMAT, 0, 0, span.cut, span.cut_ts, {}, {}, {})
        return Version(
            manifest,
            {DEFAULT: self.embedding},
            {DEFAULT: self.neighbours},
            self.co_engaged,
            self.account_of,
        )


def early_basis(
    early: Embedding, owners: I32, before: Engagements, span: Span, config: Config
) -> Early:
    """Return what retrieval needs besides the early vectors, learned from the same facts.

    Raises:
        TrainingError: an engagement is later than the cut.
    """
    refuse_late_engagements(before, span)
    together = CoEngagementConfig.from_dict(config.co_engagement)
    found = {
        "accounts": co_engaged_accounts(before, together),
        "media": co_engaged_media(before, together),
    }
    return Early(early, neighbours(early), found, owners, Overlay(early, owners, span.cut))


def refuse_late_engagements(before: Engagements, span: Span) -> None:
    """Refuse to learn co-engagement from what the examples are asked about.

    Raises:
        TrainingError: an engagement is later than the cut.
    """
    newest = max((int(p.ts[p.known].max(initial=0)) for p in before.by_person()), default=0)
    if newest > span.cut_ts:
        raise TrainingError(
            f"co-engagement would know of an engagement at {newest}, the examples begin after "
            f"{span.cut_ts}: they would be trained on what knows their outcomes",
            "learn it from the facts before the cut",
        )


def page_program(path: Path, config: Config) -> Program:
    """Return the program whose candidates the first passes learn to sort.

    Raises:
        NotFound: `bowerbird.toml` names one that is not there.
        QueryError: it does not compile.
    """
    names = catalog(config.neighbourhoods(), config.models)
    return Programs(path / "programs", names).named(config.programs.page, path)


class Later:
    """An Overlay that lets facts before its own offset pass by."""

    def __init__(self, overlay: Overlay) -> None:
        self._overlay = overlay

    def fold(self, batch: FactBatch) -> None:
        """Take in what of `batch` comes at or after the Overlay's offset."""
        if batch.stop > self._overlay.offset:
            first = max(0, self._overlay.offset - batch.start)
            self._overlay.fold(batch.slice(first, len(batch)))


def gather_examples(
    journal: Journal,
    early: Early,
    span: Span,
    config: Config,
    program: Program,
    share: Share,
) -> tuple[Examples, list[Recorded]]:
    """Return the impressions after the cut, with features as they stood before each.

    And, for some of their requests, what the page's program would have had to choose from.
    """
    world = World()
    recorder = Recorder(
        program,
        journal.ids,
        world,
        early.version(span),
        {DEFAULT: early.overlay},
        config.training.log_requests,
    )
    known = Part(early.embedding.index, early.embedding.vectors)

    def vectors() -> Vectors:
        return Vectors((known, Part(*early.overlay.vectors())), span.cut_ts)

    examples = build_examples(
        lambda start: journal.read(start, span.stop),
        world,
        Later(early.overlay),
        vectors,
        since_ts=span.cut_ts,
        max_rows=config.training.max_examples,
        progress=share,
        visit=recorder.visit,
    )
    return examples, recorder.recorded


def train_passes(
    examples: Examples,
    recorded: Sequence[Recorded],
    folder: Path,
    before: Path | None,
    seed: int,
    step: Step,
) -> dict[str, Any]:
    """Train the passes into the folder of a Version, the teacher first; return their metrics.

    Args:
        examples: impressions and what followed.
        recorded: what sampled requests had to choose from.
        folder: of the Version.
        before: of the last Version, whose weights the passes go on from.
        seed: of everything random.
        step: names what is at work.
    """
    found: dict[str, Any] = {}
    log: RankingLog | None = None
    for name, spec in PASSES.items():
        with step(name.replace("_", " ")) as share:
            target = model_folder(folder, name)
            earlier = model_folder(before, name) if before else None
            found[name] = train_model(
                examples, target, seed, share, spec=spec, before=earlier, log=log
            )
        if name == FINAL:
            log = write_down(recorded, Model.load(target))
            save_log(log, folder / FILE)
    return {"ranking": found.pop(FINAL), **found, "ranking_log": {"requests": len(recorded)}}


def last_folder(versions: Path, offset: int) -> Path | None:
    """Return the newest Version that knows no fact from `offset` on, None where there is none."""
    for number in reversed(numbers(versions)):
        folder = folder_of(versions, number)
        try:
            if read_manifest(folder).offset <= offset:
                return folder
        except VersionError:  # damaged: the one before it may do
            continue
    return None
