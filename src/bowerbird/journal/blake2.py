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


@fused
def _turn(
    v: Any,
    m0: Word,
    m1: Word,
    m2: Word,
    m3: Word,
    m4: Word,
    m5: Word,
    m6: Word,
    m7: Word,
    m8: Word,
    m9: Word,
    m10: Word,
    m11: Word,
    m12: Word,
    m13: Word,
    m14: Word,
    m15: Word,
) -> Any:
    """Mix the sixteen words `v` with those of the message: columns first, then diagonals."""
    v0, v4, v8, v12 = _mix(v[0], v[4], v[8], v[12], m0, m1)
    v1, v5, v9, v13 = _mix(v[1], v[5], v[9], v[13], m2, m3)
    v2, v6, v10, v14 = _mix(v[2], v[6], v[10], v[14], m4, m5)
    v3, v7, v11, v15 = _mix(v[3], v[7], v[11], v[15], m6, m7)
    v0, v5, v10, v15 = _mix(v0, v5, v10, v15, m8, m9)
    v1, v6, v11, v12 = _mix(v1, v6, v11, v12, m10, m11)
    v2, v7, v8, v13 = _mix(v2, v7, v8, v13, m12, m13)
    v3, v4, v9, v14 = _mix(v3, v4, v9, v14, m14, m15)
    return v0, v1, v2, v3, v4, v5, v6, v7, v8, v9, v10, v11, v12, v13, v14, v15


@inner
def _compress(h: Any, words: U64, at: int, length: Word, last: Word) -> Any:
    """Return the eight words `h` after the block of `words` at `at`; `last` is all ones for it."""
    m = (
        words[at + 0],
        words[at + 1],
        words[at + 2],
        words[at + 3],
        words[at + 4],
        words[at + 5],
        words[at + 6],
        words[at + 7],
        words[at + 8],
        words[at + 9],
        words[at + 10],
        words[at + 11],
        words[at + 12],
        words[at + 13],
        words[at + 14],
        words[at + 15],
    )
    start = (*h, _I0, _I1, _I2, _I3, _I4 ^ length, _I5, _I6 ^ last, _I7)
    v = start
    v = _turn(
        v,
        m[0],
        m[1],
        m[2],
        m[3],
        m[4],
        m[5],
        m[6],
        m[7],
        m[8],
        m[9],
        m[10],
        m[11],
        m[12],
        m[13],
        m[14],
        m[15],
    )
    v = _turn(
        v,
        m[14],
        m[10],
        m[4],
        m[8],
        m[9],
        m[15],
        m[13],
        m[6],
        m[1],
        m[12],
        m[0],
        m[2],
        m[11],
        m[7],
        m[5],
        m[3],
    )
    v = _turn(
        v,
        m[11],
        m[8],
        m[12],
        m[0],
        m[5],
        m[2],
        m[15],
        m[13],
        m[10],
        m[14],
        m[3],
        m[6],
        m[7],
        m[1],
        m[9],
        m[4],
    )
    v = _turn(
        v,
        m[7],
        m[9],
        m[3],
        m[1],
        m[13],
        m[12],
        m[11],
        m[14],
        m[2],
        m[6],
        m[5],
        m[10],
        m[4],
        m[0],
        m[15],
        m[8],
    )
    v = _turn(
        v,
        m[9],
        m[0],
        m[5],
        m[7],
        m[2],
        m[4],
        m[10],
        m[15],
        m[14],
        m[1],
        m[11],
        m[12],
        m[6],
        m[8],
        m[3],
        m[13],
    )
    v = _turn(
        v,
        m[2],
        m[12],
        m[6],
        m[10],
        m[0],
        m[11],
        m[8],
        m[3],
        m[4],
        m[13],
        m[7],
        m[5],
        m[15],
        m[14],
        m[1],
        m[9],
    )
    v = _turn(
        v,
        m[12],
        m[5],
        m[1],
        m[15],
        m[14],
        m[13],
        m[4],
        m[10],
        m[0],
        m[7],
        m[6],
        m[3],
        m[9],
        m[2],
        m[8],
        m[11],
    )
    v = _turn(
        v,
        m[13],
        m[11],
        m[7],
        m[14],
        m[12],
        m[1],
        m[3],
        m[9],
        m[5],
        m[0],
        m[15],
        m[4],
        m[8],
        m[6],
        m[2],
        m[10],
    )
    v = _turn(
        v,
        m[6],
        m[15],
        m[14],
        m[9],
        m[11],
        m[3],
        m[0],
        m[8],
        m[12],
        m[2],
        m[13],
        m[7],
        m[1],
        m[4],
        m[10],
        m[5],
    )
    v = _turn(
        v,
        m[10],
        m[2],
        m[8],
        m[4],
        m[7],
        m[6],
        m[1],
        m[5],
        m[15],
        m[11],
        m[9],
        m[14],
        m[3],
        m[12],
        m[13],
        m[0],
    )
    v = _turn(
        v,
        m[0],
        m[1],
        m[2],
        m[3],
        m[4],
        m[5],
        m[6],
        m[7],
        m[8],
        m[9],
        m[10],
        m[11],
        m[12],
        m[13],
        m[14],
        m[15],
    )
    v = _turn(
        v,
        m[14],
        m[10],
        m[4],
        m[8],
        m[9],
        m[15],
        m[13],
        m[6],
        m[1],
        m[12],
        m[0],
        m[2],
        m[11],
        m[7],
        m[5],
        m[3],
    )
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
