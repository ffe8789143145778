from __future__ import annotations

import numpy as np
import pytest

from bowerbird.core.facts import NONE
from bowerbird.core.signals import Links
from bowerbird.ig2vec import exam as room
from bowerbird.ig2vec.exam import exam
from bowerbird.ig2vec.questions import questions
from bowerbird.ig2vec.same_topic import same_topic
from bowerbird.ig2vec.tiers import tiers
from tests.ig2vec.making import corpus, embedding

FAN = [(1, 0), (0.9, 0.1), (0.7, 0.7), (0.1, 0.9), (0, 1)]
COUNTS = [5, 1, 9, 1, 1]


@pytest.fixture(autouse=True)
def _one_place(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "CUTS", (1, 2))


def test_hits_of_a_tiny_catalogue_worked_by_hand() -> None:
    """After 0 the nearest are 1, 2; the known are 2, 0. After 4 they are 3, 2 and 2, 0."""
    found = exam(embedding(FAN, COUNTS), corpus([0, 1], [4, 2]))
    assert found["questions"] == 2
    assert found["hit@1"]["cosine"]["all"] == 0.5  # finds 1 after 0
    assert found["hit@2"]["cosine"]["all"] == 1.0  # and 2 after 4
    assert found["hit@1"]["popularity"] == {"all": 0.5, "head": 1.0, "torso": None, "tail": 0.0}
    assert found["hit@1"]["random"]["all"] == 0.2
    assert found["hit@1"]["embedding"] == found["hit@1"]["cosine"]


def test_the_prefix_is_left_out_and_answers_without_a_vector_are_missed() -> None:
    """After 2, 0 the most popular left is 1 or 3 or 4, so each is second on average."""
    found = exam(embedding(FAN, COUNTS), corpus([2, 0, 1], [2, 77]))
    assert found["questions"] == 3
    assert found["covered"] == pytest.approx(2 / 3, abs=1e-5)
    assert found["hit@1"]["popularity"]["all"] == pytest.approx(1 / 3, abs=1e-5)  # 0 after 2
    assert found["hit@2"]["popularity"]["all"] == pytest.approx(2 / 3, abs=1e-5)


def test_co_engagement_adds_up_over_what_came_before() -> None:
    rows = np.array([[1, 3], [NONE, NONE], [3, 4]], np.int32)
    scores = np.array([[0.6, 0.5], [0, 0], [0.2, 0.1]], np.float32)
    index = np.array([0, 1, 2], np.int32)
    links = Links(index, rows, np.array([2, 0, 2], np.int32), scores)
    found = exam(embedding(FAN, COUNTS), corpus([0, 2, 3]), co_engaged=links, seed=1)
    # after 0 nothing leads to 2; after 0 and 2 account 3 has .7, 1 has .6
    assert found["hit@1"]["co_engaged"]["all"] == 0.5


def test_questions_ask_for_what_is_new_in_the_sentence() -> None:
    asked = questions(corpus([3, 1, 3, 2], [5]), most=10, seed=0)
    before = [[a for a in line if a != NONE] for line in asked.before.tolist()]
    assert sorted(zip(asked.answer.tolist(), before, strict=True)) == [(1, [3]), (2, [3, 1, 3])]
    assert len(questions(corpus([3, 1, 3, 2], [5]), most=1, seed=0)) == 1


def test_an_exam_without_questions_has_no_rates() -> None:
    found = exam(embedding(FAN, COUNTS), corpus([1], [2]))
    assert found["questions"] == 0
    assert found["hit@1"]["cosine"]["all"] is None


def test_tiers_hold_a_third_of_the_words_each() -> None:
    assert tiers(np.array([1, 10, 4, 5, 5, 5], np.int64)).tolist() == [2, 0, 2, 1, 1, 2]


def test_same_topic_shares_of_six_accounts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bowerbird.ig2vec.same_topic.NEAREST", 1)
    made = embedding([(1, 0.1), (1, 0), (0, 1), (0.1, 1), (1, 1)], [30, 30, 30, 1, 1])
    topics = np.array([0, 0, 1, 0, NONE], np.int32)
    mixture = np.eye(2, dtype=np.float32)[[0, 0, 1, 0, 1]]
    found = same_topic(made, topics, mixture)
    assert found["all"] == {"accounts": 4, "share": 0.5, "base": 0.5, "ceiling": 0.75}
    assert found["established"]["accounts"] == 3
    assert found["established"]["share"] == pytest.approx(2 / 3, abs=1e-5)


def test_topics_ride_along_in_the_exam() -> None:
    topics = np.array([0, 0, 1, 1, 1], np.int32)
    found = exam(embedding(FAN, COUNTS), corpus([0, 1]), topic_of=topics)
    assert found["topics"] == same_topic(embedding(FAN, COUNTS), topics)
    assert not same_topic(embedding(FAN, COUNTS), np.zeros(0, np.int32))
