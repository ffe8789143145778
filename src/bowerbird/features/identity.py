"""Who asks, for what, by whom: row numbers that a net has vectors for."""

from __future__ import annotations

from bowerbird.core.facts import I32, NONE
from bowerbird.core.kernels import inner
from bowerbird.features.family import Cost, Dtype, Family, Feature
from bowerbird.world.probe import Whole

IDENTITY = Family(
    "identity",
    (
        Feature("user", "row of the person", NONE),
        Feature("account", "row of the candidate's account", NONE),
        Feature("media", "row of the candidate", NONE),
    ),
    Cost.ROW,
    Dtype.SPARSE,
)


@inner
def fill_identity(user: Whole, rows: I32, owners: I32, out: I32) -> None:
    """Write the rows themselves into `out` ([n, 3])."""
    for i in range(len(rows)):
        out[i, 0], out[i, 1], out[i, 2] = user, owners[i], rows[i]
