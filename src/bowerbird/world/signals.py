"""What the World tells a page: the names on offer, and how each is answered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bowerbird.core.candidates import Column, Kind, Mask, Rows
from bowerbird.core.facts import F32, I32, NONE, Action
from bowerbird.core.ids import Ids
from bowerbird.core.signals import Condition, Context, Histories, Links, Type
from bowerbird.world import measures as m
from bowerbird.world.sift import COMPARES, FLAGS, Person, person_of, sift
from bowerbird.world.tables import Tables
from bowerbird.world.trending import fresh, trending
from bowerbird.world.world import World

COUNTERS: Mapping[str, Action] = {
    "impressions": Action.IMPRESSION,
    "views": Action.VIEW,
    "clicks": Action.CLICK,
    "long_views": Action.LONG_VIEW,
    "likes": Action.LIKE,
    "comments": Action.COMMENT,
    "saves": Action.SAVE,
    "shares": Action.SHARE,
    "follows": Action.FOLLOW,
    "profile_visits": Action.PROFILE_VISIT,
    "hides": Action.HIDE,
    "reports": Action.REPORT,
}
"""The counters on offer, of media, accounts and people; `recent_` before them for those of late."""

SCORES = ("spam", "policy", "non_recommendable")
"""Integrity scores that can always be asked for; any other needs a fact that names it."""

Measured = Mapping[str, tuple[Type, m.Measure]]

_COUNTED: Measured = {
    **{name: (Type.NUMBER, m.total(action)) for name, action in COUNTERS.items()},
    **{f"recent_{name}": (Type.NUMBER, m.recent(action)) for name, action in COUNTERS.items()},
}
_OWNED: Measured = {
    "account_id": (Type.ACCOUNT, m.owner),
    "ts": (Type.TIME, m.column("ts")),
    "age": (Type.DURATION, m.age),
    "removed": (Type.BOOL, m.removed),
    "muted": (Type.BOOL, m.muted),
    "own": (Type.BOOL, m.own),
    "affinity": (Type.NUMBER, m.affinity),
    "popularity": (Type.NUMBER, m.popularity),
    "trend": (Type.NUMBER, m.trend),
    **_COUNTED,
}
_MEASURES: Mapping[Kind, Measured] = {
    Kind.MEDIA: {
        **_OWNED,
        "media_type": (Type.MEDIA_TYPE, m.media_type),
        "duration": (Type.DURATION, m.duration),
        "expired": (Type.BOOL, m.expired),
        "recommendable": (Type.BOOL, m.media_recommendable),
        "seen": (Type.BOOL, m.seen),
    },
    Kind.ACCOUNTS: {
        **_OWNED,
        "recommendable": (Type.BOOL, m.account_recommendable),
        "posts": (Type.NUMBER, m.column("posts")),
        "followers": (Type.NUMBER, m.total(Action.FOLLOW)),
    },
    Kind.USERS: {
        **_COUNTED,
        "account_id": (Type.ACCOUNT, m.column("account", NONE)),
        "last_seen": (Type.TIME, m.column("last_ts")),
    },
}
_SCORED = (Kind.MEDIA, Kind.ACCOUNTS)

SIGNALS: Mapping[Kind, Mapping[str, Type]] = {
    kind: {
        **{name: type for name, (type, _) in measured.items()},
        **(dict.fromkeys(SCORES, Type.NUMBER) if kind in _SCORED else {}),
    }
    for kind, measured in _MEASURES.items()
}
"""Names and types on offer from the World."""

_COLUMNS = {
    Kind.MEDIA: {"account_id": "account", "media_type": "media_type", "ts": "ts"},
    Kind.ACCOUNTS: {"ts": "ts", "posts": "posts", "user_id": "user"},
    Kind.USERS: {"account_id": "account", "last_seen": "last_ts"},
}


class WorldSignals:
    """The World's part of `core.signals.Signals`, but for `predict`.

    What it returns may be views on columns that the next fold writes to.
    """

    def __init__(self, world: World, ids: Ids) -> None:
        self._world, self._ids = world, ids
        self._scores: dict[str, int] = {}
        self._histories: tuple[Tables, Histories] | None = None
        self._person: tuple[tuple[int, int], Person] | None = None

    def array(self, kind: Kind, name: str) -> NDArray[Any]:
        """See `Signals`; only what needs no request has a whole column: plain ones and totals."""
        lines, size = self._lines(kind)
        if name in COUNTERS:
            totals: NDArray[Any] = lines.total[:size, COUNTERS[name]]
            return totals
        found: NDArray[Any] = getattr(lines, _COLUMNS[kind][name])[:size]
        return found

    def compute(self, kind: Kind, name: str, rows: Rows, context: Context) -> Column:
        """See `Signals`; rows nobody named get the defaults of `docs/world.md`."""
        measure, (lines, size) = self._measure(kind, name), self._lines(kind)
        owned = kind is not Kind.MEDIA
        return measure(m.Asked(self._world.tables, lines, size, _plain(rows), owned, context))

    def sifts(self, kind: Kind, condition: Condition) -> bool:
        """See `Sifting`: flags of media, and scores of media by any name known."""
        if kind is not Kind.MEDIA:
            return False
        if not condition.compare:
            return condition.name in FLAGS
        measured = condition.name in _MEASURES[kind]
        return condition.name in SCORES and not measured and condition.compare in COMPARES

    def sift(
        self, kind: Kind, conditions: Sequence[Condition], rows: Rows, context: Context
    ) -> Mask:
        """See `Sifting`."""
        tables = self._world.tables
        names = [self._score(asked.name) for asked in conditions if asked.compare]
        columns = [name if 0 <= name < tables.sizes.names else NONE for name in names]
        if self._person is None or self._person[0] != (context.user, self._world.offset):
            self._person = (context.user, self._world.offset), person_of(tables, context)
        return sift(tables, conditions, columns, _plain(rows), context, self._person[1])

    def _measure(self, kind: Kind, name: str) -> m.Measure:
        known = _MEASURES[kind].get(name)
        if known:
            return known[1]
        row = self._score(name)
        if kind in _SCORED and (row != NONE or name in SCORES):
            return m.score(row)
        raise KeyError(name)

    def _score(self, name: str) -> int:
        """Return the row of a score's name, NONE until a fact names it."""
        row = self._scores.get(name, NONE)
        if row == NONE:
            row = self._scores[name] = self._ids.names.find(name)
        return row

    def _lines(self, kind: Kind) -> tuple[Any, int]:
        tables = self._world.tables
        if kind is Kind.MEDIA:
            return tables.media, tables.sizes.media
        if kind is Kind.ACCOUNTS:
            return tables.accounts, tables.sizes.accounts
        return tables.users, tables.sizes.users

    def links(self, name: str) -> tuple[Links, ...]:
        """See `Signals`: `posted` and `engagers`, in one part, every score a one."""
        if name not in ("posted", "engagers"):
            raise KeyError(name)
        accounts, size = self._world.tables.accounts, self._world.tables.sizes.accounts
        rows: I32 = getattr(accounts, name)[:size]
        length: I32 = getattr(accounts, f"{name}_len")[:size]
        index, scores = self._world.constants.of(*rows.shape)
        return (Links(index, rows, length, scores),)

    def histories(self) -> Histories:
        """See `Signals`."""
        tables = self._world.tables
        if self._histories is None or self._histories[0] is not tables:
            self._histories = tables, _histories(tables)
        return self._histories[1]

    def listed(self, name: str) -> tuple[Rows, F32]:
        """See `Signals`; both lists are as of the newest fact, and leave out what may not show."""
        return {"trending": trending, "fresh": fresh}[name](self._world.tables)


def _histories(tables: Tables) -> Histories:
    users, arenas, size = tables.users, tables.arenas, tables.sizes.users
    return Histories(
        users.history_at[:size],
        users.history_len[:size],
        arenas.history_media,
        arenas.history_account,
        arenas.history_action,
        arenas.history_type,
        arenas.history_ts,
        arenas.history_known,
    )


def _plain(rows: Rows) -> Rows:
    """Return `rows` as kernels take them; of any other kind they have none yet."""
    if rows.dtype == np.int32 and rows.flags.carray:
        return rows
    return np.require(rows, np.int32, ("C", "A", "W"))
