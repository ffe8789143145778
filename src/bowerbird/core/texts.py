"""Columns of text as kernels read them: bytes, and where in them each value lies."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bowerbird.core.facts import I32, I64, NONE, U8

_ERRORS = "surrogatepass"  # text that UTF-8 cannot hold must be told from all other text, too


@dataclass(frozen=True, slots=True)
class Texts:
    """A column of n texts.

    Attributes:
        data: [b] uint8, UTF-8.
        at: [n] int64, where each text starts in `data`.
        size: [n] int32, its bytes; NONE where there is none.
    """

    data: U8
    at: I64
    size: I32

    @staticmethod
    def of(values: Iterable[str | None]) -> Texts:
        """Return the column of `values`."""
        given = list(values)
        texts = [value or "" for value in given]
        joined = "".join(texts)
        if joined.isascii():
            size = np.fromiter(map(len, texts), np.int32, len(texts))
            content = joined.encode()
        else:
            encoded = [text.encode(errors=_ERRORS) for text in texts]
            size = np.fromiter(map(len, encoded), np.int32, len(texts))
            content = b"".join(encoded)
        at = np.zeros(len(texts), np.int64)
        np.cumsum(size[:-1], out=at[1:])
        if None in given:
            size[[value is None for value in given]] = NONE
        return Texts(np.frombuffer(bytearray(content), np.uint8), at, size)

    def __len__(self) -> int:
        return len(self.at)

    def __getitem__(self, positions: NDArray[Any] | slice) -> Texts:
        return Texts(self.data, self.at[positions], self.size[positions])

    @property
    def there(self) -> NDArray[np.bool_]:
        """[n] whether there is a text."""
        found: NDArray[np.bool_] = self.size >= 0
        return found

    def packed(self) -> Texts:
        """Return the same column with nothing in `data` but its texts, in their order."""
        size = np.maximum(self.size, 0).astype(np.int64)
        starts = np.cumsum(size) - size
        places = np.repeat(self.at - starts, size) + np.arange(size.sum())
        return Texts(self.data[places], starts, self.size)

    def tolist(self) -> list[str | None]:
        """Return the texts."""
        whole = self.data.tobytes()
        spans = zip(self.at.tolist(), self.size.tolist(), strict=True)
        return [None if n < 0 else whole[at : at + n].decode(errors=_ERRORS) for at, n in spans]


def joined(parts: Sequence[Texts]) -> Texts:
    """Return all texts of `parts`, one after the other."""
    starts = np.cumsum([0, *(len(part.data) for part in parts[:-1])])
    return Texts(
        np.concatenate([part.data for part in parts]),
        np.concatenate([part.at + start for part, start in zip(parts, starts, strict=True)]),
        np.concatenate([part.size for part in parts]),
    )


def decoded(data: U8, bounds: Sequence[int]) -> list[str]:
    """Return the texts that lie one behind the other in `data` between `bounds` ([n + 1])."""
    if not bounds:
        return []
    first, whole = bounds[0], data[bounds[0] : bounds[-1]].tobytes()
    if whole.isascii():
        text = whole.decode()
        return [text[a - first : b - first] for a, b in pairwise(bounds)]
    return [whole[a - first : b - first].decode(errors=_ERRORS) for a, b in pairwise(bounds)]
