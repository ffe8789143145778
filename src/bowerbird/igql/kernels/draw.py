"""Random numbers that belong to a row: the same row and seed give the same number anywhere."""

from __future__ import annotations

from typing import Any

import numpy as np

from bowerbird.core.candidates import Rows
from bowerbird.core.facts import F64, I64
from bowerbird.core.kernels import fused, kernel


@fused
def _mix(word: Any) -> Any:
    """The finaliser of SplitMix64 (Steele, Lea and Flood 2014)."""
    word = (word ^ (word >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    word = (word ^ (word >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return word ^ (word >> np.uint64(31))


@fused
def _uniform(row: Any, key: Any) -> Any:
    """Return the number of a row between 0 and 1, neither of them."""
    word = _mix(_mix(np.uint64(row) + np.uint64(0x9E3779B97F4A7C15)) ^ key)
    whole = np.int64(word >> np.uint64(11))  # with a sign it becomes a float in one step
    return (np.float64(whole) + 0.5) * 2.0**-53


@kernel
def _exponentials(rows: Any, key: Any) -> Any:
    out = np.empty(len(rows), np.float64)
    for i in range(len(rows)):
        out[i] = -np.log(_uniform(rows[i], key))
    return out


def _key(seed: int, salt: int) -> np.uint64:
    mask = 0xFFFFFFFFFFFFFFFF
    word = ((seed & mask) * 0xD1342543DE82EF95 + salt * 0x9E3779B97F4A7C15 + 1) & mask
    word ^= word >> 32
    return np.uint64((word * 0xDABA0B6EB09322E3) & mask)


def exponentials(rows: Rows, seed: int, salt: int) -> F64:
    """Return an exponential draw (mean 1) for each row, [n].

    Args:
        rows: [n].
        seed: of the request.
        salt: of the step, so that two steps do not draw alike.
    """
    drawn: F64 = _exponentials(rows, _key(seed, salt))
    return drawn


@kernel
def _limit(weights: Any, wanted: Any) -> float:
    """Return what somewhat more than `wanted` draws over weights are under, to a guess.

    A draw over w is under x with probability 1 - exp(-w x), which is more than w x / (1 + w x).
    """
    step, limit = max(len(weights) // _LOOKED_AT, 1), 1.0
    for _ in range(_ROUNDS):
        under = 0.0
        for i in range(0, len(weights), step):
            share = weights[i] * limit
            under += step * share / (1.0 + share)
        limit *= _SPARE * wanted / under
    return float(limit)


@kernel
def _least(rows: Any, weights: Any, key: Any, wanted: int) -> Any:
    n, limit = len(rows), np.inf
    at, draws = np.empty(n, np.int64), np.empty(n, np.float64)
    if wanted < n:
        limit = _limit(weights, wanted)
    while True:
        found = np.uint64(0)
        for i in range(n):
            uniform = _uniform(rows[i], key)
            # -log(u) is at least 1 - u, so that few rows need the logarithm
            if 1.0 - uniform <= weights[i] * limit * _ROUNDING:
                draw = -np.log(uniform) / weights[i]
                at[found], draws[found] = i, draw
                found += np.uint64(draw <= limit)
        if found >= wanted or found == n:
            return at[:found], draws[:found]
        limit *= 4.0


_LOOKED_AT, _ROUNDS, _SPARE = 500, 6, 1.2
_ROUNDING = 1.0 + 1e-9


def least(rows: Rows, weights: F64, seed: int, salt: int, wanted: int) -> tuple[I64, F64]:
    """Return the `wanted` rows for which `exponentials` over weights are smallest, in any order.

    Args:
        rows: [n].
        weights: [n], above 0.
        seed: see `exponentials`.
        salt: see `exponentials`.
        wanted: from 1; all rows where there are no more.

    Returns:
        Positions of the rows, and the draw over the weight of each.
    """
    at, draws = _least(rows, weights, _key(seed, salt), wanted)
    if wanted < len(at):
        kept = np.argpartition(draws, wanted - 1)[:wanted]
        at, draws = at[kept], draws[kept]
    return at, draws
