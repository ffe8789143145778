"""BLAKE2b (RFC 7693) without a key, for kernels: the bits of `hashlib.blake2b`, millions a second.

Facts are recognised by such hashes, for good: so what a column of a file says and what a row of
the command line says must come to the same ones.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from bowerbird.core.facts import U8
from bowerbird.core.kernels import fused, inner

U64 = NDArray[np.uint64]

BLOCK = 128

_I0 = np.uint64(0x6A09E667F3BCC908)
_I1 = np.uint64(0xBB67AE8584CAA73B)
_I2 = np.uint64(0x3C6EF372FE94F82B)
_I3 = np.uint64(0xA54FF53A5F1D36F1)
_I4 = np.uint64(0x510E527FADE682D1)
_I5 = np.uint64(0x9B05688C2B3E6C1F)
_I6 = np.uint64(0x1F83D9ABFB41BD6B)
_I7 = np.uint64(0x5BE0CD19137E2179)
_PARAMETERS = np.uint64(0x01010000)  # no key, one leaf; the length of the digest is added

_32, _24, _16, _63 = np.uint64(32), np.uint64(24), np.uint64(16), np.uint64(63)
_40, _48, _1, _8 = np.uint64(40), np.uint64(48), np.uint64(1), np.uint64(8)

Word = Any
"""A uint64 to a kernel."""


@fused
def _mix(a: Word, b: Word, c: Word, d: Word, x: Word, y: Word) -> tuple[Word, Word, Word, Word]:
    a = a + b + x
    d ^= a
    d = (d >> _32) | (d << _32)
    c = c + d
    b ^= c
    b = (b >> _24) | (b << _40)
    a = a + b + y
    d ^= a
    d = (d >> _16) | (d << _48)
    c = c + d
    b ^= c
    b = (b >> _63) | (b << _1)
    return a, b, c, d


SIGMA = (
    (0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15),
    (14, 10, 4, 8, 9, 15, 13, 6, 1, 12, 0, 2, 11, 7, 5, 3),
    (11, 8, 12, 0, 5, 2, 15, 13, 10, 14, 3, 6, 7, 1, 9, 4),
    (7, 9, 3, 1, 13, 12, 11, 14, 2, 6, 5, 10, 4, 0, 15, 8),
    (9, 0, 5, 7, 2, 4, 10, 15, 14, 1, 11, 12, 6, 8, 3, 13),
    (2, 12, 6, 10, 0, 11, 8, 3, 4, 13, 7, 5, 15, 14, 1, 9),
    (12, 5, 1, 15, 14, 13, 4, 10, 0, 7, 6, 3, 9, 2, 8, 11),
    (13, 11, 7, 14, 12, 1, 3, 9, 5, 0, 15, 4, 8, 6, 2, 10),
    (6, 15, 14, 9, 11, 3, 0, 8, 12, 2, 13, 7, 1, 4, 10, 5),
    (10, 2, 8, 4, 7, 6, 1, 5, 15, 11, 9, 14, 3, 12, 13, 0),
)
"""Which word of the message goes where, in each of ten turns; the last two are the first two."""


def _turn_of(s: tuple[int, ...]) -> Any:
    """Return the mixing of sixteen words `v` with those of a message, in the order `s`."""

    @fused
    def turn(v: Any, m: U64, at: int) -> Any:
        v0, v4, v8, v12 = _mix(v[0], v[4], v[8], v[12], m[at + s[0]], m[at + s[1]])
        v1, v5, v9, v13 = _mix(v[1], v[5], v[9], v[13], m[at + s[2]], m[at + s[3]])
        v2, v6, v10, v14 = _mix(v[2], v[6], v[10], v[14], m[at + s[4]], m[at + s[5]])
        v3, v7, v11, v15 = _mix(v[3], v[7], v[11], v[15], m[at + s[6]], m[at + s[7]])
        v0, v5, v10, v15 = _mix(v0, v5, v10, v15, m[at + s[8]], m[at + s[9]])
        v1, v6, v11, v12 = _mix(v1, v6, v11, v12, m[at + s[10]], m[at + s[11]])
        v2, v7, v8, v13 = _mix(v2, v7, v8, v13, m[at + s[12]], m[at + s[13]])
        v3, v4, v9, v14 = _mix(v3, v4, v9, v14, m[at + s[14]], m[at + s[15]])
        return v0, v1, v2, v3, v4, v5, v6, v7, v8, v9, v10, v11, v12, v13, v14, v15

    return turn


_t0, _t1, _t2, _t3, _t4, _t5, _t6, _t7, _t8, _t9 = (_turn_of(order) for order in SIGMA)


@inner
def _compress(h: Any, words: U64, at: int, length: Word, last: Word) -> Any:
    """Return the eight words `h` after the block of `words` at `at`; `last` is all ones for it."""
    v = (*h, _I0, _I1, _I2, _I3, _I4 ^ length, _I5, _I6 ^ last, _I7)
    v = _t2(_t1(_t0(v, words, at), words, at), words, at)
    v = _t5(_t4(_t3(v, words, at), words, at), words, at)
    v = _t8(_t7(_t6(v, words, at), words, at), words, at)
    v = _t1(_t0(_t9(v, words, at), words, at), words, at)
    return (
        h[0] ^ v[0] ^ v[8],
        h[1] ^ v[1] ^ v[9],
        h[2] ^ v[2] ^ v[10],
        h[3] ^ v[3] ^ v[11],
        h[4] ^ v[4] ^ v[12],
        h[5] ^ v[5] ^ v[13],
        h[6] ^ v[6] ^ v[14],
        h[7] ^ v[7] ^ v[15],
    )


@inner
def digest(message: U8, words: U64, length: int, size: int) -> tuple[Word, Word]:
    """Return the first two words of the digest of `size` bytes of `message[:length]`.

    Args:
        message: with room for whole blocks; what is behind `length` in the last one is wiped.
        words: the same memory as words, little end first.
        length: bytes of the message.
        size: bytes of the digest, which is part of what is hashed.
    """
    blocks = max((length + BLOCK - 1) // BLOCK, 1)
    for k in range(length, (length + 7) // 8 * 8):
        message[k] = 0
    for k in range((length + 7) // 8, blocks * 16):
        words[k] = 0
    h = (_I0 ^ _PARAMETERS ^ np.uint64(size), _I1, _I2, _I3, _I4, _I5, _I6, _I7)
    for block in range(blocks):
        done = block + 1 == blocks
        last = ~np.uint64(0) if done else np.uint64(0)
        told = np.uint64(length if done else (block + 1) * BLOCK)
        h = _compress(h, words, block * 16, told, last)
    return h[0], h[1]
