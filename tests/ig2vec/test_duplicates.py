from __future__ import annotations

from dataclasses import replace

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from bowerbird.ig2vec.duplicates import damp, originals
from bowerbird.ig2vec.neighbours import neighbours
from tests.ig2vec.making import embedding

FAN = [(1, 0), (0.9, 0.2), (0.9, 0.2001), (0.9, 0.2002), (0.8, 0.5), (0, 1)]
WORDS = [9, 3, 8, 5, 9, 9]


def test_a_near_duplicate_counts_for_less_after_the_account_it_repeats() -> None:
    plain = embedding(FAN, WORDS)
    damped = neighbours(replace(plain, config=replace(plain.config, duplicate=0.9999)), k=5)
    left = neighbours(replace(plain, config=replace(plain.config, duplicate=2.0)), k=5)
    assert left.rows[0].tolist() == [1, 2, 3, 4, 5]
    assert damped.rows[0].tolist() == [1, 4, 2, 3, 5]
    assert np.allclose(damped.scores[0, [2, 3]], left.scores[0, [1, 2]] * [0.5, 0.25])
    assert (np.diff(damped.scores, axis=1) <= 0).all()


def test_the_original_is_the_account_with_most_words_and_stands_for_all_its_repeats() -> None:
    made = embedding(FAN, WORDS)
    made = replace(made, config=replace(made.config, duplicate=0.9999))
    lines = neighbours(replace(made, config=replace(made.config, duplicate=2.0)), k=5).rows
    assert originals(made, lines).tolist() == [0, 2, 2, 2, 4, 5]


def test_vectors_as_learned_decide_and_not_those_that_smoothing_made_alike() -> None:
    made = embedding(FAN, WORDS)
    apart = np.eye(6, dtype=np.float32)
    lines = neighbours(replace(made, config=replace(made.config, duplicate=2.0)), k=5).rows
    assert originals(replace(made, learned=apart), lines).tolist() == list(range(6))


@given(st.lists(st.integers(0, 4), min_size=2, max_size=12), st.integers(0, 2**31))
def test_damping_keeps_the_rows_and_never_raises_a_score(groups: list[int], seed: int) -> None:
    rng = np.random.default_rng(seed)
    size = len(groups)
    original = np.array([groups.index(group) for group in groups], np.int32)
    lines = np.stack([rng.permutation(size) for _ in range(3)]).astype(np.int32)
    scores = -np.sort(-rng.normal(size=lines.shape).astype(np.float32), axis=1)
    before = [dict(zip(*pair, strict=True)) for pair in zip(lines, scores, strict=True)]
    damp(lines, scores, original, 0.5)
    for row, score, old in zip(lines, scores, before, strict=True):
        assert sorted(row) == list(range(size))
        assert (np.diff(score) <= 0).all()
        assert all(new <= old[line] for line, new in zip(row, score, strict=True))
