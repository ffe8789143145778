"""Random draws inside training kernels: xorshift64* and Walker's alias table."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from bowerbird.core.facts import F32, I32
from bowerbird.core.kernels import fast

U64 = NDArray[np.uint64]
"""[1] uint64, not 0: the state of a stream of draws."""


class Draws(NamedTuple):
    """Where negatives come from: an alias table."""

    chance: F32  # [m]
    alias: I32  # [m]


@fast
def bits(state: U64) -> Any:  # a numpy uint64: Python's int would be signed here
    """Return 64 random bits and move `state` on: xorshift64* (Vigna 2016)."""
    x = state[0]
    x ^= x >> np.uint64(12)
    x ^= x << np.uint64(25)
    x ^= x >> np.uint64(27)
    state[0] = x
    return x * np.uint64(0x2545F4914F6CDD1D)


@fast
def below(state: U64, limit: int) -> int:
    """Return a random number in 0 .. limit - 1; limit under 2^31."""
    return int(((bits(state) >> np.uint64(33)) * np.uint64(limit)) >> np.uint64(31))


@fast
def share(state: U64) -> np.float32:
    """Return a random float32 in [0, 1)."""
    return np.float32(bits(state) >> np.uint64(40)) * np.float32(2.0**-24)


@fast
def draw(draws: Draws, state: U64) -> int:
    """Return a line drawn from the table."""
    line = below(state, len(draws.alias))
    if share(state) >= draws.chance[line]:
        line = int(draws.alias[line])
    return line
