"""World and vectors to dense columns: one family a file, the same code serves and trains."""

from bowerbird.features.compute import DEFAULTS, FEATURES, NAMES, compute
from bowerbird.features.vectors import NO_VECTORS, Part, Vectors, no_part

__all__ = [
    "DEFAULTS",
    "FEATURES",
    "NAMES",
    "NO_VECTORS",
    "Part",
    "Vectors",
    "compute",
    "no_part",
]
