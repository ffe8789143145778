"""Hour and weekday of the request, UTC, on circles so that midnight has no edge."""

from __future__ import annotations

import math

from bowerbird.core.facts import F32
from bowerbird.core.kernels import inner
from bowerbird.features.family import Cost, Family, Feature
from bowerbird.features.scales import DAY_MS
from bowerbird.world.probe import Whole

CLOCK = Family(
    "clock",
    (
        Feature("hour_sin", "sine of the time of day"),
        Feature("hour_cos", "cosine of the time of day"),
        Feature("weekday_sin", "sine of the time of week"),
        Feature("weekday_cos", "cosine of the time of week"),
    ),
    Cost.REQUEST,
)

WEEK_MS = 7 * DAY_MS
MONDAY_MS = 4 * DAY_MS  # the epoch began on a Thursday; 5 January 1970 was a Monday


@inner
def fill_clock(now: Whole, out: F32) -> None:
    """Write the columns into every row of `out` ([n, 4])."""
    day = 2.0 * math.pi * (now % DAY_MS) / DAY_MS
    week = 2.0 * math.pi * ((now - MONDAY_MS) % WEEK_MS) / WEEK_MS
    hour_sin, hour_cos = math.sin(day), math.cos(day)
    week_sin, week_cos = math.sin(week), math.cos(week)
    for i in range(len(out)):
        out[i, 0], out[i, 1] = hour_sin, hour_cos
        out[i, 2], out[i, 3] = week_sin, week_cos
