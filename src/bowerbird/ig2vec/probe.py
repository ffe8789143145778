"""Can the topic be read from the vector alone? Asked of accounts the reader has not seen."""

from __future__ import annotations

from typing import Any

import numpy as np

from bowerbird.core.facts import F32, F64, I32, I64, NONE
from bowerbird.ig2vec.embedding import Embedding
from bowerbird.ig2vec.lookup import look_up

HELD_OUT = 0.3
"""Share of the accounts that are asked, not learned from."""

LEAST = 50
"""Accounts with a topic that it takes to ask at all."""

RIDGE = 1.0


def probe(embedding: Embedding, topic_of: I32, seed: int = 0) -> dict[str, Any]:
    """Return how often a linear reader names an account's topic, beside the commonest topic.

    A ridge regression on the topics (one against the rest) is learned from seven in ten accounts.

    Args:
        embedding: its vectors are all that is read.
        topic_of: [A] int32 topic of each account row, NONE where unknown; rows beyond have none.
        seed: of the split.

    Returns:
        `accounts` asked, `topics`, `accuracy` and `majority`; nothing under 50 accounts.
    """
    topic = look_up(topic_of, embedding.accounts, NONE)
    known = np.flatnonzero(topic != NONE)
    if len(known) < LEAST:
        return {}
    shuffled = np.random.default_rng(seed).permutation(known)
    asked, read = np.split(shuffled, [round(len(known) * HELD_OUT)])
    labels, answer = np.unique(topic[read], return_inverse=True)
    guess = labels[_scores(embedding.vectors, read, answer, asked).argmax(axis=1)]
    common = labels[np.bincount(answer).argmax()]
    return {
        "accounts": len(asked),
        "topics": len(labels),
        "accuracy": round(float((guess == topic[asked]).mean()), 5),
        "majority": round(float((common == topic[asked]).mean()), 5),
    }


def _scores(vectors: F32, read: I64, answer: I64, asked: I64) -> F64:
    """Return [n, T] the reader's score of each topic for the lines `asked`."""
    x = _with_one(vectors[read])
    y = np.zeros((len(read), int(answer.max()) + 1))
    y[np.arange(len(read)), answer] = 1
    weights = np.linalg.solve(x.T @ x + RIDGE * np.eye(x.shape[1]), x.T @ y)
    return np.asarray(_with_one(vectors[asked]) @ weights)


def _with_one(vectors: F32) -> F64:
    return np.hstack([vectors.astype(np.float64), np.ones((len(vectors), 1))])
