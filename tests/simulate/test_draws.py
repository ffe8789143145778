from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from bowerbird.simulate.draws import choose, earlier_equals, pick, stream


@given(st.lists(st.integers(0, 5), max_size=40))
def test_earlier_equals_counts_what_stands_before(keys: list[int]) -> None:
    counted = earlier_equals(np.array(keys, np.int64)).tolist()
    assert counted == [keys[:at].count(key) for at, key in enumerate(keys)]


@given(
    st.lists(st.floats(0, 10, width=32), min_size=2, max_size=9).filter(lambda w: sum(w) > 1e-3),
    st.integers(0, 2**32),
)
def test_what_weighs_nothing_is_never_drawn(weights: list[float], seed: int) -> None:
    rng, row = np.random.default_rng(seed), np.array(weights, np.float32)
    drawn = np.concatenate([choose(row, 200, rng), pick(np.tile(row, (200, 1)), rng)])
    assert (row[drawn] > 0).all()


def test_draws_are_in_proportion() -> None:
    drawn = choose(np.array([1.0, 2.0, 5.0]), 80_000, np.random.default_rng(1))
    np.testing.assert_allclose(np.bincount(drawn) / 10_000, [1, 2, 5], rtol=0.03)


def test_a_stream_is_its_own_for_each_seed_purpose_and_day() -> None:
    firsts = {
        float(stream(seed, purpose, day).random())
        for seed in (1, 2)
        for purpose in ("media", "people")
        for day in (-1, 0, 1)
    }
    assert len(firsts) == 12
    assert stream(1, "media").random() == stream(1, "media").random()
