"""How old the candidate is and how long it runs."""

from __future__ import annotations

from bowerbird.core.facts import F32, I32, NONE, U8
from bowerbird.core.kernels import inner
from bowerbird.features.family import Cost, Family, Feature
from bowerbird.features.scales import UNKNOWN_SPAN, log_hours, log_more
from bowerbird.world.probe import Whole
from bowerbird.world.tables import Media

FRESHNESS = Family(
    "freshness",
    (
        Feature("media_age", "ln(1 + hours)", UNKNOWN_SPAN),
        Feature("media_age_unknown", "1 where nobody said when it was posted", 1.0),
        Feature("media_idle", "ln(1 + hours) since its last event", UNKNOWN_SPAN),
        Feature("media_duration", "ln(1 + seconds), 0 where unknown"),
    ),
    Cost.ROW,
)

LONGEST_S = 24.0 * 3600.0


@inner
def fill_freshness(media: Media, rows: I32, now: Whole, want: U8, out: F32) -> None:
    """Write the columns of the media `rows` ([n], NONE for unknown) into `out` ([n, 4]).

    Only those that `want` ([4]) has a 1 for.
    """
    for i in range(len(rows)):
        row = rows[i]
        if row == NONE:
            continue
        out[i, 0] = log_hours(media.ts[row], now)
        out[i, 1] = 0.0 if media.ts[row] > 0 else 1.0
        if want[2]:
            out[i, 2] = log_hours(media.recent_ts[row], now)
        seconds = media.duration_s[row]
        if want[3] and seconds > 0.0:  # NaN is not
            out[i, 3] = log_more(min(seconds, LONGEST_S))
