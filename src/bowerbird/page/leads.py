"""Which of the person's accounts leads to another one: what the last pages were shown because of.

The World knows which media a page showed, not by which way they had come. So the way is looked for
again, as the Explore page looks: from the accounts of most interest to those near them.
"""

from __future__ import annotations

from functools import cache

import numpy as np

from bowerbird.core.candidates import SEED, Rows
from bowerbird.core.facts import NONE
from bowerbird.core.signals import Catalog, Context, Signals, Type
from bowerbird.igql.program import Program, compile_program
from bowerbird.igql.run import RUNNERS
from bowerbird.igql.running import Run
from bowerbird.page.known import whereabouts

WAYS = "user.engaged(max_num_to_retrieve=50).account_nn(embedding_config=default, k=200)"
STRONGEST = f"{WAYS}.dedupe(combine=max)"


@cache
def program() -> Program:
    """Return the program that finds the ways, compiled once."""
    return compile_program(STRONGEST, Catalog({}))


def seeds_of(accounts: Rows, signals: Signals, context: Context) -> Rows:
    """Return the account of the person that leads to each of `accounts` ([n]), NONE for none."""
    ready = program().ready({})
    running = Run(signals, context, ready.bound.sources, RUNNERS)
    found = running.frame(ready.plan)
    at = whereabouts(found.rows, accounts)
    seeds = np.append(found.column(SEED, Type.ACCOUNT), np.int32(NONE))
    led: Rows = seeds[at].astype(np.int32)  # NONE is the last
    return led
