from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from bowerbird.ig2vec import neighbours as room
from bowerbird.ig2vec.config import ScoreRule
from bowerbird.ig2vec.neighbours import neighbours
from tests.ig2vec.making import embedding

FAN = [(1, 0), (0.9, 0.1), (0, 1), (0.5, 0.5), (-1, 0)]


def test_neighbours_come_nearest_first_and_never_themselves() -> None:
    links = neighbours(embedding(FAN, [1] * 5), k=3)
    assert links.rows[0].tolist() == [1, 3, 2]
    assert links.rows[2].tolist() == [3, 1, 0]
    assert np.allclose(links.scores[0], [0.9939, 0.7071, 0], atol=1e-4)
    assert (np.diff(links.scores, axis=1) <= 0).all()
    assert links.length.tolist() == [3] * 5


def test_a_twin_is_a_neighbour_and_itself_is_not() -> None:
    links = neighbours(embedding([(1, 0)] * 3 + [(0, 1)], [1] * 4), k=2)
    for line in range(3):
        assert sorted(links.rows[line].tolist()) == [i for i in range(3) if i != line]


def test_fewer_accounts_than_asked_for_are_all_neighbours() -> None:
    links = neighbours(embedding(FAN, [1] * 5), k=200)
    assert links.rows.shape == (5, 4)


def test_under_the_context_rule_known_accounts_come_first() -> None:
    made = embedding(FAN, [1, 1, 1, 1, 1_000_000])
    context = replace(made.config, rule=ScoreRule.CONTEXT, popularity=1.0)
    links = neighbours(replace(made, config=context), k=1)
    assert links.rows[:4, 0].tolist() == [4] * 4
    assert np.isclose(links.scores[0, 0], -1 + np.log(1_000_000))


def test_rows_are_accounts_not_lines() -> None:
    made = embedding(FAN, [1] * 5)
    accounts = made.accounts * 10 + 7
    index = np.full(48, -1, np.int32)
    index[accounts] = np.arange(5)
    links = neighbours(replace(made, accounts=accounts, index=index), k=1)
    assert links.rows[links.index[7]].tolist() == [17]


def test_the_inverted_file_finds_nearly_what_the_exact_search_finds(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    vectors = np.random.default_rng(0).normal(size=(3_000, 8))
    made = embedding(vectors.tolist(), [1] * 3_000)
    exact = neighbours(made, k=10)
    monkeypatch.setattr(room, "FLAT_UNTIL", 1_000)
    nearly = neighbours(made, k=10)
    found = [np.isin(a, b).mean() for a, b in zip(nearly.rows, exact.rows, strict=True)]
    assert np.mean(found) > 0.9
