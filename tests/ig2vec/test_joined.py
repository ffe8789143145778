"""Two witnesses in one vector."""

from __future__ import annotations

import numpy as np

from bowerbird.core.facts import F32
from bowerbird.ig2vec.joined import joined
from bowerbird.ig2vec.lengths import unit


def drawn(seed: int, width: int, rank: int) -> F32:
    rng = np.random.default_rng(seed)
    return unit((rng.normal(size=(40, rank)) @ rng.normal(size=(rank, width))).astype(np.float32))


def test_the_cosine_is_the_weighted_mean_of_both_where_the_width_has_room() -> None:
    one, two = drawn(0, 8, 3), drawn(1, 8, 4)  # seven directions in all
    found = joined(one, two, 0.5)
    expected = (one @ one.T + 0.25 * two @ two.T) / 1.25
    np.testing.assert_allclose(found @ found.T, expected, atol=1e-5)


def test_what_both_say_stays_where_it_was() -> None:
    vectors = drawn(2, 5, 5)
    np.testing.assert_allclose(joined(vectors, vectors, 0.7), vectors, atol=1e-5)


def test_a_weight_of_none_and_a_witness_of_nothing_leave_every_bit() -> None:
    vectors = drawn(3, 5, 5)
    assert joined(vectors, vectors, 0.0) is vectors
    assert joined(vectors, vectors[:, :0], 0.7) is vectors
