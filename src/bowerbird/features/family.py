"""What a family of features is: names, units, defaults, what it costs."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Cost(StrEnum):
    """What a family's columns cost, so that an early pass can keep to the cheap ones."""

    REQUEST = "request"  # worked out once a request, the same on every row
    ROW = "row"  # a few reads a candidate
    PROBE = "probe"  # a hash probe a candidate
    HISTORY = "history"  # a candidate against the person's recent history


class Dtype(StrEnum):
    """What a column holds: dense numbers, or the sparse row numbers of things."""

    DENSE = "float32"
    SPARSE = "int32"


@dataclass(frozen=True, slots=True)
class Feature:
    """One column.

    Attributes:
        name: unique among all families; models are bound by it.
        unit: of the value as a model reads it.
        default: the value where the person, the media or the account is not known.
    """

    name: str
    unit: str
    default: float = 0.0


@dataclass(frozen=True, slots=True)
class Family:
    """Columns that one kernel fills together.

    Attributes:
        name: of the file that holds it.
        features: in the order of the columns.
        cost: of the whole family.
        dtype: of each of its columns.
    """

    name: str
    features: tuple[Feature, ...]
    cost: Cost
    dtype: Dtype = Dtype.DENSE
