"""The order of training: vectors, then ranking on what came after them, then vectors of it all.

Vectors have seen the labels of the span they were learned from. So the ranking's examples come
from the facts after that span, with features that read vectors and an Overlay standing where they
stood then. What is published in the end are vectors of everything, and the net that learned beside
earlier ones.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from time import perf_counter
from typing import Any

from bowerbird.app.answers import TrainReport
from bowerbird.app.config import Config
from bowerbird.app.span import Span, measure
from bowerbird.core.errors import TrainingError
from bowerbird.core.facts import I32, U8, FactBatch
from bowerbird.core.signals import Links
from bowerbird.features.vectors import Part, Vectors
from bowerbird.ig2vec.co_engagement import co_engaged_accounts, co_engaged_media
from bowerbird.ig2vec.config import EmbeddingConfig
from bowerbird.ig2vec.corpus import sentences
from bowerbird.ig2vec.embedding import Embedding
from bowerbird.ig2vec.engagements import Engagements, gather
from bowerbird.ig2vec.exam import exam
from bowerbird.ig2vec.neighbours import neighbours
from bowerbird.ig2vec.training import train_vectors
from bowerbird.journal.journal import Journal
from bowerbird.ranking.examples import Examples, build_examples
from bowerbird.ranking.train import train_model
from bowerbird.version.overlay import Overlay
from bowerbird.version.publish import publish
from bowerbird.version.version import model_folder, save_artefacts
from bowerbird.world.world import World

Progress = Callable[[str, float], None]
"""Is told the step at work and its share that is done, in [0, 1]."""

MODEL = "default"


@dataclass(slots=True)
class Steps:
    """Tells progress, and how long each step took."""

    tell: Progress
    seconds: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def step(self, name: str) -> Iterator[Callable[[float], None]]:
        """Time a step; what it yields takes the share done."""
        started = perf_counter()
        self.tell(name, 0.0)
        yield lambda share: self.tell(name, share)
        self.tell(name, 1.0)
        self.seconds[name] = round(perf_counter() - started, 3)


@dataclass(frozen=True, slots=True)
class Learned:
    """Vectors and what was worked out from them."""

    embeddings: Mapping[str, Embedding]
    neighbours: Mapping[str, Links]
    co_engaged: Mapping[str, Links]
    account_of: I32


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
        path: the data folder.
        config: of the app.
        now: epoch ms, written into the manifest.
        until: only facts before the first one at or after this time (epoch ms); all by default.
        progress: is told step and share.
        seed: of everything random; the config's by default.

    Raises:
        TrainingError: there is too little to learn from, or torch is missing.
    """
    steps = Steps(progress or (lambda step, share: None))
    seed = config.training.seed if seed is None else seed
    with Journal.open(path, mode="read") as journal:
        with steps.step("reading the journal"):
            span = measure(journal, until, config.training.vectors_share)
            world = World()
            fold(world, journal, span.cut)
            early_owners, _ = owners(world)
            fold(world, journal, span.stop)
        with steps.step("early vectors") as share:
            early = learn_embedding(journal, world, config, "default", span.cut, seed, share)
        with steps.step("exam"):
            metrics: dict[str, Any] = {"ig2vec": examine(journal, world, early, span)}
        with steps.step("examples") as share:
            overlay = Overlay(early, early_owners, span.cut)
            examples = gather_examples(journal, early, overlay, span, config, share)
        with steps.step("vectors") as share:
            learned = learn(journal, world, config, span, seed, share)

        def write(folder: Path) -> None:
            save_artefacts(
                folder,
                embeddings=learned.embeddings,
                neighbours=learned.neighbours,
                co_engaged=learned.co_engaged,
                account_of=learned.account_of,
            )
            with steps.step("ranking") as share:
                target = model_folder(folder, MODEL)
                metrics["ranking"] = train_model(examples, target, seed=seed, progress=share)

        manifest = publish(
            path / "versions",
            write,
            offset=span.stop,
            newest=world.newest,
            config={"embeddings": {n: e.config.to_dict() for n, e in learned.embeddings.items()}},
            metrics=metrics,
            now=now,
        )
    steps.seconds["total"] = round(sum(steps.seconds.values()), 3)
    return TrainReport(
        version=manifest.number,
        facts=span.stop,
        examples=len(examples),
        seconds=steps.seconds,
        metrics=metrics,
    )


def fold(world: World, journal: Journal, stop: int) -> None:
    """Fold what the journal holds between the World's offset and `stop`."""
    for batch in journal.read(world.offset, stop):
        world.fold(batch)


def owners(world: World) -> tuple[I32, U8]:
    """Return ([M] account, [M] type) of every media of `world`, as copies."""
    n = world.tables.sizes.media
    media = world.tables.media
    return media.account[:n].copy(), media.media_type[:n].copy()


def engagements(journal: Journal, world: World, stop: int) -> Engagements:
    """Return what people engaged with before offset `stop`."""
    account_of, media_type_of = owners(world)
    return gather(journal.read(0, stop), account_of, media_type_of)


def settings(config: Config, name: str, seed: int) -> EmbeddingConfig:
    """Return the settings of the embedding `name`, from `bowerbird.toml` over the defaults."""
    return EmbeddingConfig.from_dict(
        {"seed": seed, **config.embeddings.get(name, {}), "name": name}
    )


def learn_embedding(
    journal: Journal,
    world: World,
    config: Config,
    name: str,
    stop: int,
    seed: int,
    share: Callable[[float], None],
) -> Embedding:
    """Return the embedding `name` of the engagements before offset `stop`."""
    chosen = settings(config, name, seed)
    corpus = sentences(engagements(journal, world, stop), chosen)
    return train_vectors(corpus, chosen, share)


def examine(journal: Journal, world: World, early: Embedding, span: Span) -> dict[str, Any]:
    """Return how the early vectors do on the sessions that came after them."""
    account_of, media_type_of = owners(world)
    later = gather(journal.read(span.cut, span.stop), account_of, media_type_of)
    return exam(early, sentences(later, early.config))


class Later:
    """An Overlay that lets facts before its own offset pass by."""

    def __init__(self, overlay: Overlay) -> None:
        self.overlay = overlay

    def fold(self, batch: FactBatch) -> None:
        """Take in what of `batch` comes at or after the Overlay's offset."""
        if batch.stop > self.overlay.offset:
            self.overlay.fold(batch.slice(max(0, self.overlay.offset - batch.start), len(batch)))


def gather_examples(
    journal: Journal,
    early: Embedding,
    overlay: Overlay,
    span: Span,
    config: Config,
    share: Callable[[float], None],
) -> Examples:
    """Return the impressions after the cut, with features as they stood before each."""
    known = Part(early.index, early.vectors)

    def vectors() -> Vectors:
        return Vectors((known, Part(*overlay.vectors())), span.cut_ts)

    return build_examples(
        lambda start: journal.read(start, span.stop),
        World(),
        Later(overlay),
        vectors,
        since_ts=span.cut_ts,
        max_rows=config.training.max_examples,
        progress=share,
    )


def learn(
    journal: Journal,
    world: World,
    config: Config,
    span: Span,
    seed: int,
    share: Callable[[float], None],
) -> Learned:
    """Return the vectors of everything before `span.stop`, their neighbours, and co-engagement.

    Embeddings with too little to learn from are left out; their names still bind.
    """
    account_of, media_type_of = owners(world)
    everything = gather(journal.read(0, span.stop), account_of, media_type_of)
    embeddings: dict[str, Embedding] = {}
    for name in config.embeddings:
        chosen = settings(config, name, seed)
        corpus = sentences(everything, chosen)
        try:
            embeddings[name] = train_vectors(corpus, chosen, share)
        except TrainingError:
            if name == MODEL:
                raise
    return Learned(
        embeddings=embeddings,
        neighbours={name: neighbours(embedding) for name, embedding in embeddings.items()},
        co_engaged={
            "accounts": co_engaged_accounts(everything),
            "media": co_engaged_media(everything),
        },
        account_of=account_of,
    )
