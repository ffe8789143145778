"""The ids that one transaction gave to rows of one space, as a blob."""

from __future__ import annotations

import zlib
from dataclasses import dataclass

import numpy as np

from bowerbird.core.facts import I32
from bowerbird.core.texts import Texts

CRC = 4  # bytes of the checksum in front


@dataclass(frozen=True, slots=True)
class Names:
    """Consecutive ids of a space, as they are stored.

    Attributes:
        space: number of it.
        first: row of the first one.
        count: how many.
        body: CRC-32 of all that follows and of the three above; [count] int32 lengths; UTF-8.
    """

    space: int
    first: int
    count: int
    body: bytes

    @staticmethod
    def of(space: int, first: int, texts: Texts) -> Names:
        """Return the blob of `texts`, which lie one behind the other."""
        data = texts.data[texts.at[0] : texts.at[-1] + texts.size[-1]]
        content = texts.size.astype("<i4").tobytes() + data.tobytes()
        crc = _crc(space, first, len(texts), content)
        return Names(space, first, len(texts), crc + content)

    def texts(self) -> Texts | None:
        """Return the ids; None where this is not what `of` made."""
        if not isinstance(self.body, bytes):  # SQLite changes the type where a bit of it flips
            return None
        content = self.body[CRC:]
        if _crc(self.space, self.first, self.count, content) != self.body[:CRC]:
            return None
        size: I32 = np.frombuffer(content, "<i4", self.count).astype(np.int32)
        data = np.frombuffer(bytearray(content[4 * self.count :]), np.uint8)
        at = np.concatenate([np.zeros(1, np.int64), np.cumsum(size[:-1], dtype=np.int64)])
        return Texts(data, at, size)


def _crc(space: object, first: object, count: object, content: bytes) -> bytes:
    told = zlib.crc32(f"{space}/{first}/{count}/".encode())
    return zlib.crc32(content, told).to_bytes(CRC, "little")
