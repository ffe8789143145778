"""What tells that an array read from disk is the one that was written, at the speed of memory."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from bowerbird.core.kernels import kernel

U64 = NDArray[np.uint64]

_ODD = np.uint64(0x9E3779B97F4A7C15)
_TURN, _BACK = np.uint64(27), np.uint64(37)


def checksum(array: NDArray[Any]) -> str:
    """Return 64 bits, in hex, of the bytes of a contiguous array.

    No change within one word goes unnoticed, for each step can be undone; any other does once in
    2 ** 64. It is no protection against somebody who means it.
    """
    octets = array.reshape(-1).view(np.uint8)
    whole = len(octets) // 8 * 8
    rest = np.zeros(8, np.uint8)
    rest[: len(octets) - whole] = octets[whole:]
    words = np.append(rest.view(np.uint64), np.uint64(len(octets)))
    body = octets[:whole].view(np.uint64)
    return f"{int(_sum(body, words)):016x}"


@kernel
def _sum(body: U64, rest: U64) -> np.uint64:
    a, b, c, d = _ODD, ~_ODD, _TURN, _BACK  # four lanes, so that none waits for the one before
    fours = len(body) // 4 * 4
    for i in range(0, fours, 4):
        a = (a ^ body[i]) * _ODD
        b = (b ^ body[i + 1]) * _ODD
        c = (c ^ body[i + 2]) * _ODD
        d = (d ^ body[i + 3]) * _ODD
        a = (a << _TURN) | (a >> _BACK)
        b = (b << _TURN) | (b >> _BACK)
        c = (c << _TURN) | (c >> _BACK)
        d = (d << _TURN) | (d >> _BACK)
    h = _ODD
    for lane in (a, b, c, d):
        h = (h ^ lane) * _ODD
        h = (h << _TURN) | (h >> _BACK)
    for i in range(fours, len(body)):
        h = (h ^ body[i]) * _ODD
        h = (h << _TURN) | (h >> _BACK)
    for i in range(len(rest)):
        h = (h ^ rest[i]) * _ODD
        h = (h << _TURN) | (h >> _BACK)
    return h
