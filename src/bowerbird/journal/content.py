"""What a fact is recognised by, written as bytes and hashed in a loop: for columns of text.

The bytes are those that `hashing` writes of rows, down to the MessagePack of their texts.
"""

from __future__ import annotations

import numpy as np

from bowerbird.core.facts import I32, I64, U8
from bowerbird.core.kernels import fused, kernel
from bowerbird.journal.blake2 import digest
from bowerbird.journal.body import HASH, U64
from bowerbird.journal.cells import Bits
from bowerbird.journal.words import same_word

_ROOM = 512  # words of a message; nothing here is longer than 5 ids and some numbers
_ZERO, _SLASH, _EQUALS = 48, 47, 61
_SEVEN, _NIL, _TEXT, _TEXT_8, _TEXT_16 = 0x97, 0xC0, 0xA0, 0xD9, 0xDA  # of MessagePack
_SHORT, _MIDDLE = 32, 256
_REMEMBERED = 1 << 12


@fused
def _copy(message: U8, length: int, data: U8, at: int, size: int) -> int:
    for k in range(size):
        message[length + k] = data[at + k]
    return length + size


@fused
def _put_text(message: U8, length: int, data: U8, at: int, size: int) -> int:
    """Write a text as MessagePack does; return the new length."""
    if size < 0:
        message[length] = _NIL
        return length + 1
    if size < _SHORT:
        message[length] = _TEXT | size
        return _copy(message, length + 1, data, at, size)
    if size < _MIDDLE:
        message[length] = _TEXT_8
        message[length + 1] = size
        return _copy(message, length + 2, data, at, size)
    message[length] = _TEXT_16
    message[length + 1] = size >> 8
    message[length + 2] = size & 0xFF
    return _copy(message, length + 3, data, at, size)


@kernel
def hash_names(kinds: U8, data: U8, at: I64, size: I32, wanted: Bits, hashes: U64) -> None:
    """Write the hash of kind and event id, where `wanted`, into `hashes` ([n, 2])."""
    words = np.zeros(_ROOM, np.uint64)
    message = words.view(np.uint8)
    for row in range(len(wanted)):
        if wanted[row]:
            message[0] = _ZERO + kinds[row]  # the kinds have one digit
            message[1] = _SLASH
            length = _copy(message, 2, data, at[row], size[row])
            hashes[row, 0], hashes[row, 1] = digest(message, words, length, HASH)


@kernel
def hash_contents(numbers: U8, data: U8, at: I64, size: I32, wanted: Bits, hashes: U64) -> None:
    """Write the hash of what rows say, where `wanted`, into `hashes` ([n, 2]).

    Args:
        numbers: [n, bytes] those of each row, packed.
        data: holds the texts.
        at: [n, 4] of user, account, media and surface; name, items and details are absent.
        size: likewise.
        wanted: [n] which rows.
        hashes: to be filled.
    """
    words = np.zeros(_ROOM, np.uint64)
    message = words.view(np.uint8)
    message[0] = _EQUALS
    for row in range(len(wanted)):
        if not wanted[row]:
            continue
        length = 1
        for k in range(numbers.shape[1]):
            message[length + k] = numbers[row, k]
        length += numbers.shape[1]
        message[length] = _SEVEN
        length += 1
        for text in range(4):
            if text == 3:  # before the surface comes the name
                message[length] = _NIL
                length += 1
            length = _put_text(message, length, data, at[row, text], size[row, text])
        message[length] = message[length + 1] = _NIL
        hashes[row, 0], hashes[row, 1] = digest(message, words, length + 2, HASH)


@kernel
def hash_texts(data: U8, at: I64, size: I32, wanted: Bits, found: I64) -> None:
    """Write `hash64` of each text that is there, where `wanted`, into `found`.

    Texts met lately are remembered: those of one session come in rows.
    """
    words = np.zeros(_ROOM, np.uint64)
    message = words.view(np.uint8)
    known = np.full(_REMEMBERED, -1, np.int64)
    for row in range(len(wanted)):
        if not wanted[row] or size[row] < 0:
            continue
        place = size[row]
        for k in range(max(size[row] - 8, 0), size[row]):
            place = place * 31 + data[at[row] + k]
        place &= _REMEMBERED - 1
        twin = known[place]
        if twin >= 0 and size[twin] == size[row]:
            end = at[row] + size[row]
            if same_word(data, at[row], end, data, at[twin], size[row]):
                found[row] = found[twin]
                continue
        length = _copy(message, 0, data, at[row], size[row])
        value = np.int64(digest(message, words, length, 8)[0])
        found[row] = value if value != 0 else 1
        known[place] = row
