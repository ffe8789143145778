"""Metrics, worked out by hand."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bowerbird.ranking.metrics import auc, calibration, cross_entropy, normalised_entropy

YES_NO = np.array([True, False, True, False])


def test_auc_counts_pairs_in_the_right_order_and_ties_by_half() -> None:
    scores = np.array([0.9, 0.5, 0.5, 0.1])
    assert auc(YES_NO, scores) == 3.5 / 4


@given(st.lists(st.tuples(st.booleans(), st.integers(0, 4)), min_size=2, max_size=30))
def test_auc_is_the_share_of_pairs(rows: list[tuple[bool, int]]) -> None:
    labels = np.array([label for label, _ in rows])
    scores = np.array([float(score) for _, score in rows])
    pairs = [
        1.0 if p > n else 0.5 if p == n else 0.0 for p in scores[labels] for n in scores[~labels]
    ]
    expected = sum(pairs) / len(pairs) if pairs else math.nan
    assert auc(labels, scores) == pytest.approx(expected, nan_ok=True)


def test_cross_entropy_is_the_mean_surprise() -> None:
    found = cross_entropy(np.array([True, False]), np.array([0.5, 0.75]))
    assert found == pytest.approx((math.log(2) + math.log(4)) / 2)


def test_saying_the_observed_share_has_normalised_entropy_one() -> None:
    assert normalised_entropy(YES_NO, np.full(4, 0.5)) == pytest.approx(1.0)
    assert normalised_entropy(YES_NO, np.array([0.9, 0.1, 0.9, 0.1])) < 0.2


def test_calibration_is_predicted_over_observed() -> None:
    assert calibration(YES_NO, np.array([0.5, 0.5, 0.5, 0.0])) == 0.75


def test_what_cannot_be_measured_is_not_a_number() -> None:
    nobody = np.zeros(3, np.bool_)
    assert math.isnan(auc(nobody, np.ones(3)))
    assert math.isnan(normalised_entropy(nobody, np.full(3, 0.1)))
    assert math.isnan(calibration(nobody, np.full(3, 0.1)))
    assert math.isnan(normalised_entropy(np.empty(0, np.bool_), np.empty(0)))
