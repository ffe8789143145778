"""The figures of a page, worked by hand."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bowerbird.evaluation.diversity import diversity
from bowerbird.evaluation.freshness import DAY_MS, freshness
from bowerbird.evaluation.interests import interest_recall, topic_shares
from bowerbird.evaluation.miscalibration import SMOOTHING, miscalibration
from bowerbird.evaluation.newcomers import newcomers
from bowerbird.evaluation.worth import worth

TOPICS = st.lists(st.lists(st.sampled_from("abcd"), max_size=3, unique=True), max_size=8)


def test_diversity_counts_the_pairs_that_differ() -> None:
    assert diversity("aaaa") == 0
    assert diversity("abcd") == 1
    assert diversity("aabb") == pytest.approx(4 / 6)  # of six pairs, two are alike
    assert math.isnan(diversity("a"))


def test_a_media_of_two_topics_is_half_of_each() -> None:
    assert topic_shares([["a", "b"], ["a"]]) == {"a": 0.75, "b": 0.25}
    assert topic_shares([[], []]) == {}


def test_interest_recall_leaves_out_passing_fancies() -> None:
    interests = {"a": 0.6, "b": 0.36, "c": 0.04}
    assert interest_recall(interests, {"a": 0.1, "c": 0.9}) == 0.5
    assert interest_recall(interests, {"a": 0.1, "c": 0.9}, least=0.0) == pytest.approx(2 / 3)
    assert math.isnan(interest_recall({}, {"a": 1.0}))


def test_miscalibration_is_the_divergence_of_steck() -> None:
    # interests .7 / .3, page all of the first: q~ = (.99 * 1 + .01 * .7, .01 * .3)
    expected = 0.7 * math.log(0.7 / 0.997) + 0.3 * math.log(0.3 / 0.003)
    assert miscalibration({"a": 0.7, "b": 0.3}, {"a": 1.0}) == pytest.approx(expected)
    assert math.isnan(miscalibration({}, {"a": 1.0}))
    assert math.isnan(miscalibration({"a": 1.0}, {}))


@given(TOPICS, TOPICS)
def test_miscalibration_is_least_where_the_page_is_the_interests(
    liked: list[list[str]], shown: list[list[str]]
) -> None:
    interests, page = topic_shares(liked), topic_shares(shown)
    if interests and page:
        assert miscalibration(interests, page) >= -1e-12
        assert miscalibration(interests, interests) == pytest.approx(0.0, abs=1e-12)
        assert miscalibration(interests, page) <= -math.log(SMOOTHING) + 1e-12


def test_freshness_is_the_share_of_a_days_posts() -> None:
    now = 10 * DAY_MS
    assert freshness([now, now - DAY_MS, now - DAY_MS - 1, 0], now) == 0.5
    assert freshness([now + 1], now) == 0  # of the future: not yet
    assert math.isnan(freshness([], now))


def test_newcomers_are_those_shown_fewer_than_fifty_times() -> None:
    assert newcomers(np.array([0, 49, 50, 5_000], np.float32)) == 2


def test_worth_adds_up_heads_and_slots_with_hides_against() -> None:
    chances = {
        "like": np.array([0.5, 0.1], np.float32),
        "hide": np.array([0.01, 0.02], np.float32),
        "click": np.array([1.0, 1.0], np.float32),
    }
    assert worth(chances, {"like": 1.0, "hide": -10.0}) == pytest.approx(0.6 - 0.3)
