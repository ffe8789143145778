"""The cursor: where the next page goes on, and all that the pages before it showed.

It carries the media themselves, so that no process has to remember who has turned which page, and
a page made from it can be made again. To the app it is a word without meaning.
"""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from hashlib import blake2b
from zlib import crc32

import numpy as np

from bowerbird.core.candidates import Rows
from bowerbird.core.errors import InputError

FORMAT = 1
MOST = 1_000
"""Media after which there is no further page: an address has to stay short."""

WHO, SUM = 4, 4
NO_ROWS: Rows = np.empty(0, np.int32)


def write_cursor(user: str, rows: Rows) -> str:
    """Return the cursor behind pages that showed media `rows` ([n], distinct) to `user`.

    Example:
        >>> read_cursor(write_cursor("ana", np.array([9, 300], np.int32)), "ana").tolist()
        [9, 300]
    """
    body = bytes([FORMAT]) + _who(user) + _packed(np.sort(rows))
    whole = body + crc32(body).to_bytes(SUM, "big")
    return urlsafe_b64encode(whole).decode().rstrip("=")


def read_cursor(cursor: str, user: str) -> Rows:
    """Return the media [n] that the pages before showed, ascending; none for an empty cursor.

    Raises:
        InputError: it is no cursor of ours, or that of another person.
    """
    if not cursor:
        return NO_ROWS
    try:
        whole = urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
    except ValueError as error:
        raise _wrong("it is no base64") from error
    body, told = whole[:-SUM], whole[-SUM:]
    if crc32(body).to_bytes(SUM, "big") != told or body[:1] != bytes([FORMAT]):
        raise _wrong("it was cut or changed")
    if body[1 : 1 + WHO] != _who(user):
        raise _wrong("it is that of another person")
    return _unpacked(body[1 + WHO :])


def _wrong(why: str) -> InputError:
    help = "send back `cursor` of the page before as it came, or none for the first page"
    return InputError(f"the cursor cannot be read: {why}", help)


def _who(user: str) -> bytes:
    return blake2b(user.encode(), digest_size=WHO).digest()


def _packed(rows: Rows) -> bytes:
    """Return the steps from each row to the next, seven bits a byte, the lowest first."""
    out, before = bytearray(), 0
    for row in rows.tolist():
        left, before = row - before, row
        while left > 0x7F:
            out.append(left & 0x7F | 0x80)
            left >>= 7
        out.append(left)
    return bytes(out)


def _unpacked(packed: bytes) -> Rows:
    steps, step, shift = [], 0, 0
    for byte in packed:
        step |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            steps.append(step)
            step = shift = 0
    return np.cumsum(np.array(steps, np.int64)).astype(np.int32)
