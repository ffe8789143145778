"""Accounts of which nothing new was learned stay where they were, or nearly."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from bowerbird.ig2vec.config import EmbeddingConfig
from bowerbird.ig2vec.embedding import Embedding
from bowerbird.ig2vec.rest import rested, rested_shared
from bowerbird.ig2vec.sgns import Weights
from bowerbird.ig2vec.vocabulary import Vocabulary

EARLIER = Embedding(
    index=np.array([0, -1, 1, 2], np.int32),
    accounts=np.array([0, 2, 3], np.int32),
    vectors=np.ones((3, 2), np.float32),
    out=np.array([[8, 8], [0, 0], [8, 8]], np.float32),
    counts=np.array([10, 5, 400]),
    config=EmbeddingConfig(dim=2),
    learned=np.array([[4, 0], [0, 4], [0, 0]], np.float32),
)


def now(counts: list[int]) -> tuple[Weights, Vocabulary]:
    """Return four accounts that were all learned to lie at (0, 0), and went out to (8, 8)."""
    lines = np.arange(4, dtype=np.int32)
    weights = Weights(np.zeros((4, 2), np.float32), np.full((4, 2), 8, np.float32))
    return weights, Vocabulary(lines, lines, np.array(counts))


def test_the_earlier_vector_weighs_by_the_share_of_words_it_knew_by_hand() -> None:
    weights, known = now([10, 7, 10, 400])  # no word is new; all are; half are
    found = rested(weights, known, EARLIER, 0.5)
    assert found.vectors.tolist() == [[2, 0], [0, 0], [0, 1], [0, 0]]
    assert found.out.tolist() == [[8, 8], [8, 8], [6, 6], [8, 8]]
    assert not weights.vectors.any()


# 40 of 455 words are new, 72 of 487, 200 of 615
@pytest.mark.parametrize(("last", "stays"), [(440, 0.5), (472, 1 - 5 * 72 / 487), (600, 0)])
def test_the_more_the_whole_log_grew_the_less_stays(last: int, stays: float) -> None:
    weights, known = now([10, 0, 5, last])
    found = rested(weights, known, EARLIER, 0.5)
    np.testing.assert_allclose(found.vectors[[0, 2]], [[4 * stays, 0], [0, 4 * stays]], atol=1e-5)


def test_a_share_of_none_and_an_embedding_that_does_not_say_leave_every_bit() -> None:
    weights, known = now([10, 7, 10, 400])
    assert rested(weights, known, EARLIER, 0.0) is weights
    assert rested(weights, known, replace(EARLIER, learned=None), 0.5) is weights


def test_words_that_were_taken_back_count_as_none_new() -> None:
    weights, known = now([6, 7, 5, 400])  # of account 0 there were ten
    found = rested(weights, known, EARLIER, 0.5).vectors
    assert found.tolist() == [[2, 0], [0, 0], [0, 2], [0, 0]]


@pytest.mark.parametrize("share", [0.3, 0.9])
def test_chance_that_differs_from_day_to_day_is_averaged_away(share: float) -> None:
    rng = np.random.default_rng(0)
    many = 500
    lines, counts = np.arange(many, dtype=np.int32), np.full(many, 20)
    truth = rng.normal(size=(many, 8)).astype(np.float32)

    def learned() -> Weights:
        noise = rng.normal(size=truth.shape).astype(np.float32)
        return Weights(truth + noise, truth.copy())

    known, last = Vocabulary(lines, lines, counts), learned()
    for _ in range(60):
        before = replace(
            EARLIER, index=lines, accounts=lines, counts=counts, learned=last.vectors, out=last.out
        )
        last = rested(learned(), known, before, share)
    off = float(np.square(last.vectors - truth).mean())
    assert off == pytest.approx((1 - share) / (1 + share), rel=0.1)  # of an exponential mean


def test_what_people_share_is_drawn_back_once_it_is_turned_alike_by_hand() -> None:
    _, known = now([10, 7, 10, 400])  # of the accounts that were there, half of the third is new
    shared = np.array([[2, 0], [9, 9], [0, 2], [1, 1]], np.float32)
    turned = np.array([[0, 4], [-4, 0], [-2, 2]], np.float32)  # a quarter turn, twice as long
    found = rested_shared(shared, known, replace(EARLIER, shared=turned), 0.5)
    expected = np.array([[3, 0], [9, 9], [0, 2.5], [1.5, 1.5]])
    np.testing.assert_allclose(found, expected, atol=1e-5)


@pytest.mark.parametrize("shared", [None, np.ones((3, 5), np.float32)])
def test_what_people_share_begins_anew_where_there_is_nothing_like_it(
    shared: np.ndarray | None,
) -> None:
    _, known = now([10, 7, 10, 400])
    rows = np.ones((4, 2), np.float32)
    assert rested_shared(rows, known, replace(EARLIER, shared=shared), 0.5) is rows
