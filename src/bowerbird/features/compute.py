"""All families over one person's candidates: what the page and the examples both call."""

from __future__ import annotations

import numpy as np

from bowerbird.core.facts import F32, I32, NONE
from bowerbird.core.kernels import inner, kernel
from bowerbird.features.account import ACCOUNT, fill_account
from bowerbird.features.activity import ACTIVITY, fill_activity
from bowerbird.features.affinity import AFFINITY, fill_affinity
from bowerbird.features.clock import CLOCK, fill_clock
from bowerbird.features.family import Family
from bowerbird.features.freshness import FRESHNESS, fill_freshness
from bowerbird.features.geometry import GEOMETRY, fill_geometry
from bowerbird.features.popularity import POPULARITY, fill_popularity
from bowerbird.features.session import SESSION, fill_session
from bowerbird.features.taste import TASTE, fill_taste
from bowerbird.features.topics import TOPIC, fill_topics
from bowerbird.features.vectors import Part, Vectors
from bowerbird.world.probe import Whole
from bowerbird.world.tables import Tables

FEATURES: tuple[Family, ...] = (
    ACTIVITY,
    SESSION,
    ACCOUNT,
    POPULARITY,
    FRESHNESS,
    AFFINITY,
    TASTE,
    TOPIC,
    GEOMETRY,
    CLOCK,
)
"""Every family, in the order of the columns."""

NAMES: tuple[str, ...] = tuple(feature.name for family in FEATURES for feature in family.features)
"""The name of each column."""

DEFAULTS: F32 = np.array([f.default for family in FEATURES for f in family.features], np.float32)
"""[F], the row of an unknown media for an unknown person; the clock is always known."""

_widths = [len(family.features) for family in FEATURES]
BOUNDS: tuple[int, ...] = (0, *(int(bound) for bound in np.cumsum(_widths)))
"""Family f fills columns `BOUNDS[f] .. BOUNDS[f + 1] - 1`."""


def compute(tables: Tables, vectors: Vectors, user: int, media: I32, now: int) -> F32:
    """Return the features [n, F] of `media` ([n] rows) for one person at `now` (epoch ms).

    A person or media that is NONE or unknown to the World has the defaults. A row's bits do not
    depend on the other rows. Numbers are finite whatever the World holds.
    """
    out = np.empty((len(media), len(DEFAULTS)), np.float32)
    rows = np.require(media, np.int32, ["C", "W"])  # of any other kind the kernel has none yet
    fill(tables, vectors.parts, user, rows, now, out)
    return out


@kernel
def fill(
    tables: Tables, parts: tuple[Part, Part], user: Whole, media: I32, now: Whole, out: F32
) -> None:
    """Write what `compute` returns into `out` ([n, F]), for callers that are kernels."""
    for i in range(len(out)):
        for k in range(len(DEFAULTS)):
            out[i, k] = DEFAULTS[k]
    b = BOUNDS
    users, arenas, accounts = tables.users, tables.arenas, tables.accounts
    who = user if 0 <= user < tables.sizes.users else NONE
    rows, owners = np.empty(len(media), np.int32), np.empty(len(media), np.int32)
    resolve(tables, media, rows, owners)
    fill_activity(users, who, now, out[:, b[0] : b[1]])
    fill_session(users, who, now, out[:, b[1] : b[2]])
    fill_account(accounts, owners, now, out[:, b[2] : b[3]])
    fill_popularity(tables.media, rows, now, out[:, b[3] : b[4]])
    fill_freshness(tables.media, rows, now, out[:, b[4] : b[5]])
    fill_affinity(tables.pairs, who, owners, now, out[:, b[5] : b[6]])
    fill_taste(tables.media, users, arenas, who, rows, out[:, b[6] : b[7]])
    fill_topics(tables.media, accounts, users, arenas, who, rows, owners, out[:, b[7] : b[8]])
    fill_geometry(users, arenas, parts, who, owners, out[:, b[8] : b[9]])
    fill_clock(now, out[:, b[9] : b[10]])


@inner
def resolve(tables: Tables, media: I32, rows: I32, owners: I32) -> None:
    """Write the rows of `media` and of their accounts, NONE for those the World does not know."""
    for i in range(len(media)):
        rows[i] = owners[i] = NONE
        if 0 <= media[i] < tables.sizes.media:
            rows[i] = media[i]
            owner = tables.media.account[media[i]]
            if 0 <= owner < tables.sizes.accounts:
                owners[i] = owner
