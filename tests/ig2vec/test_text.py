from __future__ import annotations

import numpy as np

from bowerbird.ig2vec.config import EmbeddingConfig
from bowerbird.ig2vec.text import read_corpus
from bowerbird.ig2vec.vocabulary import vocabulary
from tests.ig2vec.making import corpus

EVERY = EmbeddingConfig(min_count=1, subsample=0, persons=2)


def test_a_person_is_read_before_every_so_many_words_of_theirs() -> None:
    words = corpus([5, 6, 7], [6, 5])
    text = read_corpus(words, vocabulary(words, 1), EVERY)
    assert text.lines.tolist() == [3, 0, 1, 3, 2, 4, 1, 0]  # accounts 5, 6, 7 are lines 0, 1, 2
    assert text.starts.tolist() == [0, 5, 8]
    assert text.counts.tolist() == [2, 2, 1, 2, 1]
    assert text.keep.tolist() == [1] * 8


def test_without_people_the_text_is_the_corpus_less_its_rare_words() -> None:
    words = corpus([5, 6, 5], [6, 9], [9, 4])
    config = EmbeddingConfig(min_count=2, subsample=0, persons=0)
    text = read_corpus(words, vocabulary(words, 2), config)
    assert text.lines.tolist() == [0, 1, 0, 1, 2, 2]
    assert text.starts.tolist() == [0, 3, 5, 6]


def test_a_sentence_without_a_known_word_has_no_person_either() -> None:
    words = corpus([5, 5], [6])
    text = read_corpus(words, vocabulary(words, 2), EVERY)
    assert text.lines.tolist() == [1, 0, 0]
    assert np.diff(text.starts).tolist() == [3, 0]
