"""Account vectors as the features read them: the Version's, and the Overlay's for newer ones."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from bowerbird.core.errors import ShapeError
from bowerbird.core.facts import F32, I32


class Part(NamedTuple):
    """Unit vectors of some accounts, as a named tuple that numba kernels take whole.

    Attributes:
        lines: [A] int32 line of each account row, NONE for one without; rows beyond A have none.
        vectors: [m, d] float32, of length 1.
    """

    lines: I32
    vectors: F32


@dataclass(frozen=True, slots=True)
class Vectors:
    """The vectors in force at one journal offset; an account in both parts has the first one's.

    Attributes:
        parts: the Version's, then the Overlay's; either may be empty. C-contiguous and writable, so
            that one compiled kernel serves all of them; nobody writes to them.
        learned_until: epoch ms of the newest fact the Version's part was learned from, 0 where
            nobody knows. Examples older than it are refused: they would see their own labels.

    Raises:
        ShapeError: the parts are of different width, or not C-contiguous, writable int32 [A] and
            float32 [m, d].
    """

    parts: tuple[Part, Part]
    learned_until: int = 0

    def __post_init__(self) -> None:
        first, second = (_checked(part) for part in self.parts)
        if len(first.vectors) and len(second.vectors):
            widths = first.vectors.shape[1], second.vectors.shape[1]
            if widths[0] != widths[1]:
                raise ShapeError(f"vectors of {widths[0]} and of {widths[1]} numbers do not mix")
        object.__setattr__(self, "parts", (first, second))


def _checked(part: Part) -> Part:
    lines, vectors = np.asarray(part.lines), np.asarray(part.vectors)
    if lines.ndim != 1 or vectors.ndim != 2:
        raise ShapeError(
            f"a part of vectors has shapes {lines.shape} and {vectors.shape}, "
            "expected [A] and [m, d]"
        )
    for array, dtype in ((lines, np.int32), (vectors, np.float32)):
        if array.dtype != dtype or not (array.flags.c_contiguous and array.flags.writeable):
            raise ShapeError(
                f"a part of vectors is {array.dtype}, contiguous {array.flags.c_contiguous}, "
                f"writable {array.flags.writeable}; expected {np.dtype(dtype)}, True, True",
                'map files with `np.load(path, mmap_mode="c")`',
            )
    return Part(lines, vectors)


def no_part(width: int = 0) -> Part:
    """Return a part without accounts."""
    return Part(np.empty(0, np.int32), np.empty((0, width), np.float32))


NO_VECTORS = Vectors((no_part(), no_part()))
"""What there is before the first Version."""
