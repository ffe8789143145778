"""All families over one person's candidates: what the page and the examples both call."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from bowerbird.core.facts import F32, I32, NONE, U8
from bowerbird.core.kernels import inner, kernel
from bowerbird.core.prefetch import fetch
from bowerbird.features.account import ACCOUNT, fill_account
from bowerbird.features.activity import ACTIVITY, fill_activity
from bowerbird.features.affinity import AFFINITY, fill_affinity
from bowerbird.features.clock import CLOCK, fill_clock
from bowerbird.features.family import Dtype, Family
from bowerbird.features.freshness import FRESHNESS, fill_freshness
from bowerbird.features.geometry import GEOMETRY, fill_geometry, turn
from bowerbird.features.identity import IDENTITY, fill_identity
from bowerbird.features.lift import LIFT, fill_lift
from bowerbird.features.moment import MOMENT, fill_moment
from bowerbird.features.origin import ORIGIN
from bowerbird.features.popularity import POPULARITY, fill_popularity
from bowerbird.features.recent import RECENT, fill_recent
from bowerbird.features.seed import SEED
from bowerbird.features.session import SESSION, fill_session
from bowerbird.features.shown import SHOWN, fill_shown
from bowerbird.features.subject import SUBJECT, fill_subject
from bowerbird.features.taste import TASTE, fill_taste
from bowerbird.features.topics import TOPIC, fill_topics
from bowerbird.features.vectors import Part, Vectors
from bowerbird.world.held import Held, hold
from bowerbird.world.probe import Whole, pair_slot
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
    LIFT,
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

EVERYTHING: U8 = np.ones(len(NAMES) + len(SPARSE), np.uint8)
"""[F + S], what is wanted where no column is left out."""

_NEAREST = ("geometry_best", "geometry_recency", "seed_account")
_LATELY = tuple(f.name for f in POPULARITY.features if f.name.startswith("media_recent"))
_MET = ("affinity_engagements", "affinity_rate", "affinity_idle", "affinity_follows")

BESIDE: tuple[tuple[tuple[str, ...], tuple[str, ...]], ...] = (
    (_LATELY, _LATELY),
    (("media_age",), ("media_age_unknown",)),
    (_MET, _MET),
    *(2 * (tuple(f.name for f in family.features),) for family in (TASTE, TOPIC)),
    (_NEAREST, (*_NEAREST, *(f.name for f in GEOMETRY.features))),
)
"""Columns, any of which brings others with it: they are worked out at once."""

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
        dense: [n, F] float32, the columns of `NAMES`; what nobody wanted is unspecified.
        sparse: [n, S] int32, the columns of `SPARSE`; the same.
        recent: [RECENT] int32, the person's last accounts, newest first, NONE after them.
    """

    dense: F32
    sparse: I32
    recent: I32

    def __len__(self) -> int:
        return len(self.dense)


def columns_of(names: Iterable[str]) -> U8:
    """Return [F + S], 1 for each of the columns `names`, the dense ones first.

    Where the nearest of the person's accounts is wanted its name is, too: it costs nothing then.
    """
    wanted = set(names)
    wanted |= {"seed_account"} if "geometry_best" in wanted else set()
    return np.array([name in wanted for name in (*NAMES, *SPARSE)], np.uint8)


def beside(wanted: U8) -> U8:
    """Return the columns `wanted` ([F + S]), and those that cost nothing beside them.

    A later pass then need not look for them, nor for all that they are worked out of.
    """
    names = {name for name, asked in zip((*NAMES, *SPARSE), wanted, strict=True) if asked}
    for some, others in BESIDE:
        names |= set() if names.isdisjoint(some) else set(others)
    return columns_of(names)


def compute(tables: Tables, vectors: Vectors, user: int, media: I32, now: int) -> F32:
    """Return the dense features [n, F] of `media` ([n] rows) for one person at `now` (epoch ms).

    A person or media that is NONE or unknown to the World has the defaults. A row's bits do not
    depend on the other rows. Numbers are finite whatever the World holds.
    """
    return hydrate(tables, vectors, user, media, now).dense


def hydrate(
    tables: Tables | Held,
    vectors: Vectors,
    user: int,
    media: I32,
    now: int,
    wanted: U8 = EVERYTHING,
) -> Inputs:
    """Return the features of `media` ([n] rows), working out only the columns in `wanted`.

    The bits of a column do not depend on which others are wanted.
    """
    dense = np.empty((len(media), len(NAMES)), np.float32)
    sparse = np.empty((len(media), len(SPARSE)), np.int32)
    found = Inputs(dense, sparse, np.full(RECENT, NONE, np.int32))
    fill_in(found, tables, vectors, user, media, now, wanted)
    return found


def fill_in(
    inputs: Inputs,
    tables: Tables | Held,
    vectors: Vectors,
    user: int,
    media: I32,
    now: int,
    wanted: U8,
) -> None:
    """Work out the columns `wanted` ([F + S]) of `media` ([n] rows) into `inputs`.

    So a later pass adds what an earlier one did not read.
    """
    rows = np.require(media, np.int32, ["C", "W"])  # of any other kind the kernel has none yet
    arrays = inputs.dense, inputs.sparse, inputs.recent
    held = tables if isinstance(tables, Held) else hold(tables)
    fill(held, vectors.parts, user, rows, now, wanted, *arrays)


@kernel
def fill(  # noqa: C901, PLR0912  # one line a family, each with its own switch
    held: Held,
    parts: tuple[Part, Part],
    user: Whole,
    media: I32,
    now: Whole,
    wanted: U8,
    out: F32,
    sparse: I32,
    recent: I32,
) -> None:
    """Write what `fill_in` says into `out` ([n, F]), `sparse` ([n, S]) and `recent` ([RECENT])."""
    fill_defaults(wanted, out, sparse)
    b, w, tables = BOUNDS, wanted, held.tables
    s = w[len(NAMES) :]
    users, arenas, accounts = tables.users, tables.arenas, tables.accounts
    who = user if 0 <= user < tables.sizes.users else NONE
    rows, owners = np.empty(len(media), np.int32), np.empty(len(media), np.int32)
    resolve(tables, who, media, rows, owners)
    fill_recent(users, arenas, who, recent)
    if w[b[0] : b[1]].any():
        fill_activity(users, who, now, out[:, b[0] : b[1]])
    if w[b[1] : b[2]].any():
        fill_session(users, who, now, out[:, b[1] : b[2]])
    if w[b[2] : b[3]].any():
        fill_account(accounts, owners, now, w[b[2] : b[3]], out[:, b[2] : b[3]])
    if w[b[3] : b[4]].any():
        fill_popularity(tables.media, rows, now, w[b[3] : b[4]], out[:, b[3] : b[4]])
    if w[b[4] : b[5]].any():
        fill_freshness(tables.media, rows, now, w[b[4] : b[5]], out[:, b[4] : b[5]])
    if w[b[5] : b[6]].any():
        fill_affinity(tables.pairs, who, owners, now, w[b[5] : b[6]], out[:, b[5] : b[6]])
    if w[b[6] : b[7]].any():
        fill_taste(tables.media, users, arenas, who, rows, out[:, b[6] : b[7]])
    if w[b[7] : b[8]].any():
        fill_topics(tables.media, accounts, users, arenas, who, rows, owners, out[:, b[7] : b[8]])
    near = (w[b[8] + 1] or w[b[8] + 2] or s[_B]) != 0
    close, lifted = w[b[8] : b[9]].any() or near, w[b[11] : b[12]].any()
    if close or lifted:
        there, turned = turn(parts, owners)
        if close:
            columns = out[:, b[8] : b[9]], sparse[:, _B]
            fill_geometry(users, arenas, parts, who, there, turned, near, columns[0], columns[1])
        if lifted:
            fill_lift(tables, parts, turned, who, rows, owners, now, out[:, b[11] : b[12]])
    if w[b[9] : b[10]].any():
        fill_clock(now, out[:, b[9] : b[10]])
    if w[b[10] : b[11]].any():
        fill_shown(tables.media, accounts, users, who, rows, owners, out[:, b[10] : b[11]])
    if s[_A : _A + 3].any():
        fill_identity(who, rows, owners, sparse[:, _A : _A + 3])
    if s[_C : _C + 3].any():
        fill_subject(tables.media, accounts, rows, owners, sparse[:, _C : _C + 3])
    if s[_D : _D + 2].any():
        fill_moment(now, sparse[:, _D : _D + 2])


@inner
def fill_defaults(wanted: U8, out: F32, sparse: I32) -> None:
    """Write the default of every wanted column; a family then writes what is not."""
    if wanted.all():
        for i in range(len(out)):
            out[i], sparse[i] = DEFAULTS, SPARSE_DEFAULTS
        return
    columns = np.flatnonzero(wanted)
    for i in range(np.uint64(len(out))):
        for k in columns:
            if k < len(DEFAULTS):
                out[i, np.uint64(k)] = DEFAULTS[k]
            else:
                sparse[i, np.uint64(k - len(DEFAULTS))] = SPARSE_DEFAULTS[k - len(DEFAULTS)]


@inner
def resolve(tables: Tables, user: Whole, media: I32, rows: I32, owners: I32) -> None:
    """Write the rows of `media` and of their accounts, NONE for those the World does not know.

    Candidates lie anywhere in the World. Asking for all their lines at once, before any of them is
    read, is waiting for memory once; a pass over 500 takes half the time so.
    """
    pairs = len(tables.pairs.key) - 1
    for i in range(len(media)):
        rows[i] = media[i] if 0 <= media[i] < tables.sizes.media else NONE
        if rows[i] != NONE:
            fetch(tables.media.recent_ts, rows[i], 168)
    for i in range(len(media)):
        owners[i] = NONE
        owner = tables.media.account[rows[i]] if rows[i] != NONE else NONE
        if 0 <= owner < tables.sizes.accounts:
            owners[i] = owner
            fetch(tables.accounts.recent_ts, owner, 128)
            if user != NONE and pairs >= 0:
                key = (np.int64(user) << 32) | np.int64(owner)
                fetch(tables.pairs.key, pair_slot(key, pairs), 48)
