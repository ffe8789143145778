"""Which of the person's accounts leads to another one: what the last pages were shown because of.

The World knows which media a page showed, not by which way they had come. So the way is looked for
again, as the Explore page looks: from the accounts of most interest to those near them.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np

from bowerbird.core.candidates import SEED, Rows
from bowerbird.core.facts import NONE
from bowerbird.core.kernels import kernel
from bowerbird.core.signals import Catalog, Context, Signals, Type
from bowerbird.igql.kernels.links import expand_rows
from bowerbird.igql.program import Program, compile_program
from bowerbird.igql.run import RUNNERS
from bowerbird.igql.running import Run

SEEDS = "user.engaged(max_num_to_retrieve=50)"
NEAR, K = "account_nn.default", 200


@cache
def program() -> Program:
    """Return the program that finds where ways start, compiled once."""
    return compile_program(SEEDS, Catalog({}))


def seeds_of(accounts: Rows, signals: Signals, context: Context) -> Rows:
    """Return the account of the person that leads to each of `accounts` ([n]), NONE for none."""
    ready = program().ready({})
    running = Run(signals, context, ready.bound.sources, RUNNERS)
    found = running.frame(ready.plan)
    at = strongest(found.rows, found.score, K, *running.links(NEAR), accounts)
    seeds = np.append(found.column(SEED, Type.ACCOUNT), np.int32(NONE))
    led: Rows = seeds[at].astype(np.int32)  # NONE is the last
    return led


@kernel
def strongest(seeds: Any, scores: Any, k: int, one: Any, two: Any, wanted: Any) -> Any:
    """Return the position in `seeds` of the one that leads to each of `wanted` most, NONE for none.

    Of all that the seeds lead to, ten thousand of them, only the few that are asked for are noted.
    """
    at, found, _, score = expand_rows(seeds, scores, k, one, two)
    size = 16
    while size < 4 * len(wanted):
        size *= 2
    slots, same = np.full(size, NONE, np.int32), np.empty(len(wanted), np.int64)
    led, most = np.full(len(wanted), NONE, np.int64), np.full(len(wanted), np.float32(-1.0))
    for i in range(len(wanted)):
        slot = wanted[i] * 40503 & (size - 1)
        while slots[slot] != NONE and wanted[slots[slot]] != wanted[i]:
            slot = (slot + 1) & (size - 1)
        slots[slot] = i if slots[slot] == NONE else slots[slot]
        same[i] = slots[slot]
    for i in range(len(found)):
        slot = found[i] * 40503 & (size - 1)
        while slots[slot] != NONE and wanted[slots[slot]] != found[i]:
            slot = (slot + 1) & (size - 1)
        if slots[slot] != NONE and score[i] > most[slots[slot]]:
            led[slots[slot]], most[slots[slot]] = at[i], score[i]
    return led[same]
