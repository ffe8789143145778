from __future__ import annotations

import numpy as np

from bowerbird.ig2vec.lengths import unit
from bowerbird.ig2vec.smoothing import KNOWN, smoothed


def test_noise_around_a_direction_grows_less() -> None:
    rng = np.random.default_rng(0)
    centres = unit(rng.normal(size=(3, 16)).astype(np.float32))
    truth = np.repeat(centres, 30, axis=0)
    noisy = unit(truth + rng.normal(scale=0.2, size=truth.shape).astype(np.float32))
    found = smoothed(noisy, np.full(90, 20), 0.5, seed=0)
    assert (found * truth).sum(axis=1).mean() > (noisy * truth).sum(axis=1).mean() + 0.05
    assert np.allclose((found * found).sum(axis=1), 1, atol=1e-5)
    assert found.dtype == np.float32


def test_two_accounts_borrow_from_each_other_by_hand() -> None:
    vectors = np.array([[1, 0], [0.6, 0.8]], np.float32)
    found = smoothed(vectors, np.array([3, 500]), 1.0, seed=0)
    middle = np.array([1.6, 0.8]) / np.hypot(1.6, 0.8)
    assert np.allclose(found, [middle, middle], atol=1e-6)


def test_a_share_of_none_leaves_every_bit() -> None:
    vectors = unit(np.random.default_rng(0).normal(size=(5, 4)).astype(np.float32))
    counts = np.arange(1, 6)
    assert smoothed(vectors, counts, 0.0, seed=0) is vectors
    assert smoothed(vectors[:1], counts[:1], 0.5, seed=0).tolist() == vectors[:1].tolist()


def test_who_is_better_known_lends_more_by_hand() -> None:
    vectors = np.array([[1, 0], [0.6, 0.8], [0.6, -0.8]], np.float32)
    found = smoothed(vectors, np.array([1, KNOWN, 3 * KNOWN]), 1.0, seed=0)
    mean = (2 / 5) * vectors[1] + (3 / 5) * vectors[2]  # a half and three quarters, alike near
    total = vectors[0] + mean
    assert np.allclose(found[0], total / np.hypot(*total), atol=1e-6)
