"""Which of the person's accounts leads to the candidate: the nearest one by vectors.

`geometry` finds it on its way, so that it costs nothing beside that family. It depends on a Version
and is logged with the exposure, like the geometry.
"""

from __future__ import annotations

from bowerbird.core.facts import NONE
from bowerbird.features.family import Cost, Dtype, Family, Feature

SEED = Family(
    "seed",
    (Feature("seed_account", "row of the nearest of the person's last 20 accounts", NONE),),
    Cost.HISTORY,
    Dtype.SPARSE,
)
