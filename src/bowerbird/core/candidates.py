"""The value that travels through a page: a columnar batch of users, accounts or media."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bowerbird.core.errors import ShapeError

Rows = NDArray[np.int32]
Column = NDArray[Any]
Mask = NDArray[np.bool_]
Positions = NDArray[np.intp]


class Kind(StrEnum):
    """What the rows of a stream are."""

    USERS = "users"
    ACCOUNTS = "accounts"
    MEDIA = "media"


SEED = "seed"  # int32 account row whose engagement led here, NONE where no account did
SEED_MEDIA = "seed_media"  # int32 media row, for hops that start from a media
SEED_ACTION = "seed_action"  # uint8 Action on that seed, UNKNOWN where there was none
VIA = "via"  # int32 account row found near the seed, NONE before such a hop
SIMILARITY = "similarity"  # float32, how near; NaN before such a hop
SOURCE = "source"  # int16 position of the branch in the result's list of sources
SCORE = "score"  # float32, higher is better

PROVENANCE: Mapping[str, Any] = {
    SEED: np.int32,
    SEED_MEDIA: np.int32,
    SEED_ACTION: np.uint8,
    VIA: np.int32,
    SIMILARITY: np.float32,
    SOURCE: np.int16,
    SCORE: np.float32,
}
"""The columns that say where a row came from, kept to the end of the page, with their dtypes."""


@dataclass(frozen=True, slots=True)
class Candidates:
    """A batch of n rows of one kind, every column of length n.

    Attributes:
        kind: what `rows` number.
        rows: [n] int32 row numbers, unique unless an operator's contract says otherwise.
        columns: name -> [n] of any dtype.

    Raises:
        ShapeError: a column's length is not that of `rows`.
    """

    kind: Kind
    rows: Rows
    columns: Mapping[str, Column] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name, column in self.columns.items():
            if column.shape != self.rows.shape:
                raise ShapeError(
                    f"column {name!r} has shape {column.shape}, expected {self.rows.shape} "
                    "(one value a candidate)"
                )

    def __len__(self) -> int:
        return len(self.rows)

    def take(self, positions: Positions | Mask) -> Candidates:
        """Return the candidates at `positions` ([k], or an [n] mask), in that order."""
        columns = {name: column[positions] for name, column in self.columns.items()}
        return Candidates(self.kind, self.rows[positions], columns)

    def with_columns(self, columns: Mapping[str, Column]) -> Candidates:
        """Return the same candidates with `columns` added or replaced."""
        return Candidates(self.kind, self.rows, {**self.columns, **columns})
