"""Random numbers that belong to a row: the same row and seed give the same number anywhere."""

from __future__ import annotations

from typing import Any

import numpy as np

from bowerbird.core.candidates import Rows
from bowerbird.core.facts import F64
from bowerbird.core.kernels import kernel


@kernel
def _mix(word: Any) -> Any:
    """The finaliser of SplitMix64 (Steele, Lea and Flood 2014)."""
    word = (word ^ (word >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    word = (word ^ (word >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return word ^ (word >> np.uint64(31))


@kernel
def _exponentials(rows: Any, key: Any) -> Any:
    out = np.empty(len(rows), np.float64)
    for i in range(len(rows)):
        word = _mix(_mix(np.uint64(rows[i]) + np.uint64(0x9E3779B97F4A7C15)) ^ key)
        uniform = (np.float64(word >> np.uint64(11)) + 0.5) * 2.0**-53
        out[i] = -np.log(uniform)
    return out


def exponentials(rows: Rows, seed: int, salt: int) -> F64:
    """Return an exponential draw (mean 1) for each row, [n].

    Args:
        rows: [n].
        seed: of the request.
        salt: of the step, so that two steps do not draw alike.
    """
    mask = 0xFFFFFFFFFFFFFFFF
    word = ((seed & mask) * 0xD1342543DE82EF95 + salt * 0x9E3779B97F4A7C15 + 1) & mask
    word ^= word >> 32
    key = np.uint64((word * 0xDABA0B6EB09322E3) & mask)
    drawn: F64 = _exponentials(rows, key)
    return drawn
