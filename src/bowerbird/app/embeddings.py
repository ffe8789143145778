"""Every declared embedding: learned and examined, or left out with the count that decided it."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from bowerbird.app.config import DEFAULT, Config
from bowerbird.app.past import Past
from bowerbird.core.errors import VersionError
from bowerbird.core.facts import I32
from bowerbird.core.signals import Links
from bowerbird.ig2vec.config import EmbeddingConfig
from bowerbird.ig2vec.corpus import Corpus, sentences
from bowerbird.ig2vec.embedding import Embedding
from bowerbird.ig2vec.engagements import Engagements
from bowerbird.ig2vec.exam import exam
from bowerbird.ig2vec.health import health
from bowerbird.ig2vec.neighbours import neighbours
from bowerbird.ig2vec.training import train_vectors
from bowerbird.ig2vec.verdict import faults
from bowerbird.ig2vec.vocabulary import vocabulary

LEAST_ACCOUNTS = 20
"""Accounts with enough words under which an embedding, other than the default one, is left out."""

LEAST_WORDS = 1_000
"""Words of those accounts under which it is left out."""

Share = Callable[[float], None]
"""Takes the share of a step that is done."""


@dataclass(slots=True)
class Embedded:
    """Embeddings by name, their neighbours, and what there is to say of each declared name."""

    embeddings: dict[str, Embedding] = field(default_factory=dict)
    neighbours: dict[str, Links] = field(default_factory=dict)
    metrics: dict[str, Any] = field(default_factory=dict)


def settings(config: Config, name: str, seed: int) -> EmbeddingConfig:
    """Return the settings of the embedding `name`: `bowerbird.toml` over the defaults."""
    table = {"seed": seed, **config.embeddings.get(name, {}), "name": name}
    return EmbeddingConfig.from_dict(table)


def embed(
    everything: Engagements,
    config: Config,
    seed: int,
    share: Share,
    past: Past | None = None,
    topic_of: I32 | None = None,
) -> Embedded:
    """Return every declared embedding that there is enough for, each with its neighbours.

    An embedding goes on from the past one of its name where both have the same settings.

    Raises:
        TrainingError: there is too little even for the default one.
    """
    found = Embedded()
    for done, name in enumerate(config.embeddings):
        chosen = settings(config, name, seed)
        corpus = sentences(everything, chosen)
        thin = "" if name == DEFAULT else too_thin(corpus, chosen)
        if thin:
            found.metrics[name] = {"left_out": thin}
            continue
        one = train_vectors(
            corpus, chosen, _part(share, done, len(config.embeddings)), _earlier(past, chosen)
        )
        links = neighbours(one)
        earlier = past.neighbours.get(name) if past else None
        told = health(one, corpus, links, topic_of=topic_of, earlier=earlier)
        told["faults"] = faults(one, {})
        found.embeddings[name], found.neighbours[name], found.metrics[name] = one, links, told
    return found


def too_thin(corpus: Corpus, config: EmbeddingConfig) -> str:
    """Return why there is too little to learn `config` from, with the counts; "" if not."""
    known = vocabulary(corpus, config.min_count)
    words = int(known.counts.sum())
    if len(known) >= LEAST_ACCOUNTS and words >= LEAST_WORDS:
        return ""
    return (
        f"{len(known)} accounts with {config.min_count} words or more, {words} words in all; "
        f"expected {LEAST_ACCOUNTS} and {LEAST_WORDS}"
    )


def _earlier(past: Past | None, config: EmbeddingConfig) -> Embedding | None:
    """Return the past embedding to go on from, if its settings differ in no more than the seed."""
    found = past.embeddings.get(config.name) if past else None
    if found is None:
        return None
    same = replace(found.config, seed=config.seed, threads=config.threads) == config
    return found if same else None


def _part(share: Share, done: int, of: int) -> Share:
    return lambda inside: share((done + inside) / of)


def prequential(past: Past, later: Engagements) -> dict[str, Any]:
    """Return how each past embedding does on what came after it, before anything learns from that.

    Args:
        past: an earlier Version.
        later: engagements after its offset.
    """
    return {
        name: exam(embedding, sentences(later, embedding.config))
        for name, embedding in past.embeddings.items()
    }


def require_fit(told: Mapping[str, list[str]], early: list[str], *, publish_failing: bool) -> None:
    """Say every fault aloud, and stop where the default embedding has one.

    Args:
        told: name -> faults.
        early: faults of the default embedding learned from the older facts, on the newer ones.
        publish_failing: publish the default embedding whatever its exam said.

    Raises:
        VersionError: the default embedding failed.
    """
    everything = {**told, DEFAULT: [*told.get(DEFAULT, []), *early]}
    for name, wrong in everything.items():
        for fault in wrong:
            logging.getLogger(__name__).warning("embedding %r failed its exam: %s", name, fault)
    if everything[DEFAULT] and not publish_failing:
        raise VersionError(
            f"the embedding {DEFAULT!r} failed its exam: {'; '.join(everything[DEFAULT])}",
            "nothing was published. Look at its settings in bowerbird.toml, or set "
            "`publish_failing = true` under [training] to publish it all the same",
        )
