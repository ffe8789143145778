"""Where the person stands in the running session; only events whose time is known count."""

from __future__ import annotations

from bowerbird.core.facts import F32, NONE
from bowerbird.core.kernels import inner
from bowerbird.features.family import Cost, Family, Feature
from bowerbird.features.scales import log_count, log_more
from bowerbird.world.probe import Whole
from bowerbird.world.rules import MINUTE, SESSION_GAP
from bowerbird.world.tables import Users

SESSION = Family(
    "session",
    (
        Feature("session_new", "1 where a session begins with this page", 1.0),
        Feature("session_events", "ln(1 + events)"),
        Feature("session_minutes", "ln(1 + minutes)"),
    ),
    Cost.REQUEST,
)


@inner
def fill_session(users: Users, user: Whole, now: Whole, out: F32) -> None:
    """Write the columns of one person into every row of `out` ([n, 3])."""
    if user == NONE or users.session_ts[user] <= 0 or now - users.last_ts[user] > SESSION_GAP:
        return
    events = log_count(users.session_events[user])
    minutes = log_more(max(now - users.session_ts[user], 0) / MINUTE)
    for i in range(len(out)):
        out[i, 0] = 0.0
        out[i, 1] = events
        out[i, 2] = minutes
