"""Order within groups, worked by hand."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bowerbird.evaluation.within import group_auc, group_ndcg
from bowerbird.ranking.metrics import auc

YES, NO = True, False


def test_each_group_has_its_own_auc_and_counts_by_its_rows() -> None:
    group = np.array([7, 7, 7, 3, 3, 9])
    labels = np.array([YES, NO, NO, NO, YES, YES])
    scores = np.array([2.0, 3.0, 1.0, 0.5, 0.5, 9.0])
    found = group_auc(group, labels, scores)
    # group 9 has no negative; 3 is a tie; of 7's two pairs one is in order
    assert found.group.tolist() == [3, 7]
    assert found.value.tolist() == [0.5, 0.5]
    assert found.weight.tolist() == [2.0, 3.0]
    scores[0] = 4.0
    assert group_auc(group, labels, scores).mean() == pytest.approx((2 * 0.5 + 3 * 1.0) / 5)


def test_ndcg_counts_the_first_k_places_only() -> None:
    group = np.zeros(4, np.int64)
    labels = np.array([NO, YES, NO, YES])
    scores = np.array([4.0, 3.0, 2.0, 1.0])
    # relevant at places 2 and 4 (1-based): 1 / log2(3); the best has 1 and 1 / log2(3)
    gain = 1 / np.log2(3)
    assert group_ndcg(group, labels, scores, 2).value.tolist() == pytest.approx([gain / (1 + gain)])
    deeper = (gain + 1 / np.log2(5)) / (1 + gain)
    assert group_ndcg(group, labels, scores, 5).value.tolist() == pytest.approx([deeper])


def test_ndcg_of_ties_is_the_mean_over_their_orders() -> None:
    labels, scores = np.array([YES, NO]), np.ones(2)
    found = group_ndcg(np.zeros(2, np.int64), labels, scores, 5)
    assert found.value.tolist() == pytest.approx([(1 + 1 / np.log2(3)) / 2])


def test_groups_without_an_order_to_get_right_are_left_out() -> None:
    group, scores = np.array([1, 1, 2]), np.array([1.0, 2.0, 3.0])
    labels = np.array([YES, YES, NO])
    assert np.isnan(group_auc(group, labels, scores).mean())
    assert np.isnan(group_ndcg(group, labels, scores, 5).mean())
    nothing = np.empty(0, np.int64)
    assert len(group_auc(nothing, np.empty(0, np.bool_), np.empty(0)).group) == 0


@given(st.lists(st.tuples(st.integers(0, 3), st.booleans(), st.integers(0, 4)), max_size=40))
def test_group_auc_is_the_auc_of_each_group_alone(rows: list[tuple[int, bool, int]]) -> None:
    group = np.array([row[0] for row in rows], np.int64)
    labels = np.array([row[1] for row in rows], np.bool_)
    scores = np.array([row[2] for row in rows], np.float64)
    found = group_auc(group, labels, scores)
    for one, value in zip(found.group.tolist(), found.value.tolist(), strict=True):
        mine = group == one
        assert value == pytest.approx(auc(labels[mine], scores[mine]))


@given(st.lists(st.tuples(st.integers(0, 2), st.booleans()), max_size=30))
def test_a_score_that_is_the_label_is_perfect(rows: list[tuple[int, bool]]) -> None:
    group = np.array([row[0] for row in rows], np.int64)
    labels = np.array([row[1] for row in rows], np.bool_)
    assert (group_auc(group, labels, labels.astype(np.float64)).value == 1).all()
    found = group_ndcg(group, labels, labels.astype(np.float64), 5)
    assert found.value == pytest.approx(np.ones(len(found.value)))
