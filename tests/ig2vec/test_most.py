from __future__ import annotations

from random import Random

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from bowerbird.core.facts import F32, I32
from bowerbird.core.kernels import kernel
from bowerbird.ig2vec.most import keep_most, sort_most


@kernel
def best(offered: I32, scores: F32, k: int) -> I32:
    """Offer rows one by one; return the k best, best first."""
    rows, kept = np.empty(k, np.int32), np.empty(k, np.float32)
    size = 0
    for row, score in zip(offered, scores):  # noqa: B905  numba's zip takes no keyword
        size = keep_most(rows, kept, size, row, score)
    sort_most(rows, kept, size)
    return rows[:size]


@given(st.lists(st.integers(0, 9), max_size=60), st.integers(1, 20), st.randoms())
def test_the_best_are_kept_in_whatever_order_they_come(
    scores: list[int], k: int, random: Random
) -> None:
    order = list(range(len(scores)))
    random.shuffle(order)
    found = best(np.array(order, np.int32), np.array(scores, np.float32)[order], k)
    assert found.tolist() == sorted(range(len(scores)), key=lambda row: (-scores[row], row))[:k]
