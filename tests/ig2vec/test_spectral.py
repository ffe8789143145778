"""What accounts share in people: the table's singular vectors, without the table."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from bowerbird.core.facts import F64
from bowerbird.ig2vec.config import EmbeddingConfig
from bowerbird.ig2vec.corpus import Corpus
from bowerbird.ig2vec.embedding import Embedding
from bowerbird.ig2vec.lengths import unit
from bowerbird.ig2vec.spectral import spectral
from bowerbird.ig2vec.training import train_vectors
from bowerbird.ig2vec.vocabulary import vocabulary
from tests.ig2vec.making import corpus

CONFIG = EmbeddingConfig(dim=6, min_count=1)


def of_people(seed: int, people: int = 60, clusters: int = 4, length: int = 2) -> Corpus:
    """Each person has one cluster of ten accounts, and reads it in ten sentences."""
    rng = np.random.default_rng(seed)
    of = np.repeat(rng.integers(0, clusters, people), 10)
    found = corpus(*((10 * c + rng.integers(0, 10, length)).tolist() for c in of))
    return replace(found, users=np.repeat(np.arange(people, dtype=np.int32), 10))


def normal_table(found: Corpus) -> F64:
    """Return the whole table [p, a], without its first singular vector's part."""
    person = np.repeat(found.users, np.diff(found.starts))
    table = np.zeros((person.max() + 1, found.tokens.max() + 1))
    np.add.at(table, (person, found.tokens), 1)
    table = np.log1p(table)
    masses = table.sum(axis=0)
    normal = table / np.sqrt(table.sum(axis=1, keepdims=True) * masses)
    left: F64 = normal - normal @ np.outer(masses, masses) ** 0.5 / masses.sum()
    return left


def test_they_are_the_singular_vectors_of_the_whole_table() -> None:
    rng = np.random.default_rng(0)
    found = corpus(*(rng.integers(0, 15, 4).tolist() for _ in range(90)))
    found = replace(found, users=np.repeat(np.arange(30, dtype=np.int32), 3))
    shared = spectral(found, vocabulary(found, 1), CONFIG, None)
    _, weights, directions = np.linalg.svd(normal_table(found), full_matrices=False)
    expected = directions[:6].T * weights[:6]
    np.testing.assert_allclose(shared @ shared.T, expected @ expected.T, atol=1e-4)


def test_a_person_of_many_sentences_counts_once() -> None:
    one = corpus([0, 1, 0, 2], [3, 4])
    cut = replace(corpus([0], [1, 0], [2], [3, 4]), users=np.array([0, 0, 0, 1], np.int32))
    known = vocabulary(one, 1)
    whole = spectral(one, known, CONFIG, None)
    assert np.array_equal(whole, spectral(cut, known, CONFIG, None))


def test_few_accounts_have_few_numbers() -> None:
    found = corpus([0, 1], [1, 2], [2, 0])
    assert spectral(found, vocabulary(found, 1), CONFIG, None).shape == (3, 2)


def test_accounts_without_enough_words_are_passed_over() -> None:
    found = corpus([0, 1, 9], [1, 2], [2, 0], [0, 1, 2])
    known = vocabulary(found, 2)
    alone = corpus([0, 1], [1, 2], [2, 0], [0, 1, 2])
    assert np.array_equal(
        spectral(found, known, CONFIG, None), spectral(alone, vocabulary(alone, 2), CONFIG, None)
    )


def test_it_goes_on_from_earlier_directions() -> None:
    found = of_people(1, people=200)
    wide = replace(CONFIG, dim=3)  # as many as tell four clusters apart
    earlier = train_vectors(found, wide)
    assert earlier.shared is not None
    again = spectral(found, vocabulary(found, 1), wide, earlier)
    np.testing.assert_allclose(again @ again.T, earlier.shared @ earlier.shared.T, atol=1e-4)


def test_people_tell_what_sentences_of_one_account_cannot() -> None:
    found = of_people(2, length=1)
    blind = EmbeddingConfig(dim=8, epochs=3, persons=0, smoothing=0, min_count=1)
    assert same_cluster(train_vectors(found, replace(blind, spectral=0.0))) < 0.4
    assert same_cluster(train_vectors(found, blind)) > 0.6


def same_cluster(embedding: Embedding) -> float:
    """Return the share of the five nearest that are of an account's ten."""
    near = unit(embedding.vectors) @ unit(embedding.vectors).T
    np.fill_diagonal(near, -2)
    nearest = np.argsort(-near, axis=1)[:, :5]
    return float((embedding.accounts[nearest] // 10 == embedding.accounts[:, None] // 10).mean())


def test_people_who_are_all_alike_share_nothing_that_tells_accounts_apart() -> None:
    found = corpus([0, 1, 2], [2, 0, 1], [1, 2, 0])
    assert spectral(found, vocabulary(found, 1), CONFIG, None).shape == (3, 0)
    learned = train_vectors(found, CONFIG)
    assert np.isfinite(learned.vectors).all()


def test_a_night_after_nothing_was_shared_begins_with_nothing() -> None:
    found = corpus([0, 1, 2], [2, 0, 1], [1, 2, 0])
    first = train_vectors(found, CONFIG)
    again = train_vectors(found, CONFIG, earlier=first)
    assert again.shared is not None
    assert again.shared.shape == (3, 0)
    told_apart = corpus([0, 1, 2], [2, 0, 1], [1, 2, 0], [0, 1], [0, 1], [2])
    later = train_vectors(told_apart, CONFIG, earlier=first)
    assert later.shared is not None
    assert later.shared.shape[1] > 0
