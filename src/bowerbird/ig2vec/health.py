"""What can be said of an embedding without waiting for what comes after it."""

from __future__ import annotations

from typing import Any

import numpy as np

from bowerbird.core.facts import I32, NONE
from bowerbird.core.signals import Links
from bowerbird.ig2vec.corpus import Corpus
from bowerbird.ig2vec.embedding import Embedding
from bowerbird.ig2vec.hubness import hubness
from bowerbird.ig2vec.lookup import look_up
from bowerbird.ig2vec.probe import probe
from bowerbird.ig2vec.same_topic import same_topic
from bowerbird.ig2vec.stability import stability
from bowerbird.ig2vec.vocabulary import word_counts


def health(
    embedding: Embedding,
    corpus: Corpus,
    links: Links,
    *,
    topic_of: I32 | None = None,
    earlier: Links | None = None,
) -> dict[str, Any]:
    """Return the part of the exam that needs no held-out sessions.

    Args:
        embedding: the examined one.
        corpus: it was learned from.
        links: its neighbours.
        topic_of: [A] int32 topic of each account, NONE where unknown.
        earlier: the neighbours of the Version before.

    Returns:
        `words`, `sentences`, `by_session`, `accounts` (with a vector), `coverage` (share of
        the words, and of the accounts among them, with a vector), `hubness`, and where they can
        be asked `topics` (as from `same_topic`), `probe` and `stability`.
    """
    counts = word_counts(corpus)
    known = look_up(embedding.index, np.arange(len(counts)), NONE) != NONE
    found: dict[str, Any] = {
        "words": len(corpus.tokens),
        "sentences": len(corpus),
        "by_session": corpus.by_session,
        "accounts": len(embedding),
        "coverage": {
            "words": round(float(counts[known].sum() / counts.sum()), 5) if len(counts) else None,
            "accounts": round(len(embedding) / max(int(np.count_nonzero(counts)), 1), 5),
        },
        "hubness": hubness(links),
    }
    if topic_of is not None:
        found |= {"topics": same_topic(embedding, topic_of), "probe": probe(embedding, topic_of)}
    if earlier is not None:
        found["stability"] = stability(earlier, links)
    return found
