from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from bowerbird.core.facts import F64
from bowerbird.ig2vec.config import EmbeddingConfig
from bowerbird.ig2vec.sgns import step
from bowerbird.ig2vec.vocabulary import draw_table, keep_share, vocabulary
from tests.ig2vec.making import corpus

TARGETS = np.array([3, 0, 4], np.int32)
LR, DECAY = 0.05, 0.1


def loss(x: F64, out: F64) -> float:
    """The loss that `sgns` names: the first target goes with x, the rest do not."""
    signs = np.array([1.0, -1.0, -1.0])
    fit = np.log1p(np.exp(-signs * (out[TARGETS] @ x))).sum()
    return float(fit + DECAY / 2 * sum(x @ x + out[t] @ out[t] for t in TARGETS))


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
    for width in (3, 8, 13):
        x, out = rng.normal(size=width), rng.normal(size=(6, width))
        x32, out32 = x.astype(np.float32), out.astype(np.float32)
        x, out = x32.astype(np.float64), out32.astype(np.float64)
        rates = (np.float32(LR), np.float32(LR * DECAY))
        step(x32, out32, TARGETS, rates, np.empty(width, np.float32))
        assert np.allclose(x32, x - LR * slope(x, out, x), atol=1e-5)
        assert np.allclose(out32, out - LR * slope(x, out, out), atol=1e-5)


@settings(deadline=None)  # the first example compiles
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
