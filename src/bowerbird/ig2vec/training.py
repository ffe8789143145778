"""From a corpus to vectors."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from itertools import pairwise

import numpy as np

from bowerbird.core.errors import TrainingError
from bowerbird.core.facts import F32, I64
from bowerbird.ig2vec.aligned import aligned_rows
from bowerbird.ig2vec.centring import centred
from bowerbird.ig2vec.config import EmbeddingConfig, ScoreRule
from bowerbird.ig2vec.corpus import Corpus
from bowerbird.ig2vec.embedding import Embedding
from bowerbird.ig2vec.joined import joined
from bowerbird.ig2vec.lengths import unit
from bowerbird.ig2vec.randomness import U64, Draws
from bowerbird.ig2vec.rest import rested, rested_shared
from bowerbird.ig2vec.sgns import Shape, Weights, Words, train_sentences
from bowerbird.ig2vec.smoothing import smoothed
from bowerbird.ig2vec.spectral import spectral
from bowerbird.ig2vec.start import start
from bowerbird.ig2vec.text import read_corpus
from bowerbird.ig2vec.vocabulary import Vocabulary, draw_table, hot_first, vocabulary

LAST_RATE = 0.01
"""Where the learning rate ends, as a share of where it starts."""

SPREAD = 0.4
"""Negatives held, for each negative of a pair and word of the window: fewer of more weight learn
as well at a low rate, and diverge at a high one."""

Progress = Callable[[float], None]
"""Is told the share of the work that is done, in (0, 1]."""


def train_vectors(
    corpus: Corpus,
    config: EmbeddingConfig,
    progress: Progress | None = None,
    earlier: Embedding | None = None,
) -> Embedding:
    """Return the embedding that `config` learns from `corpus`; with one thread, to the bit.

    Args:
        corpus: of everything, also of what `earlier` was learned from.
        config: how to learn.
        progress: is told after each epoch.
        earlier: to go on from, if it was learned with the same width: accounts start where it
            left them, the learning rate is `config.warm` of what it was, and in the end they are
            drawn back to where they were by `config.rest`. Without, the corpus is read twice (once
            where nothing is to rest): a first learning is the mean of both readings.

    Raises:
        TrainingError: fewer than two accounts have `config.min_count` words, or the vectors grew
            beyond all numbers.
    """
    known = vocabulary(corpus, config.min_count)
    if len(known) < 2:
        raise TrainingError(
            f"embedding {config.name!r} has {len(known)} accounts with {config.min_count} "
            f"engagements or more among {len(corpus.tokens)} in all, expected at least 2",
            "gather more facts, or lower min_count",
        )
    if earlier is not None and (earlier.learned is None or len(earlier.learned.T) != config.dim):
        earlier = None
    text = read_corpus(corpus, known, config)
    hot = hot_first(text.counts)
    weights = _by_heat(start(text, known, config, earlier), hot.lines)
    text.relabel(hot.place)
    words = Words(text.lines, text.keep, text.starts)
    draws = Draws(*draw_table(text.counts[hot.lines], config))
    _read(words, weights, draws, _readings(config, earlier), progress)
    weights = _by_heat(weights, hot.place[: len(known)])
    if earlier is not None:
        weights = rested(weights, known, earlier, config.rest)
    return _embedding(known, weights, _shared(corpus, known, config, earlier), config)


def _readings(config: EmbeddingConfig, earlier: Embedding | None) -> list[EmbeddingConfig]:
    """Return how to read the corpus, once or twice."""
    gently = replace(config, lr=config.lr * config.warm)
    if earlier is not None:
        return [gently]
    return [config, gently] if config.rest else [config]


def _read(
    words: Words,
    weights: Weights,
    draws: Draws,
    readings: list[EmbeddingConfig],
    progress: Progress | None,
) -> None:
    """Learn into `weights` once or twice, each time from there, and leave the mean of both.

    Whatever goes on from here is drawn back to here (`rested`): the mean of two readings has less
    chance in it than one has.
    """
    for turn, config in enumerate(readings):
        before = [rows.copy() for rows in weights] if turn else []
        for epoch in range(config.epochs):
            _epoch(words, weights, draws, config, epoch, turn)
            if progress is not None:
                progress((turn + (epoch + 1) / config.epochs) / len(readings))
        for rows, first in zip(weights, before, strict=False):  # nothing before the first reading
            rows += first
            rows *= np.float32(0.5)


def _by_heat(weights: Weights, lines: I64) -> Weights:
    return Weights(aligned_rows(weights.vectors, lines), aligned_rows(weights.out, lines))


def _embedding(
    known: Vocabulary, weights: Weights, shared: F32 | None, config: EmbeddingConfig
) -> Embedding:
    if not (np.isfinite(weights.vectors).all() and np.isfinite(weights.out).all()):
        raise TrainingError(
            f"the vectors of embedding {config.name!r} grew beyond all numbers at a learning rate "
            f"of {config.lr} and a window of {config.window}",
            "lower lr, or raise decay",
        )
    share = config.centre if config.rule is ScoreRule.COSINE else 0.0
    vectors = unit(centred(weights.vectors, known.counts, share))
    if shared is not None:
        vectors = joined(vectors, unit(shared), config.spectral)
    return Embedding(
        index=known.index,
        accounts=known.accounts,
        vectors=smoothed(vectors, known.counts, config.smoothing, config.seed),
        out=weights.out,
        counts=known.counts,
        config=config,
        learned=weights.vectors,
        shared=shared,
    )


def _shared(
    corpus: Corpus, known: Vocabulary, config: EmbeddingConfig, earlier: Embedding | None
) -> F32 | None:
    """Return what accounts share in people, where `config` asks for it."""
    if not config.spectral or config.rule is not ScoreRule.COSINE:
        return None
    found = spectral(corpus, known, config, earlier)
    return found if earlier is None else rested_shared(found, known, earlier, config.rest)


def _epoch(
    words: Words, weights: Weights, draws: Draws, config: EmbeddingConfig, epoch: int, turn: int
) -> None:
    """Read the corpus once, in as many spans of sentences as there are threads."""
    rates = (_rate(config, epoch), _rate(config, epoch + 1))
    sentences = len(words.starts) - 1
    cuts = [sentences * part // config.threads for part in range(config.threads + 1)]
    states = np.random.default_rng((config.seed, epoch + turn * config.epochs)).integers(
        1, 2**63, size=(config.threads, 1), dtype=np.uint64
    )
    shape = _shape(config)

    def read(span: tuple[int, int], state: U64) -> None:
        train_sentences(words, span, weights, draws, shape, rates, state)

    with ThreadPoolExecutor(config.threads) as pool:
        list(pool.map(read, pairwise(cuts), states))


def _shape(config: EmbeddingConfig) -> Shape:
    held = max(config.negatives, round(SPREAD * config.negatives * config.window))
    return Shape(config.window, config.negatives, held, config.decay)


def _rate(config: EmbeddingConfig, epochs: int) -> float:
    """Return the learning rate after `epochs`."""
    return config.lr * (1 - (1 - LAST_RATE) * epochs / config.epochs)
