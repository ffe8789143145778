"""When the request is made, UTC, as a name and not as a number."""

from __future__ import annotations

from bowerbird.core.facts import I32, NONE
from bowerbird.core.kernels import inner
from bowerbird.features.clock import MONDAY_MS, WEEK_MS
from bowerbird.features.family import Cost, Dtype, Family, Feature
from bowerbird.features.scales import DAY_MS, HOUR_MS
from bowerbird.world.probe import Whole

MOMENT = Family(
    "moment",
    (Feature("hour", "0 to 23", NONE), Feature("weekday", "0 for Monday", NONE)),
    Cost.REQUEST,
    Dtype.SPARSE,
)


@inner
def fill_moment(now: Whole, out: I32) -> None:
    """Write the columns into every row of `out` ([n, 2])."""
    hour, weekday = (now % DAY_MS) // HOUR_MS, ((now - MONDAY_MS) % WEEK_MS) // DAY_MS
    for i in range(len(out)):
        out[i, 0], out[i, 1] = hour, weekday
