"""Which branch of the program found the candidate.

The page knows it and the World does not: a page writes it over the default, and logs it with the
exposure, where training reads it.
"""

from __future__ import annotations

from bowerbird.core.facts import NONE
from bowerbird.features.family import Cost, Dtype, Family, Feature

ORIGIN = Family(
    "origin",
    (Feature("source", "number of the program's branch", NONE),),
    Cost.REQUEST,
    Dtype.SPARSE,
)
