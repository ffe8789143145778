"""The order of training: vectors, then ranking on what came after them, then vectors of it all.

Vectors have seen the labels of the span they were learned from. So the ranking's examples come
from the facts after that span, with features that read vectors and an Overlay standing where they
stood then. What is published in the end are vectors of everything, and the net that learned beside
earlier ones.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from time import perf_counter
from typing import Any

from bowerbird.app.answers import TrainReport
from bowerbird.app.config import DEFAULT, Config
from bowerbird.app.embeddings import Share, prequential, require_fit
from bowerbird.app.funnel import (
    early_basis,
    gather_examples,
    last_folder,
    page_program,
    train_passes,
)
from bowerbird.app.gates import against_last, refuse_worse
from bowerbird.app.learning import (
    Learned,
    catalogue,
    declared_topics,
    engagements,
    examine,
    learn,
    learn_captions,
    learn_one,
)
from bowerbird.app.past import newest_past
from bowerbird.app.span import measure
from bowerbird.core.facts import I32
from bowerbird.journal.journal import Journal
from bowerbird.ranking.examples import Examples, delay_curve
from bowerbird.ranking.log import Recorded
from bowerbird.version.manifest import Manifest
from bowerbird.version.publish import publish
from bowerbird.version.retain import retire
from bowerbird.version.version import save_artefacts
from bowerbird.world.world import World

Progress = Callable[[str, float], None]
"""Is told the step at work and its share that is done, in [0, 1]."""


@dataclass(slots=True)
class Steps:
    """Tells progress, and how long each step took."""

    tell: Progress
    seconds: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def step(self, name: str) -> Iterator[Share]:
        """Time a step; what it yields takes the share done."""
        started = perf_counter()
        self.tell(name, 0.0)
        yield lambda share: self.tell(name, min(share, 0.999))
        self.tell(name, 1.0)
        self.seconds[name] = round(perf_counter() - started, 3)


def train(
    path: Path,
    config: Config,
    *,
    now: int,
    until: int | None = None,
    progress: Progress | None = None,
    seed: int | None = None,
) -> TrainReport:
    """Learn from the journal under `path` and publish a Version; only reads the journal.

    Args:
        path: the data folder, on whose disk lies aside what grows with the journal.
        config: of the app.
        now: epoch ms, written into the manifest.
        until: only facts before the first one at or after this time (epoch ms); all by default.
        progress: is told step and share.
        seed: of everything random; the config's by default.

    Raises:
        TrainingError: there is too little to learn from, or torch is missing.
        VersionError: the default embedding failed its exam, or the ranking is worse than the last
            Version's by more than the config allows; nothing was published.
    """
    steps = Steps(progress or (lambda step, share: None))
    seed = config.training.seed if seed is None else seed
    with Journal.open(path, mode="read") as journal:
        with steps.step("reading the journal"):
            span = measure(journal, until, config.training.vectors_share)
            world = World()
            fold(world, journal, span.cut)
            early_owners = catalogue(world).account_of
            fold(world, journal, span.stop)
            known = catalogue(world)
            before = engagements(journal, known, 0, span.cut, config, path)
        with steps.step("early vectors") as share:
            early = learn_one(before, config, seed, share)
        with steps.step("exam"):
            after = engagements(journal, known, span.cut, span.stop, config, path)
            metrics: dict[str, Any] = {"ig2vec": examine(early, before, after, world, config)}
            past = newest_past(path / "versions", span.stop)
            if past is not None:
                later = engagements(journal, known, past.offset, span.stop, config, path)
                metrics["prequential"] = {"version": past.number, **prequential(past, later)}
        with steps.step("examples") as share:
            program = page_program(path, config)
            basis = early_basis(early, early_owners, before, span, config)
            examples, recorded = gather_examples(journal, basis, span, config, program, share)
            metrics["delays"] = delay_curve(examples)
        with steps.step("vectors") as share:
            everything = engagements(journal, known, 0, span.stop, config, path)
            alike = learn_captions(journal, span.stop, config)
            learned = learn(everything, config, seed, share, past, declared_topics(world), alike)
        metrics["embeddings"] = learned.metrics
        refuse_unfit(metrics, config)
        ranked = Ranked(examples, recorded, config)
        manifest = published(path, learned, known.account_of, ranked, world, metrics, steps, now)
    retire(path / "versions", config.versions.keep)
    steps.seconds["total"] = round(sum(steps.seconds.values()), 3)
    return TrainReport(manifest.number, span.stop, len(examples), steps.seconds, metrics)


def refuse_unfit(metrics: Mapping[str, Any], config: Config) -> None:
    """Stop where the default embedding has a fault.

    Raises:
        VersionError: it has, and the config does not say to publish it all the same.
    """
    require_fit(
        {name: told.get("faults", []) for name, told in metrics["embeddings"].items()},
        metrics["ig2vec"]["faults"],
        publish_failing=config.training.publish_failing,
    )


def fold(world: World, journal: Journal, stop: int) -> None:
    """Fold what the journal holds between the World's offset and `stop`."""
    for batch in journal.read(world.offset, stop):
        world.fold(batch)


@dataclass(frozen=True, slots=True)
class Ranked:
    """What the ranking learns from, and the config that says how."""

    examples: Examples
    recorded: Sequence[Recorded]
    config: Config


def published(
    path: Path,
    learned: Learned,
    account_of: I32,
    ranked: Ranked,
    world: World,
    metrics: dict[str, Any],
    steps: Steps,
    now: int,
) -> Manifest:
    """Train the ranking into the folder of a new Version, and publish it.

    Metrics of the ranking are added to `metrics`.

    Raises:
        VersionError: it is worse than the last Version; nothing was published.
    """
    versions, examples, recorded = path / "versions", ranked.examples, ranked.recorded
    gates, training = ranked.config.gates, ranked.config.training

    def write(folder: Path) -> None:
        save_artefacts(
            folder,
            embeddings=learned.embeddings,
            neighbours=learned.neighbours,
            co_engaged=learned.co_engaged,
            account_of=account_of,
        )
        seed = learned.embeddings[DEFAULT].config.seed
        before = last_folder(versions, world.offset)
        metrics.update(train_passes(examples, recorded, folder, before, seed, steps.step))
        metrics["gates"] = against_last(folder, before, examples, recorded, gates)
        refuse_worse(metrics["gates"], gates, publish_failing=training.publish_failing)

    return publish(
        versions,
        write,
        offset=world.offset,
        newest=world.newest,
        config={"embeddings": {n: e.config.to_dict() for n, e in learned.embeddings.items()}},
        metrics=metrics,
        now=now,
    )
