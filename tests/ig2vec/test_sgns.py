from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from bowerbird.core.facts import F64
from bowerbird.ig2vec.config import EmbeddingConfig
from bowerbird.ig2vec.sgns import Targets, Weights, step
from bowerbird.ig2vec.vocabulary import draw_table, hot_first, keep_share, vocabulary
from tests.ig2vec.making import corpus

TARGETS = np.array([3, 1, 0, 4], np.int64)
NEAR = 2
WEIGHT = np.array([1, 1, 2.5, 2.5])
LR, DECAY = 0.05, 0.1


def loss(x: F64, out: F64) -> float:
    """The loss that `sgns` names: the first two targets go with x, the rest do not."""
    signs = np.where(np.arange(len(TARGETS)) < NEAR, 1.0, -1.0)
    fit = (WEIGHT * np.log1p(np.exp(-signs * (out[TARGETS] @ x)))).sum()
    pull = sum(w * (x @ x + out[t] @ out[t]) for w, t in zip(WEIGHT, TARGETS, strict=True))
    return float(fit + DECAY / 2 * pull)


def slope(x: F64, out: F64, of: F64) -> F64:
    """Numerical gradient of the loss by the array `of`, which is `x` or `out` itself."""
    result = np.zeros_like(of)
    for at in np.ndindex(of.shape):
        here = of[at]
        of[at] = here + 1e-6
        up = loss(x, out)
        of[at] = here - 1e-6
        result[at] = (up - loss(x, out)) / 2e-6
        of[at] = here
    return result


def test_a_step_goes_against_the_gradient_of_the_loss() -> None:
    rng = np.random.default_rng(1)
    for width in (3, 8, 13, 64):
        vectors, out = rng.normal(size=(2, width)), rng.normal(size=(6, width))
        weights = Weights(vectors.astype(np.float32), out.astype(np.float32))
        before = Weights(weights.vectors.copy(), weights.out.copy())
        pull, move = np.empty(len(TARGETS), np.float32), np.empty(width, np.float32)
        targets = Targets(TARGETS.copy(), WEIGHT.astype(np.float32), pull, move)
        step(1, NEAR, len(TARGETS), weights, targets, (LR, DECAY))
        x, out = before.vectors[1].astype(np.float64), before.out.astype(np.float64)
        assert np.allclose(weights.vectors[1], x - LR * slope(x, out, x), atol=1e-4)
        assert np.allclose(weights.out, out - LR * slope(x, out, out), atol=1e-4)
        assert np.array_equal(weights.vectors[0], before.vectors[0])


def test_the_sigmoid_is_near_the_true_one_and_stays_within_0_and_1() -> None:
    rates = (1.0, 0.0)  # one negative moves the input from 0 by -sigmoid(z) of its own vector
    for z in (-50.0, -9.9, -3.0, -0.1, 0.0, 1.0, 8.0, 9.9, 50.0):
        weights = Weights(np.array([[1, 0]], np.float32), np.array([[z, 1]], np.float32))
        targets = Targets(
            np.zeros(1, np.int64),
            np.ones(1, np.float32),
            np.empty(1, np.float32),
            np.empty(2, np.float32),
        )
        step(0, 0, 1, weights, targets, rates)
        found = -float(weights.vectors[0, 1])
        assert 0 <= found <= 1
        assert abs(found - 1 / (1 + np.exp(-z))) < 5e-4


@given(st.lists(st.integers(1, 1_000), min_size=1, max_size=30), st.sampled_from([-0.5, 0.75, 1]))
def test_the_table_draws_in_proportion_to_the_power_of_counts(
    counts: list[int], exponent: float
) -> None:
    config = EmbeddingConfig(negative_exponent=exponent)
    chance, alias = draw_table(np.array(counts, np.int64), config)
    drawn = np.bincount(alias, 1 - chance, minlength=len(counts)) + chance
    expected = np.array(counts, np.float64) ** exponent
    assert np.allclose(drawn / len(counts), expected / expected.sum(), atol=1e-5)


def test_only_frequent_words_are_read_less_often() -> None:
    share = keep_share(np.array([1, 9_999], np.int64), 1e-3)
    assert share[0] == 1
    assert np.isclose(share[1], np.sqrt(1e-3 / 0.9999) + 1e-3 / 0.9999)
    assert keep_share(np.array([1, 9_999], np.int64), 0).tolist() == [1, 1]


def test_a_word_under_the_minimum_has_no_line() -> None:
    known = vocabulary(corpus([4, 1, 4], [4, 1, 2]), 2)
    assert known.index.tolist() == [-1, 0, -1, -1, 1]
    assert (known.accounts.tolist(), known.counts.tolist()) == ([1, 4], [2, 3])


def test_the_hottest_line_comes_first() -> None:
    heat = hot_first(np.array([2, 9, 2, 5], np.int64))
    assert heat.lines.tolist() == [1, 3, 0, 2]
    assert heat.place[heat.lines].tolist() == [0, 1, 2, 3]
