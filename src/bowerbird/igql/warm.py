"""Compiles every kernel, or loads it from the disk cache, before the first request waits for it."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from bowerbird.core.candidates import Candidates, Column, Kind, Rows
from bowerbird.core.facts import F32, I32, NONE, Action
from bowerbird.core.signals import Catalog, Context, Histories, Links, Type
from bowerbird.igql.kernels.sieve import NOTHING_ASKED, sift
from bowerbird.igql.program import compile_program
from bowerbird.igql.run import run

PROGRAM = """
value = like
seeds = user.engaged().let(seed_id=account_id)
blend(
    0.4 * union(seeds.account_nn(), seeds.co_engaged()).posted_media(where=popularity > 0),
    0.2 * user.engaged_media().co_engaged(),
    0.1 * user.engaged_media().linear(),
    0.1 * seeds.account_nn().posted_media(within=30d),
    0.1 * user.two_hop().posted_media(within=30d),
    0.1 * accounts().media_engaged_by(),
)
.sample(1)
.rank(value=value)
.mix(photo=1)
.diversify_by(account_id, method=mmr)
.diversify_by(account_id, method=penalty)
.explore(slots=1)
"""

NAMES = {
    "account_id": Type.ACCOUNT,
    "media_type": Type.MEDIA_TYPE,
    "popularity": Type.NUMBER,
}
ROWS = np.arange(4, dtype=np.int32)


def apart(column: Column) -> Column:
    """Return the same values with gaps between the lines, as in the World's records.

    Kernels are compiled for a layout: those that read the World must be warmed for its own.
    """
    return np.repeat(column, 2, axis=0)[::2]


class _Four:
    """Four people, accounts and media; every account goes with every other."""

    def array(self, kind: Kind, name: str) -> Column:
        return apart(np.full(4, 1, np.int64) if name == "ts" else ROWS)

    def compute(self, kind: Kind, name: str, rows: Rows, context: Context) -> Column:
        if name == "media_type":
            return np.zeros(len(rows), np.uint8)
        return rows if name == "account_id" else np.ones(len(rows), np.float32)

    def links(self, name: str) -> tuple[Links, ...]:
        rows = np.stack([np.delete(ROWS, i) for i in ROWS])
        length, scores = np.full(4, 3, np.int32), np.ones((4, 3), np.float32)
        if name in ("posted", "engagers"):
            return (Links(ROWS, apart(rows), apart(length), scores),)
        return (Links(ROWS, rows, length, scores),)

    def embedding(self, name: str) -> tuple[tuple[I32, F32], ...]:
        return ((ROWS, np.ones((4, 2), np.float32)),)

    def histories(self) -> Histories:
        start = apart(np.arange(0, 8, 2, dtype=np.int64))
        length = apart(np.full(4, 2, np.int32))
        media = apart(np.tile(np.array([0, 1], np.int32), 4))
        account = apart(np.ones(8, np.int32))
        action = apart(np.full(8, int(Action.LIKE), np.uint8))
        known, ts = apart(np.ones(8, np.uint8)), apart(np.ones(8, np.int64))
        return Histories(start, length, media, account, action, known, ts, known)

    def listed(self, name: str) -> tuple[Rows, F32]:
        return ROWS, np.ones(4, np.float32)

    def predict(self, model: str, rows: Candidates, context: Context) -> Mapping[str, F32]:
        return {"like": np.ones(len(rows), np.float32)}


def warm() -> None:
    """Run every kernel once on four rows: seconds when nothing is cached, else a tenth of one."""
    catalog = Catalog({Kind.MEDIA: NAMES}, models={"default": ("like",)})
    program = compile_program(PROGRAM, catalog)
    for person in (0, NONE):
        run(program, _Four(), Context(person, now=1))
    sift(ROWS, NOTHING_ASKED)
