from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from bowerbird.core.errors import TrainingError
from bowerbird.ig2vec.config import EmbeddingConfig, ScoreRule
from bowerbird.ig2vec.corpus import Corpus
from bowerbird.ig2vec.embedding import Embedding
from bowerbird.ig2vec.lengths import unit
from bowerbird.ig2vec.neighbours import neighbours
from bowerbird.ig2vec.training import train_vectors
from tests.ig2vec.making import clustered, corpus

CONFIG = EmbeddingConfig(dim=16, epochs=8)


@pytest.fixture(scope="module")
def words() -> Corpus:
    return clustered(seed=3)


@pytest.fixture(scope="module")
def learned(words: Corpus) -> Embedding:
    return train_vectors(words, CONFIG)


def same_cluster(embedding: Embedding, rule: ScoreRule) -> float:
    config = replace(embedding.config, rule=rule, popularity=0.0)
    links = neighbours(replace(embedding, config=config), k=10)
    return float((links.rows // 25 == embedding.accounts[:, None] // 25).mean())


def test_neighbours_are_of_the_same_cluster(learned: Embedding) -> None:
    assert same_cluster(learned, ScoreRule.COSINE) > 0.95  # blindly it were 0.12
    assert same_cluster(learned, ScoreRule.CONTEXT) > 0.95


def test_the_mean_is_taken_off_where_alike_is_asked_for_and_not_where_next_is(
    words: Corpus,
) -> None:
    alike = train_vectors(words, replace(CONFIG, smoothing=0.0, spectral=0.0))
    coming = train_vectors(words, replace(CONFIG, smoothing=0.0, rule=ScoreRule.CONTEXT))
    assert alike.learned is not None
    assert coming.learned is not None
    assert (alike.learned == coming.learned).all()
    mean = np.average(alike.learned, axis=0, weights=alike.counts)
    np.testing.assert_allclose(alike.vectors, unit(alike.learned - mean), atol=1e-6)
    np.testing.assert_allclose(coming.vectors, unit(coming.learned), atol=1e-6)


def test_shuffled_words_teach_nothing(words: Corpus) -> None:
    shuffled = replace(words, tokens=np.random.default_rng(0).permutation(words.tokens))
    assert same_cluster(train_vectors(shuffled, CONFIG), ScoreRule.COSINE) < 0.25


def test_vectors_have_length_one_and_a_line_an_account(learned: Embedding) -> None:
    assert learned.vectors.shape == learned.out.shape == (200, 16)
    assert learned.vectors.dtype == learned.out.dtype == np.float32
    assert np.allclose((learned.vectors**2).sum(axis=1), 1, atol=1e-5)
    assert np.array_equal(learned.index[learned.accounts], np.arange(200))


def test_the_same_seed_gives_the_same_bits(words: Corpus, learned: Embedding) -> None:
    again = train_vectors(words, CONFIG)
    assert again.vectors.tobytes() == learned.vectors.tobytes()
    assert again.out.tobytes() == learned.out.tobytes()
    other = train_vectors(words, replace(CONFIG, seed=1))
    assert other.vectors.tobytes() != learned.vectors.tobytes()


def test_two_threads_learn_as_well(words: Corpus) -> None:
    config = replace(CONFIG, threads=2)
    assert same_cluster(train_vectors(words, config), ScoreRule.COSINE) > 0.95


def test_progress_reaches_one(words: Corpus) -> None:
    told: list[float] = []
    first = train_vectors(words, replace(CONFIG, epochs=2), told.append)
    assert told == [0.25, 0.5, 0.75, 1.0]
    for config, earlier in ((replace(CONFIG, rest=0.0), None), (CONFIG, first)):
        told.clear()
        train_vectors(words, replace(config, epochs=2), told.append, earlier)
        assert told == [0.5, 1.0]


def test_a_first_learning_has_less_chance_in_it_than_one_reading(words: Corpus) -> None:
    def apart(rest: float) -> float:
        """Return the share of neighbours that two learnings from the same start do not share."""
        one = train_vectors(words, replace(CONFIG, rest=rest, spectral=0.0))
        again = replace(CONFIG, rest=0.0, spectral=0.0, seed=7)
        other = train_vectors(words, again, earlier=one)
        return 1 - kept(one, other)

    assert apart(0.6) < 0.95 * apart(0.0)


def test_the_second_reading_goes_on_from_where_the_first_ended(words: Corpus) -> None:
    once = train_vectors(words, replace(CONFIG, rest=0.0))
    halted = train_vectors(words, replace(CONFIG, rest=0.6, warm=1e-9))  # the second moves nothing
    assert once.learned is not None
    assert halted.learned is not None
    np.testing.assert_allclose(halted.learned, once.learned, atol=1e-5)


def test_a_corpus_too_thin_says_what_it_has() -> None:
    with pytest.raises(TrainingError, match="'default' has 1 accounts with 3 engagements"):
        train_vectors(corpus([5, 1, 5], [5, 2]), EmbeddingConfig())


def test_words_of_little_weight_are_read_less_often(words: Corpus) -> None:
    """Words of weight 1e-6 are read in no epoch: vectors stay where they started."""
    faint = replace(words, weights=np.full_like(words.weights, 1e-6))
    assert not train_vectors(faint, CONFIG).out.any()


def nearest(embedding: Embedding) -> list[set[int]]:
    return [set(line) for line in neighbours(embedding, k=10).rows.tolist()]


def kept(one: Embedding, other: Embedding) -> float:
    pairs = zip(nearest(one), nearest(other), strict=True)
    return float(np.mean([len(a & b) / 10 for a, b in pairs]))


def test_training_that_goes_on_moves_little(words: Corpus, learned: Embedding) -> None:
    cold = train_vectors(words, replace(CONFIG, seed=9))
    warm = train_vectors(words, replace(CONFIG, seed=9), earlier=learned)
    assert kept(learned, warm) > kept(learned, cold) + 0.1
    assert same_cluster(warm, ScoreRule.COSINE) > 0.95


def test_accounts_an_earlier_embedding_knows_start_where_it_left_them() -> None:
    few = corpus(*[[0, 1, 2]] * 5)
    earlier = train_vectors(few, CONFIG)
    faint = corpus(*[[0, 1, 2, 3]] * 5)
    faint = replace(faint, weights=np.full_like(faint.weights, 1e-6))
    again = train_vectors(faint, CONFIG, earlier=earlier)
    assert again.learned is not None
    assert earlier.learned is not None
    assert np.array_equal(again.learned[:3], earlier.learned)
    assert np.array_equal(again.out[:3], earlier.out)
    assert not again.out[3].any()


def test_vectors_of_another_width_are_no_start(words: Corpus, learned: Embedding) -> None:
    narrow = replace(CONFIG, dim=8)
    again = train_vectors(words, narrow, earlier=learned)
    assert again.vectors.tobytes() == train_vectors(words, narrow).vectors.tobytes()


def test_vectors_that_explode_are_refused(words: Corpus) -> None:
    with pytest.raises(TrainingError, match="grew beyond all numbers"):
        train_vectors(words, replace(CONFIG, lr=50.0))
