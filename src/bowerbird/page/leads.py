"""Which of the person's accounts leads to another one: what the last pages were shown because of.

The World knows which media a page showed, not by which way they had come. So the way is looked for
again, as the Explore page looks: from the accounts of most interest to those near them.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from bowerbird.core.candidates import Rows
from bowerbird.core.facts import NONE
from bowerbird.core.kernels import kernel
from bowerbird.core.signals import Context, Signals
from bowerbird.igql.kernels.history import engaged
from bowerbird.igql.kernels.links import expand_rows
from bowerbird.igql.kernels.order import best_first
from bowerbird.igql.ops.engaged import INTEREST, action_bits
from bowerbird.igql.running import linked
from bowerbird.page.known import find_places

SEEDS = 50
"""Accounts of the person that ways start from."""

NEAR, K = "account_nn.default", 200


def seeds_of(accounts: Rows, signals: Signals, context: Context) -> Rows:
    """Return the account of the person that leads to each of `accounts` ([n]), NONE for none."""
    histories, wanted = signals.histories(), action_bits(INTEREST)
    found, scores, _ = engaged(histories, histories.account, context.user, context, actions=wanted)
    best = best_first(scores, SEEDS)
    found, scores = found[best], scores[best]
    at = strongest(found, scores, K, *linked(signals.links(NEAR)), accounts)
    led: Rows = np.append(found, np.int32(NONE))[at]  # NONE is the last
    return led


@kernel
def strongest(seeds: Any, scores: Any, k: int, one: Any, two: Any, wanted: Any) -> Any:
    """Return the position in `seeds` of the one that leads to each of `wanted` most, NONE for none.

    Of all that the seeds lead to, ten thousand of them, only the few that are asked for are noted.
    """
    at, found, _, score = expand_rows(seeds, scores, k, one, two)
    place, same = np.empty(len(found), np.int64), np.empty(len(wanted), np.int64)
    find_places(wanted, found, place)
    find_places(wanted, wanted, same)  # one that is asked for twice is answered where it is first
    led, most = np.full(len(wanted), NONE, np.int64), np.full(len(wanted), np.float32(-1.0))
    for i in range(len(found)):
        if place[i] != NONE and score[i] > most[place[i]]:
            led[place[i]], most[place[i]] = at[i], score[i]
    return led[same]
