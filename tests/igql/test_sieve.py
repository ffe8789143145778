"""Conditions on whole columns, asked together, say what they say one by one."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from bowerbird.core.signals import Condition
from bowerbird.igql.kernels.sieve import (
    BLOCK,
    NOTHING_ASKED,
    Place,
    passes_of,
    place_of,
    sieve_of,
    sift,
)

SIZE = 40
COMPARES = {
    "<": np.less,
    "<=": np.less_equal,
    ">": np.greater,
    ">=": np.greater_equal,
}


def column(dtype: str, seed: int, apart: bool) -> NDArray[np.generic]:
    """Values with repeats and, where there can be any, missing ones and infinities."""
    rng = np.random.default_rng(seed)
    values = rng.integers(-2, 3, SIZE).astype(np.float64) / 2
    if dtype in ("f4", "f8"):
        values[rng.random(SIZE) < 0.2] = rng.choice([np.nan, np.inf, -np.inf, 0.1])
    column = (values > 0) if dtype == "?" else values.astype(dtype)
    return np.repeat(column, 3)[::3] if apart else column


def place(of: NDArray[np.generic]) -> Place:
    """Where kernels find a column; every dtype here has one."""
    found = place_of(of)
    assert found is not None
    return found


@st.composite
def conditions(draw: st.DrawFn) -> tuple[NDArray[np.generic], Condition]:
    dtype = draw(st.sampled_from(["?", "f4", "f8", "i4", "i8"]))
    values = column(dtype, draw(st.integers(0, 50)), draw(st.booleans()))
    if dtype == "?":
        return values, Condition("x", "", draw(st.sampled_from([0.0, 1.0])))
    compare = draw(st.sampled_from(list(COMPARES)))
    value = draw(st.sampled_from([0.0, -0.0, 0.5, 0.1, float(np.float32(0.1)), -1.0, np.inf]))
    return values, Condition("x", compare, value)


def holds(values: NDArray[np.generic], asked: Condition) -> NDArray[np.bool_]:
    if not asked.compare:
        return np.asarray(values.astype(np.bool_) == bool(asked.value))
    found: NDArray[np.bool_] = COMPARES[asked.compare](values.astype(np.float64), asked.value)
    return found


@settings(max_examples=200)
@given(
    st.lists(conditions(), max_size=5),
    st.lists(st.integers(0, SIZE - 1), max_size=60),
    st.booleans(),
)
def test_a_sieve_keeps_what_every_condition_holds_for(
    asked: list[tuple[NDArray[np.generic], Condition]], rows: list[int], many: bool
) -> None:
    numbers = np.array(rows * (BLOCK // 20 if many else 1), np.int32)
    sieve = sieve_of([place(c) for c, _ in asked], [passes_of(condition) for _, condition in asked])

    found = sift(numbers, sieve)

    passes = np.ones(len(numbers), np.bool_)
    for values, condition in asked:
        passes &= holds(values, condition)[numbers]
    assert found is not None or not asked
    if found is not None:
        assert found.tolist() == np.flatnonzero(passes).tolist()


def test_a_row_that_a_column_does_not_have_is_not_asked_for() -> None:
    sieve = sieve_of([place(np.ones(3, np.bool_))], [passes_of(Condition("x", "", 1))])

    assert sift(np.array([0, 3], np.int32), sieve) is None
    assert sift(np.array([-1], np.int32), sieve) is None
    assert sift(np.array([2, 0], np.int32), sieve) is not None


def test_a_column_of_another_sort_is_left_to_others() -> None:
    assert place_of(np.ones(3, np.float16)) is None
    assert NOTHING_ASKED.column.shape == (0, 4)
