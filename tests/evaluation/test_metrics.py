import numpy as np
import pytest

from bowerbird.evaluation.baselines import Ease, Engaged, ItemCF, best, popularity, together
from bowerbird.evaluation.metrics import bootstrap, pooled

PAIRS = Engaged(
    user=np.array([0, 0, 1, 1, 2], np.int32),
    media=np.array([0, 1, 0, 1, 2], np.int32),
    weight=np.ones(5, np.float32),
    users=3,
    items=3,
)


def test_popularity_counts_weights() -> None:
    assert popularity(PAIRS).tolist() == [2, 2, 1]


def test_items_of_the_same_people_are_similar_and_others_are_not() -> None:
    # media 0 and 1 share both their people: 2 / (sqrt 2 * sqrt 2 + 10)
    scores = ItemCF(PAIRS).scores(np.array([0], np.int32), np.ones(1, np.float32))
    assert scores.tolist() == pytest.approx([0, 2 / 12, 0])


def test_the_best_leave_out_what_is_excluded() -> None:
    scores = np.array([3, 2, 1], np.float32)
    assert best(scores, np.array([0], np.int32), 5).tolist() == [1, 2]


def test_the_interval_holds_the_mean_and_narrows_with_more_people() -> None:
    rng = np.random.default_rng(0)
    few, many = bootstrap(rng.random(20), rng), bootstrap(rng.random(2_000), rng)
    assert few.low < few.mean < few.high
    assert many.high - many.low < few.high - few.low


def test_a_pair_told_twice_counts_once_with_its_greatest_weight() -> None:
    twice = Engaged(
        user=np.array([1, 0, 1, 1], np.int32),
        media=np.array([0, 1, 0, 1], np.int32),
        weight=np.array([1, 1, 3, 2], np.float32),
        users=2,
        items=2,
    )
    assert together(twice).tolist() == [[9, 6], [6, 5]]


def test_a_linear_model_knows_that_shared_evidence_is_one() -> None:
    # G + I = [[2, 1, 0], [1, 3, 1], [0, 1, 2]], its inverse [[5, -2, 1], [-2, 4, -2], [1, -2, 5]]/8
    chain = Engaged(
        user=np.array([0, 0, 1, 1], np.int32),
        media=np.array([0, 1, 1, 2], np.int32),
        weight=np.ones(4, np.float32),
        users=2,
        items=3,
    )
    scores = Ease(chain, ridge=1.0).scores(np.array([0, 1], np.int32), np.ones(2, np.float32))
    assert scores.tolist() == pytest.approx([0.4, 0.5, 0.4 - 0.2])


def test_pooled_recall_weighs_people_by_what_they_wanted() -> None:
    rng = np.random.default_rng(0)
    found = pooled(np.array([1.0, 0.0]), np.array([1.0, 3.0]), rng)
    assert found.mean == 0.25
    assert (found.low, found.high) == (0.0, 1.0)
    same = pooled(np.zeros(50), np.ones(50), rng)
    assert (same.low, same.mean, same.high) == (0.0, 0.0, 0.0)
