"""World and vectors to columns: one family a file, the same code serves and trains."""

from bowerbird.features.compute import (
    DEFAULTS,
    FEATURES,
    NAMES,
    SPARSE,
    Inputs,
    columns_of,
    compute,
    hydrate,
)
from bowerbird.features.vectors import NO_VECTORS, Part, Vectors, no_part

__all__ = [
    "DEFAULTS",
    "FEATURES",
    "NAMES",
    "NO_VECTORS",
    "SPARSE",
    "Inputs",
    "Part",
    "Vectors",
    "columns_of",
    "compute",
    "hydrate",
    "no_part",
]
