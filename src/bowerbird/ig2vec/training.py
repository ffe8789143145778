"""From a corpus to vectors."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from bowerbird.core.errors import TrainingError
from bowerbird.core.facts import F32, NONE
from bowerbird.ig2vec.config import EmbeddingConfig
from bowerbird.ig2vec.corpus import Corpus
from bowerbird.ig2vec.embedding import Embedding
from bowerbird.ig2vec.sgns import Draws, Weights, Words, train_sentences
from bowerbird.ig2vec.vocabulary import Vocabulary, draw_table, keep_share, vocabulary

LAST_RATE = 0.01
"""Where the learning rate ends, as a share of where it starts."""

Progress = Callable[[float], None]
"""Is told the share of the work that is done, in (0, 1]."""


def train_vectors(
    corpus: Corpus, config: EmbeddingConfig, progress: Progress | None = None
) -> Embedding:
    """Return the embedding that `config` learns from `corpus`; with one thread, to the bit.

    Raises:
        TrainingError: fewer than two accounts have `config.min_count` words.
    """
    known = vocabulary(corpus, config.min_count)
    if len(known) < 2:
        raise TrainingError(
            f"embedding {config.name!r} has {len(known)} accounts with {config.min_count} "
            f"engagements or more among {len(corpus.tokens)} in all, expected at least 2",
            "gather more facts, or lower min_count",
        )
    words = _words(corpus, known, config)
    weights = _start(len(known), config)
    draws = Draws(*draw_table(known.counts, config))
    for epoch in range(config.epochs):
        _epoch(words, weights, draws, config, epoch)
        if progress is not None:
            progress((epoch + 1) / config.epochs)
    return Embedding(
        known.index, known.accounts, unit(weights.vectors), weights.out, known.counts, config
    )


def unit(vectors: F32) -> F32:
    """Return `vectors` ([m, d]) at length 1; those of length 0 stay as they are."""
    norms = np.sqrt((vectors * vectors).sum(axis=1, keepdims=True))
    return np.asarray(vectors / np.where(norms > 0, norms, 1), np.float32)


def _words(corpus: Corpus, known: Vocabulary, config: EmbeddingConfig) -> Words:
    """Return the corpus by line, without the words that have none."""
    lines = known.index[corpus.tokens]
    kept = lines != NONE
    before = np.append(0, np.cumsum(kept))
    lines = lines[kept]
    keep = corpus.weights[kept] * keep_share(known.counts, config.subsample)[lines]
    return Words(lines, keep.astype(np.float32), before[corpus.starts])


def _start(size: int, config: EmbeddingConfig) -> Weights:
    rng = np.random.default_rng(config.seed)
    vectors = rng.random((size, config.dim), np.float32) * np.float32(2) - np.float32(1)
    vectors *= np.float32(config.start_scale / config.dim)
    return Weights(vectors, np.zeros((size, config.dim), np.float32))


def _epoch(
    words: Words, weights: Weights, draws: Draws, config: EmbeddingConfig, epoch: int
) -> None:
    """Read the corpus once, in as many spans of sentences as there are threads."""
    rates = (_rate(config, epoch), _rate(config, epoch + 1))
    sentences = len(words.starts) - 1
    cuts = [sentences * part // config.threads for part in range(config.threads + 1)]
    states = np.random.default_rng((config.seed, epoch)).integers(
        1, 2**63, size=(config.threads, 1), dtype=np.uint64
    )
    shape = (config.window, config.negatives, config.decay)

    def read(span: tuple[int, int], state: NDArray[np.uint64]) -> None:
        train_sentences(words, span, weights, draws, shape, rates, state)

    with ThreadPoolExecutor(config.threads) as pool:
        list(pool.map(read, pairwise(cuts), states))


def _rate(config: EmbeddingConfig, epochs: int) -> float:
    """Return the learning rate after `epochs`."""
    return config.lr * (1 - (1 - LAST_RATE) * epochs / config.epochs)
