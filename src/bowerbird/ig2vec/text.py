"""The text that training reads: a corpus by line, with the people themselves among the words.

A person's sessions are about few things, so who reads is a hint where a session is short. As in
paragraph vectors (Le & Mikolov 2014), a person is one more word of each of their sentences; people
are dropped when the training ends.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from bowerbird.core.facts import F32, I32, I64, NONE
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


def read_corpus(corpus: Corpus, known: Vocabulary, config: EmbeddingConfig) -> Text:
    """Return `corpus` by line, without the words that have none.

    A person's line comes before every `config.persons` words of their sentences.
    """
    lines = known.index[corpus.tokens]
    kept = lines != NONE
    starts = np.append(0, np.cumsum(kept))[corpus.starts]
    lines = lines[kept]
    keep = corpus.weights[kept] * keep_share(known.counts, config.subsample)[lines]
    text = Text(lines, keep.astype(np.float32), starts, known.counts)
    return _with_people(text, corpus.users, config.persons) if config.persons else text


def _with_people(text: Text, users: I32, every: int) -> Text:
    words = np.diff(text.starts)
    inside = np.arange(len(text.lines)) - np.repeat(text.starts[:-1], words)
    at = np.flatnonzero(inside % every == 0)
    people, person = np.unique(np.repeat(users, words)[at], return_inverse=True)
    lines = (len(text.counts) + person).astype(np.int32)
    added = -(-words // every)
    return Text(
        lines=np.insert(text.lines, at, lines),
        keep=np.insert(text.keep, at, np.float32(1)),
        starts=np.append(0, np.cumsum(words + added)).astype(np.int64),
        counts=np.append(text.counts, np.bincount(person, minlength=len(people))),
    )
