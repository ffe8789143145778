"""The accounts a person engaged with last: what the deep net attends to."""

from __future__ import annotations

from bowerbird.core.facts import I32, NONE
from bowerbird.core.kernels import inner
from bowerbird.features.geometry import met_before
from bowerbird.features.scales import VIEW
from bowerbird.world.probe import Whole
from bowerbird.world.tables import Arenas, Users

RECENT = 24
"""Accounts handed to the net."""


@inner
def fill_recent(users: Users, arenas: Arenas, user: Whole, out: I32) -> None:
    """Write account rows, newest first, each once, into `out` ([RECENT], of NONE).

    The World stands before the request, and so does this.
    """
    if user == NONE:
        return
    accounts, actions = arenas.history_account, arenas.history_action
    first, filled = users.history_at[user], 0
    for at in range(first + users.history_len[user] - 1, first - 1, -1):
        short_look = actions[at] == VIEW
        if short_look or accounts[at] == NONE or met_before(out, filled, accounts[at]):
            continue
        out[filled] = accounts[at]
        filled += 1
        if filled == len(out):
            break
