"""The numbers of the fold: what counts for how much, and for how long. `docs/world.md` says why."""

from __future__ import annotations

from bowerbird.core.facts import COUNTED, ENGAGEMENTS

MINUTE = 60_000.0
DAY = 86_400_000.0

RECENT_HALF_LIFE = DAY
AFFINITY_HALF_LIFE = 30 * DAY
SESSION_GAP = 30 * MINUTE

LONG_VIEW_MS = (5_000.0, 15_000.0, 5_000.0, 30_000.0)
"""Dwell from which a view is a long one, by `MediaType`."""

LONG_VIEW_UNKNOWN_MS = 10_000.0
"""The same, where the type was not told."""

LONG_VIEW_SHARE = 0.9
"""A video shorter than its threshold is viewed long from this share of its duration on."""

AFFINITY = (0.0, 0.2, 0.5, 1.0, 2.0, 3.0, 3.0, 3.0, 4.0, 1.0, -4.0, -6.0)
"""What each counted `Action` adds to the affinity of a person to an account."""

AFFINITY_FLOOR = -12.0
"""Affinity never falls below, so that one bad day is forgiven after a few half-lives."""

TREND = (0.0, 0.0, 0.2, 0.3, 1.0, 2.0, 3.0, 3.0, 0.0, 0.0, 0.0, 0.0)
"""What each counted `Action` of the last days adds to how much a media trends."""

ENGAGED = tuple(action in ENGAGEMENTS for action in range(COUNTED))
"""Whether a counted `Action` says interest: it enters the history, and makes an engager."""

REFRESH = 4096
"""Facts between two choices of the pool of trending media; no more than `tables.POOL`."""

POPULARITY = (0.0, 0.0, 0.2, 0.5, 1.0, 1.0, 2.0, 2.0, 0.0, 0.0, -2.0, -4.0)
"""What each counted `Action` adds to the popularity of a media or account."""

PRIOR = 20.0
"""Impressions without any engagement that everything starts with."""
