from __future__ import annotations

import numpy as np

from bowerbird.ig2vec.layout import layout
from bowerbird.ig2vec.lengths import unit


def test_accounts_of_one_direction_lie_together() -> None:
    rng = np.random.default_rng(0)
    centres = unit(rng.normal(size=(4, 16)).astype(np.float32))
    group = np.repeat(np.arange(4), 25)
    vectors = unit(centres[group] + rng.normal(scale=0.1, size=(100, 16)).astype(np.float32))
    places = layout(vectors, seed=1)
    assert places.shape == (100, 2)
    away = ((places[:, None] - places[None]) ** 2).sum(axis=2)
    np.fill_diagonal(away, np.inf)
    assert (group[away.argmin(axis=1)] == group).mean() > 0.95
    assert np.array_equal(places, layout(vectors, seed=1))


def test_a_few_accounts_have_a_map_too() -> None:
    for size in (1, 2, 3):
        places = layout(np.eye(3, dtype=np.float32)[:size])
        assert places.shape == (size, 2)
        assert np.isfinite(places).all()
