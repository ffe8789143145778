"""All families over one person's candidates: what the page and the examples both call."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from bowerbird.core.facts import F32, I32, NONE, U8
from bowerbird.core.kernels import inner, kernel
from bowerbird.features.account import ACCOUNT, fill_account
from bowerbird.features.activity import ACTIVITY, fill_activity
from bowerbird.features.affinity import AFFINITY, fill_affinity
from bowerbird.features.clock import CLOCK, fill_clock
from bowerbird.features.family import Dtype, Family
from bowerbird.features.freshness import FRESHNESS, fill_freshness
from bowerbird.features.geometry import GEOMETRY, fill_geometry
from bowerbird.features.identity import IDENTITY, fill_identity
from bowerbird.features.moment import MOMENT, fill_moment
from bowerbird.features.origin import ORIGIN
from bowerbird.features.popularity import POPULARITY, fill_popularity
from bowerbird.features.recent import recent_accounts
from bowerbird.features.seed import SEED
from bowerbird.features.session import SESSION, fill_session
from bowerbird.features.shown import SHOWN, fill_shown
from bowerbird.features.subject import SUBJECT, fill_subject
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
    SHOWN,
    IDENTITY,
    SEED,
    SUBJECT,
    ORIGIN,
    MOMENT,
)
"""Every family, the dense ones first, in the order of the columns."""

_DENSE = [family for family in FEATURES if family.dtype is Dtype.DENSE]
_SPARSE = [family for family in FEATURES if family.dtype is Dtype.SPARSE]

NAMES: tuple[str, ...] = tuple(feature.name for family in _DENSE for feature in family.features)
"""The name of each dense column."""

SPARSE: tuple[str, ...] = tuple(feature.name for family in _SPARSE for feature in family.features)
"""The name of each sparse column."""

DEFAULTS: F32 = np.array([f.default for family in _DENSE for f in family.features], np.float32)
"""[F], the row of an unknown media for an unknown person; the clock is always known."""

SPARSE_DEFAULTS: I32 = np.array([f.default for family in _SPARSE for f in family.features], "i4")
"""[S], the same of the sparse columns."""

BOUNDS: tuple[int, ...] = (0, *np.cumsum([len(family.features) for family in _DENSE]).tolist())
"""Dense family f fills columns `BOUNDS[f] .. BOUNDS[f + 1] - 1`."""

EVERYTHING: U8 = np.ones(len(FEATURES), np.uint8)
"""[families], what is wanted where nothing is left out."""

SOURCE = SPARSE.index("source")
"""The sparse column that only a page can fill."""

_A = SPARSE.index("user")
_B = SPARSE.index("seed_account")
_C = SPARSE.index("media_type")
_D = SPARSE.index("hour")


@dataclass(frozen=True, slots=True)
class Inputs:
    """What models read of one person's candidates [n].

    Attributes:
        dense: [n, F] float32, the columns of `NAMES`; defaults in families nobody wanted.
        sparse: [n, S] int32, the columns of `SPARSE`; the same.
        recent: [RECENT] int32, the person's last accounts, newest first, NONE after them.
    """

    dense: F32
    sparse: I32
    recent: I32

    def __len__(self) -> int:
        return len(self.dense)


def families_of(names: Iterable[str]) -> U8:
    """Return [families], 1 for each that has one of the columns `names`."""
    wanted = set(names)
    return np.array(
        [any(f.name in wanted for f in family.features) for family in FEATURES], np.uint8
    )


def compute(tables: Tables, vectors: Vectors, user: int, media: I32, now: int) -> F32:
    """Return the dense features [n, F] of `media` ([n] rows) for one person at `now` (epoch ms).

    A person or media that is NONE or unknown to the World has the defaults. A row's bits do not
    depend on the other rows. Numbers are finite whatever the World holds.
    """
    return hydrate(tables, vectors, user, media, now).dense


def hydrate(
    tables: Tables, vectors: Vectors, user: int, media: I32, now: int, wanted: U8 = EVERYTHING
) -> Inputs:
    """Return the features of `media` ([n] rows), working out only the families in `wanted`.

    The bits of a column do not depend on which other families are wanted.
    """
    dense = np.empty((len(media), len(NAMES)), np.float32)
    sparse = np.empty((len(media), len(SPARSE)), np.int32)
    rows = np.require(media, np.int32, ["C", "W"])  # of any other kind the kernel has none yet
    fill(tables, vectors.parts, user, rows, now, wanted, dense, sparse)
    return Inputs(dense, sparse, recent_accounts(tables, user))


@kernel
def fill(  # noqa: C901, PLR0912  # one line a family, each with its own switch
    tables: Tables,
    parts: tuple[Part, Part],
    user: Whole,
    media: I32,
    now: Whole,
    wanted: U8,
    out: F32,
    sparse: I32,
) -> None:
    """Write what `hydrate` returns into `out` ([n, F]) and `sparse` ([n, S])."""
    out[:] = DEFAULTS
    sparse[:] = SPARSE_DEFAULTS
    b, w = BOUNDS, wanted
    users, arenas, accounts = tables.users, tables.arenas, tables.accounts
    who = user if 0 <= user < tables.sizes.users else NONE
    rows, owners = np.empty(len(media), np.int32), np.empty(len(media), np.int32)
    resolve(tables, media, rows, owners)
    if w[0]:
        fill_activity(users, who, now, out[:, b[0] : b[1]])
    if w[1]:
        fill_session(users, who, now, out[:, b[1] : b[2]])
    if w[2]:
        fill_account(accounts, owners, now, out[:, b[2] : b[3]])
    if w[3]:
        fill_popularity(tables.media, rows, now, out[:, b[3] : b[4]])
    if w[4]:
        fill_freshness(tables.media, rows, now, out[:, b[4] : b[5]])
    if w[5]:
        fill_affinity(tables.pairs, who, owners, now, out[:, b[5] : b[6]])
    if w[6]:
        fill_taste(tables.media, users, arenas, who, rows, out[:, b[6] : b[7]])
    if w[7]:
        fill_topics(tables.media, accounts, users, arenas, who, rows, owners, out[:, b[7] : b[8]])
    if w[8] or w[12]:
        fill_geometry(users, arenas, parts, who, owners, out[:, b[8] : b[9]], sparse[:, _B])
    if w[9]:
        fill_clock(now, out[:, b[9] : b[10]])
    if w[10]:
        fill_shown(tables.media, accounts, users, who, rows, owners, out[:, b[10] : b[11]])
    if w[11]:
        fill_identity(who, rows, owners, sparse[:, _A : _A + 3])
    if w[13]:
        fill_subject(tables.media, accounts, rows, owners, sparse[:, _C : _C + 3])
    if w[15]:
        fill_moment(now, sparse[:, _D : _D + 2])


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
