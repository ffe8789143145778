"""What a Version learns without labels: vectors, neighbours, co-engagement."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from bowerbird.app.config import Config
from bowerbird.core.errors import TrainingError
from bowerbird.core.facts import ENGAGEMENTS, F32, I32, U8, Action
from bowerbird.core.signals import Links
from bowerbird.ig2vec.baskets import CoEngagementConfig
from bowerbird.ig2vec.co_engagement import co_engaged_accounts, co_engaged_media
from bowerbird.ig2vec.config import EmbeddingConfig
from bowerbird.ig2vec.corpus import sentences
from bowerbird.ig2vec.embedding import Embedding
from bowerbird.ig2vec.engagements import Engagements, gather
from bowerbird.ig2vec.exam import exam
from bowerbird.ig2vec.neighbours import neighbours
from bowerbird.ig2vec.training import train_vectors
from bowerbird.journal.journal import Journal
from bowerbird.world.world import World

DEFAULT = "default"

Share = Callable[[float], None]
"""Takes the share of a step that is done."""


@dataclass(frozen=True, slots=True)
class Catalogue:
    """What the World says of every media, as copies: owner [M], type [M], seconds [M]."""

    account_of: I32
    media_type_of: U8
    duration_of: F32


@dataclass(frozen=True, slots=True)
class Learned:
    """Vectors and what was worked out from them, by name."""

    embeddings: Mapping[str, Embedding]
    neighbours: Mapping[str, Links]
    co_engaged: Mapping[str, Links]


def catalogue(world: World) -> Catalogue:
    """Return what `world` says of its media now."""
    n, media = world.tables.sizes.media, world.tables.media
    return Catalogue(
        media.account[:n].copy(), media.media_type[:n].copy(), media.duration_s[:n].copy()
    )


def engagements(
    journal: Journal, known: Catalogue, start: int, stop: int, config: Config
) -> Engagements:
    """Return what people engaged with between two offsets; with impressions where they count."""
    counted = CoEngagementConfig.from_dict(config.co_engagement).weights
    extra = (Action.IMPRESSION,) if Action.IMPRESSION in counted else ()
    return gather(
        journal.read(start, stop),
        known.account_of,
        known.media_type_of,
        known.duration_of,
        actions=(*extra, *ENGAGEMENTS),
    )


def settings(config: Config, name: str, seed: int) -> EmbeddingConfig:
    """Return the settings of the embedding `name`: `bowerbird.toml` over the defaults."""
    table = {"seed": seed, **config.embeddings.get(name, {}), "name": name}
    return EmbeddingConfig.from_dict(table)


def learn_one(everything: Engagements, config: Config, seed: int, share: Share) -> Embedding:
    """Return the default embedding.

    Raises:
        TrainingError: too few accounts have enough engagements.
    """
    chosen = settings(config, DEFAULT, seed)
    return train_vectors(sentences(everything, chosen), chosen, share)


def learn(everything: Engagements, config: Config, seed: int, share: Share) -> Learned:
    """Return every declared embedding, its neighbours, and co-engagement.

    An embedding with too little to learn from is left out; its name still binds.

    Raises:
        TrainingError: there is too little even for the default one.
    """
    embeddings: dict[str, Embedding] = {}
    for name in config.embeddings:
        chosen = settings(config, name, seed)
        try:
            embeddings[name] = train_vectors(sentences(everything, chosen), chosen, share)
        except TrainingError:
            if name == DEFAULT:
                raise
    together = CoEngagementConfig.from_dict(config.co_engagement)
    return Learned(
        embeddings=embeddings,
        neighbours={name: neighbours(embedding) for name, embedding in embeddings.items()},
        co_engaged={
            "accounts": co_engaged_accounts(everything, together),
            "media": co_engaged_media(everything, together),
        },
    )


def examine(
    early: Embedding, before: Engagements, after: Engagements, world: World, config: Config
) -> dict[str, Any]:
    """Return how vectors learned from `before` do on the sessions `after` it.

    Topics are those that accounts declared; where none did, that part of the exam is empty.
    """
    together = CoEngagementConfig.from_dict(config.co_engagement)
    declared = world.tables.accounts.topics[: world.tables.sizes.accounts, 0].copy()
    return exam(
        early,
        sentences(after, early.config),
        co_engaged=co_engaged_accounts(before, together),
        topic_of=declared,
    )
