"""The text that training reads: a corpus by line, with the people themselves among the words.

A person's sessions are about few things, so who reads is a hint where a session is short. As in
paragraph vectors (Le & Mikolov 2014), a person is one more word of each of their sentences; people
are dropped when the training ends.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from bowerbird.core.facts import F32, I32, I64, NONE
from bowerbird.ig2vec.aside import ROWS, Column
from bowerbird.ig2vec.config import EmbeddingConfig
from bowerbird.ig2vec.corpus import Corpus
from bowerbird.ig2vec.vocabulary import Vocabulary, keep_share


@dataclass(frozen=True, slots=True)
class Text:
    """Sentences [s] of words [t]; the m accounts have lines 0 .. m - 1, people those from m on.

    Attributes:
        lines: [t] int32.
        keep: [t] float32 in what share of the epochs a word is read.
        starts: [s + 1] int64.
        counts: [m + p] int64 words of each line.
    """

    lines: I32
    keep: F32
    starts: I64
    counts: I64

    def relabel(self, place: I64, words: int = ROWS) -> None:
        """Put `place[line]` in the stead of each of `lines`; of no more than `words` at a time."""
        for first in range(0, len(self.lines), words):
            piece = slice(first, first + words)
            self.lines[piece] = place[self.lines[piece]]


def read_corpus(
    corpus: Corpus, known: Vocabulary, config: EmbeddingConfig, words: int = ROWS
) -> Text:
    """Return `corpus` by line, without the words that have none; it lies where the corpus does.

    A person's line comes before every `config.persons` words of their sentences.

    Args:
        corpus: what is read.
        known: the accounts that are words.
        config: how often words and people are read.
        words: worked on at a time; the result is the same to the bit whatever it is.
    """
    share = keep_share(known.counts, config.subsample)
    readers = _readers(corpus, known, words) if config.persons else np.zeros(0, np.int32)
    counts = np.append(known.counts, np.zeros(int(readers.max(initial=NONE)) + 1, np.int64))
    lines, keep = Column(np.int32, corpus.aside), Column(np.float32, corpus.aside)
    starts, size = Column(np.int64, corpus.aside), 0
    starts.add(np.zeros(1))
    for piece in corpus.pieces(words):
        part = _read(corpus, piece, known, share)
        if config.persons:
            part = _with_people(part, len(known) + readers[corpus.users[piece]], config.persons)
            people = part.lines[part.lines >= len(known)]
            counts += np.bincount(people, minlength=len(counts))
        lines.add(part.lines)
        keep.add(part.keep)
        starts.add(size + part.starts[1:])
        size += len(part.lines)
    return Text(lines.array(), keep.array(), starts.array(), counts)


@dataclass(frozen=True, slots=True)
class _Part:
    """Some sentences of a text; `starts` begins with 0."""

    lines: I32
    keep: F32
    starts: I64


def _read(corpus: Corpus, piece: slice, known: Vocabulary, share: F32) -> _Part:
    bounds = corpus.starts[piece.start : piece.stop + 1]
    span = slice(bounds[0], bounds[-1])
    lines = known.index[corpus.tokens[span]]
    kept = lines != NONE
    lines = lines[kept]
    keep = corpus.weights[span][kept] * share[lines]
    return _Part(lines, keep, np.append(0, np.cumsum(kept))[bounds - bounds[0]])


def _readers(corpus: Corpus, known: Vocabulary, words: int) -> I32:
    """Return [P] a number for each person of whom a word is read, from 0 on; NONE for others."""
    reads = np.zeros(0, np.bool_)
    for piece in corpus.pieces(words):
        bounds = corpus.starts[piece.start : piece.stop + 1]
        kept = known.index[corpus.tokens[bounds[0] : bounds[-1]]] != NONE
        some = np.diff(np.append(0, np.cumsum(kept))[bounds - bounds[0]]) > 0
        users = corpus.users[piece]
        more = max(int(users.max()) + 1 - len(reads), 0)
        reads = np.append(reads, np.zeros(more, np.bool_))
        reads[users[some]] = True
    return np.where(reads, np.cumsum(reads) - 1, NONE).astype(np.int32)


def _with_people(part: _Part, people: I32, every: int) -> _Part:
    """Return `part` with the line [s] of who reads before every so many words of a sentence."""
    words = np.diff(part.starts)
    inside = np.arange(len(part.lines)) - np.repeat(part.starts[:-1], words)
    at = np.flatnonzero(inside % every == 0)
    added = -(-words // every)
    return _Part(
        lines=np.insert(part.lines, at, np.repeat(people, words)[at]),
        keep=np.insert(part.keep, at, np.float32(1)),
        starts=np.append(0, np.cumsum(words + added)),
    )
