"""What a Version learns without labels: vectors, neighbours, co-engagement."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bowerbird.app.config import DEFAULT, Config
from bowerbird.app.embeddings import Share, embed, settings
from bowerbird.app.past import Past
from bowerbird.core.facts import ENGAGEMENTS, F32, I32, U8, Action
from bowerbird.core.signals import Links
from bowerbird.ig2vec.baskets import CoEngagementConfig
from bowerbird.ig2vec.captions import CaptionConfig, caption_links, read_captions
from bowerbird.ig2vec.co_engagement import co_engaged_accounts, co_engaged_media
from bowerbird.ig2vec.corpus import sentences
from bowerbird.ig2vec.embedding import Embedding
from bowerbird.ig2vec.engagements import Engagements, gather
from bowerbird.ig2vec.exam import exam
from bowerbird.ig2vec.linear import LinearConfig, linear_accounts, linear_media
from bowerbird.ig2vec.training import train_vectors
from bowerbird.ig2vec.verdict import faults
from bowerbird.journal.journal import Journal
from bowerbird.world.world import World


@dataclass(frozen=True, slots=True)
class Catalogue:
    """What the World says of every media, as copies: owner [M], type [M], seconds [M]."""

    account_of: I32
    media_type_of: U8
    duration_of: F32


@dataclass(frozen=True, slots=True)
class Learned:
    """Vectors and what was worked out from them, by name; and what the exam says of each."""

    embeddings: Mapping[str, Embedding]
    neighbours: Mapping[str, Links]
    co_engaged: Mapping[str, Links]
    metrics: Mapping[str, Any] = field(default_factory=dict)


def declared_topics(world: World) -> I32:
    """Return [A] int32, the first topic each account declared, NONE where it did not."""
    return world.tables.accounts.topics[: world.tables.sizes.accounts, 0].copy()


def catalogue(world: World) -> Catalogue:
    """Return what `world` says of its media now."""
    n, media = world.tables.sizes.media, world.tables.media
    return Catalogue(
        media.account[:n].copy(), media.media_type[:n].copy(), media.duration_s[:n].copy()
    )


def engagements(
    journal: Journal,
    known: Catalogue,
    start: int,
    stop: int,
    config: Config,
    aside: Path | None = None,
) -> Engagements:
    """Return what people engaged with between two offsets; with impressions where they count.

    They lie on the disk of the folder `aside`, in files without names; in memory when None.
    """
    counted = CoEngagementConfig.from_dict(config.co_engagement).weights
    extra = (Action.IMPRESSION,) if Action.IMPRESSION in counted else ()
    return gather(
        journal.read(start, stop),
        known.account_of,
        known.media_type_of,
        known.duration_of,
        actions=(*extra, *ENGAGEMENTS),
        aside=aside,
    )


def learn_one(everything: Engagements, config: Config, seed: int, share: Share) -> Embedding:
    """Return the default embedding.

    Raises:
        TrainingError: too few accounts have enough engagements.
    """
    chosen = settings(config, DEFAULT, seed)
    return train_vectors(sentences(everything, chosen), chosen, share)


def learn(
    everything: Engagements,
    config: Config,
    seed: int,
    share: Share,
    past: Past | None = None,
    topic_of: I32 | None = None,
    captions: Mapping[str, Links] | None = None,
) -> Learned:
    """Return every declared embedding, its neighbours, and co-engagement.

    An embedding with too little to learn from is left out; its name still binds.

    Args:
        everything: what people engaged with.
        config: of the app.
        seed: of everything random.
        share: is told progress.
        past: an earlier Version to go on from.
        topic_of: [A] int32 declared topic of each account, NONE where there is none.
        captions: as from `learn_captions`.

    Raises:
        TrainingError: there is too little even for the default one.
    """
    embedded = embed(everything, config, seed, share, past, topic_of)
    together = CoEngagementConfig.from_dict(config.co_engagement)
    return Learned(
        embeddings=embedded.embeddings,
        neighbours=embedded.neighbours,
        co_engaged={
            "accounts": co_engaged_accounts(everything, together),
            "media": co_engaged_media(everything, together),
            **learn_linear(everything, config),
            **(captions or {}),
        },
        metrics=embedded.metrics,
    )


def learn_linear(everything: Engagements, config: Config) -> dict[str, Links]:
    """Return the linear models by the names of their links; none where none are asked for."""
    if config.linear is None:
        return {}
    chosen = LinearConfig.from_dict(config.linear)
    return {
        "accounts_linear": linear_accounts(everything, chosen),
        "media_linear": linear_media(everything, chosen),
    }


def learn_captions(journal: Journal, stop: int, config: Config) -> dict[str, Links]:
    """Return media alike by their captions, by the name of the links; none if not asked for."""
    if config.captions is None:
        return {}
    chosen = CaptionConfig.from_dict(config.captions)
    return {"media_captions": caption_links(read_captions(journal.read(0, stop)), chosen)}


def examine(
    early: Embedding, before: Engagements, after: Engagements, world: World, config: Config
) -> dict[str, Any]:
    """Return how vectors learned from `before` do on the sessions `after` it.

    Topics are those that accounts declared; where none did, that part of the exam is empty.
    """
    together = CoEngagementConfig.from_dict(config.co_engagement)
    found = exam(
        early,
        sentences(after, early.config),
        co_engaged=co_engaged_accounts(before, together),
        topic_of=declared_topics(world),
    )
    return found | {"faults": faults(early, found)}
