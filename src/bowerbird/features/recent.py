"""The accounts a person engaged with last: what the deep net attends to."""

from __future__ import annotations

import numpy as np

from bowerbird.core.facts import I32, NONE
from bowerbird.core.kernels import kernel
from bowerbird.features.geometry import met_before
from bowerbird.world.probe import Whole
from bowerbird.world.tables import Tables

RECENT = 24
"""Accounts handed to the net."""


def recent_accounts(tables: Tables, user: int) -> I32:
    """Return [RECENT] account rows, newest first, each once, NONE after the last.

    The World stands before the request, and so does this.
    """
    out = np.full(RECENT, NONE, np.int32)
    fill_recent(tables, user, out)
    return out


@kernel
def fill_recent(tables: Tables, user: Whole, out: I32) -> None:
    """Write what `recent_accounts` returns into `out` ([RECENT], of NONE)."""
    if not 0 <= user < tables.sizes.users:
        return
    users, accounts = tables.users, tables.arenas.history_account
    first, filled = users.history_at[user], 0
    for at in range(first + users.history_len[user] - 1, first - 1, -1):
        if accounts[at] == NONE or met_before(out, filled, accounts[at]):
            continue
        out[filled] = accounts[at]
        filled += 1
        if filled == len(out):
            break
