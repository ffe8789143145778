"""Which accounts are words, how often each is read, and how often each is drawn against others."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from bowerbird.core.facts import F32, F64, I32, I64, NONE
from bowerbird.core.kernels import kernel
from bowerbird.ig2vec.aside import ROWS
from bowerbird.ig2vec.config import EmbeddingConfig
from bowerbird.ig2vec.corpus import Corpus


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The m accounts with enough words, in order of account row.

    Attributes:
        index: [A] int32 line of each account row, or NONE.
        accounts: [m] int32.
        counts: [m] int64 words in the corpus.
    """

    index: I32
    accounts: I32
    counts: I64

    def __len__(self) -> int:
        return len(self.accounts)


def vocabulary(corpus: Corpus, min_count: int) -> Vocabulary:
    """Return the accounts that have at least `min_count` words in `corpus`."""
    counts = word_counts(corpus)
    accounts = np.flatnonzero(counts >= min_count).astype(np.int32)
    index = np.full(len(counts), NONE, np.int32)
    index[accounts] = np.arange(len(accounts), dtype=np.int32)
    return Vocabulary(index, accounts, counts[accounts])


def word_counts(corpus: Corpus) -> I64:
    """Return [A] int64 words of each account row, up to the last that has any."""
    counts = np.zeros(0, np.int64)
    for first in range(0, len(corpus.tokens), ROWS):
        part = np.bincount(corpus.tokens[first : first + ROWS], minlength=len(counts))
        part[: len(counts)] += counts
        counts = part
    return counts


@dataclass(frozen=True, slots=True)
class Heat:
    """Lines by number of words, the most first: what is read most lies together in memory.

    Attributes:
        lines: [m] int64 line at each place.
        place: [m] int64 place of each line.
    """

    lines: I64
    place: I64


def hot_first(counts: I64) -> Heat:
    """Return the order of lines with `counts` words; equals by line."""
    lines = np.argsort(-counts, kind="stable")
    place = np.empty(len(lines), np.int64)
    place[lines] = np.arange(len(lines))
    return Heat(lines, place)


def keep_share(counts: I64, subsample: float) -> F32:
    """Return [m] float32, in what share of the epochs a word of each line is read.

    Frequent words are thinned as in word2vec's code: (sqrt(f / t) + 1) * t / f for a share f of the
    corpus and t = `subsample`, at most 1.
    """
    if subsample <= 0:
        return np.ones(len(counts), np.float32)
    share = counts / max(counts.sum(), 1) / subsample
    return np.asarray(np.minimum((np.sqrt(share) + 1) / share, 1), np.float32)


def draw_table(counts: I64, config: EmbeddingConfig) -> tuple[F32, I32]:
    """Return Walker's alias table ([m] float32, [m] int32) of counts ** negative_exponent."""
    weights = counts.astype(np.float64) ** config.negative_exponent
    return _alias(weights * (len(weights) / weights.sum()))


@kernel
def _alias(scaled: F64) -> tuple[F32, I32]:
    """Return the table of Vose (1991) of weights with mean 1; consumes `scaled`."""
    size = len(scaled)
    chance = np.ones(size, np.float32)
    alias = np.arange(size).astype(np.int32)
    small, large = np.empty(size, np.int32), np.empty(size, np.int32)
    smalls, larges = 0, 0
    for line in range(size):
        if scaled[line] < 1:
            small[smalls] = line
            smalls += 1
        else:
            large[larges] = line
            larges += 1
    while smalls > 0 and larges > 0:
        smalls -= 1
        less, more = small[smalls], large[larges - 1]
        chance[less] = scaled[less]
        alias[less] = more
        scaled[more] -= 1 - scaled[less]
        if scaled[more] < 1:
            larges -= 1
            small[smalls] = more
            smalls += 1
    return chance, alias
