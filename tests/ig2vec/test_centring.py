"""What all words have in common is taken off."""

from __future__ import annotations

import numpy as np

from bowerbird.ig2vec.centring import centred
from bowerbird.ig2vec.lengths import unit


def test_the_mean_over_words_is_taken_off_by_hand() -> None:
    vectors = np.array([[1, 0], [0, 1], [4, 4]], np.float32)
    counts = np.array([3, 1, 0])  # their mean word is (0.75, 0.25)
    assert centred(vectors, counts, 1.0).tolist() == [[0.25, -0.25], [-0.75, 0.75], [3.25, 3.75]]
    assert centred(vectors, counts, 0.5)[0].tolist() == [0.625, -0.125]


def test_a_share_of_none_leaves_every_bit() -> None:
    vectors = np.random.default_rng(0).normal(size=(5, 4)).astype(np.float32)
    assert centred(vectors, np.ones(5, np.int64), 0.0) is vectors


def test_accounts_that_everybody_is_shown_are_told_apart_by_what_they_are_about() -> None:
    rng = np.random.default_rng(1)
    about = rng.permutation(np.arange(400) % 8)
    topics, cone = np.eye(8, 32, dtype=np.float32), np.eye(1, 32, 20, dtype=np.float32)
    noise = 0.2 * rng.normal(size=(400, 32)).astype(np.float32)
    depth = np.where(np.arange(400) < 40, 3.0, 1.0)[:, None]  # the best known lie deepest
    vectors = (topics[about] + depth * cone + noise).astype(np.float32)
    counts = np.where(np.arange(400) < 40, 1_000, 20)

    def same(found: np.ndarray) -> float:
        near = unit(found.astype(np.float32))
        cosine = near[:40] @ near.T
        cosine[np.arange(40), np.arange(40)] = -2
        nearest = np.argsort(-cosine, axis=1)[:, :20]
        return float((about[nearest] == about[:40, None]).mean())

    assert same(vectors) < 0.4
    assert same(centred(vectors, counts, 1.0)) > 0.6
