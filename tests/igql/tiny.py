"""A small world in plain arrays, answering as `Signals` does: what the tests of IGQL run on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bowerbird.core.candidates import SEED, Candidates, Column, Kind, Rows
from bowerbird.core.facts import F32, I32, NONE, Action
from bowerbird.core.signals import AGO, Catalog, Context, Histories, Links, Type
from bowerbird.world.signals import SIGNALS

DAY = 86_400_000
NOW = 1_000 * DAY
HEADS = (
    "click",
    "long_view",
    "like",
    "comment",
    "save",
    "share",
    "follow",
    "profile_visit",
    "hide",
)

CATALOG = Catalog(
    signals={
        Kind.USERS: {"activity": Type.NUMBER},
        Kind.ACCOUNTS: {
            "non_recommendable": Type.NUMBER,
            "recommendable": Type.BOOL,
            "followers": Type.NUMBER,
            "muted": Type.BOOL,
        },
        Kind.MEDIA: {
            "account_id": Type.ACCOUNT,
            "media_type": Type.MEDIA_TYPE,
            "ts": Type.TIME,
            "age": Type.DURATION,
            "recommendable": Type.BOOL,
            "seen": Type.BOOL,
            "muted": Type.BOOL,
            "own": Type.BOOL,
            "expired": Type.BOOL,
            "spam": Type.NUMBER,
            "policy": Type.NUMBER,
            "non_recommendable": Type.NUMBER,
            "impressions": Type.NUMBER,
            "popularity": Type.NUMBER,
        },
    },
    embeddings=("default", "save_photo"),
    models={"default": HEADS, "light": ("like", "save")},
)

PASSES = ("first_pass", "second_pass", "final_pass")
DECLARED = Catalog(
    {kind: {**SIGNALS[kind], **CATALOG.signals[kind]} for kind in Kind},
    CATALOG.embeddings,
    {**CATALOG.models, **dict.fromkeys(PASSES, HEADS)},
)
"""With the models and signals that presets name: whatever the World has."""


def linked(lists: Mapping[int, list[tuple[int, float]]], n: int) -> Links:
    """Return lists of (row, score) as `Links` over `n` rows."""
    width = max((len(line) for line in lists.values()), default=0)
    index = np.full(n, NONE, np.int32)
    rows = np.full((len(lists), width), NONE, np.int32)
    scores = np.zeros((len(lists), width), np.float32)
    length = np.zeros(len(lists), np.int32)
    for i, (row, line) in enumerate(lists.items()):
        index[row], length[i] = i, len(line)
        rows[i, : len(line)] = [other for other, _ in line]
        scores[i, : len(line)] = [score for _, score in line]
    return Links(index, rows, length, scores)


Event = tuple[int, int, int, Action, int]
"""Person, account, media, action, time."""


def histories(events: list[Event], users: int, types: NDArray[np.uint8]) -> Histories:
    """Return events, given in the order of time, as `Histories` of `users` people."""
    ordered = sorted(events, key=lambda event: event[0])
    people = np.array([event[0] for event in ordered], np.int64)
    length = np.bincount(people, minlength=users).astype(np.int32)
    start = np.concatenate([[0], np.cumsum(length)[:-1]]).astype(np.int64)
    media = np.array([event[2] for event in ordered], np.int32)
    return Histories(
        start,
        length,
        media,
        np.array([event[1] for event in ordered], np.int32),
        np.array([event[3] for event in ordered], np.uint8),
        np.where(media < 0, 255, types[media]).astype(np.uint8),
        np.array([event[4] for event in ordered], np.int64),
        np.ones(len(ordered), np.uint8),
    )


@dataclass(slots=True)
class Tiny:
    """Implements `core.signals.Signals` over arrays that a test sets."""

    columns: dict[Kind, dict[str, NDArray[Any]]]
    lists: dict[str, tuple[Links, ...]]
    engagements: Histories
    ready: dict[str, tuple[Rows, F32]]
    heads: dict[str, dict[str, F32]]
    asked: list[tuple[str, int]] = field(default_factory=list)
    vectors: dict[str, tuple[tuple[I32, F32], ...]] = field(default_factory=dict)
    pages: list[tuple[int, int, int]] = field(default_factory=list)
    """Media, seed and pages ago of what was shown."""

    def array(self, kind: Kind, name: str) -> NDArray[Any]:
        return self.columns[kind][name]

    def compute(self, kind: Kind, name: str, rows: Rows, context: Context) -> Column:
        self.asked.append((name, len(rows)))
        if name == "age":
            return context.now - self.columns[kind]["ts"][rows]
        return self.columns[kind][name][rows]

    def links(self, name: str) -> tuple[Links, ...]:
        return self.lists.get(name, ())

    def embedding(self, name: str) -> tuple[tuple[I32, F32], ...]:
        return self.vectors.get(name, ())

    def histories(self) -> Histories:
        return self.engagements

    def listed(self, name: str) -> tuple[Rows, F32]:
        return self.ready[name]

    def shown(self, context: Context) -> Candidates:
        rows, seeds, ago = np.array(self.pages, np.int32).reshape(-1, 3).T
        return Candidates(Kind.MEDIA, rows, {SEED: seeds, AGO: ago})

    def predict(self, model: str, rows: Candidates, context: Context) -> Mapping[str, F32]:
        heads = self.heads["default" if model in PASSES else model]
        return {name: column[rows.rows] for name, column in heads.items()}


def society(seed: int, users: int = 8, accounts: int = 40, per_account: int = 6) -> Tiny:
    """Return a made-up world with everything in it, the same for the same `seed`."""
    rng = np.random.default_rng(seed)
    media = accounts * per_account
    owner = rng.integers(0, accounts, media).astype(np.int32)
    types = rng.choice(np.array([0, 1, 2, 3, 255], np.uint8), media)
    ts = NOW - rng.integers(0, 30 * DAY, media)
    kinds = _columns(rng, users, accounts, media)
    kinds[Kind.MEDIA] |= {"account_id": owner, "media_type": types, "ts": ts}
    behind = np.where(np.arange(accounts) < users, np.arange(accounts), NONE).astype(np.int32)
    joined = NOW - DAY * np.arange(accounts, dtype=np.int64)
    kinds[Kind.ACCOUNTS] |= {
        "user_id": behind,
        "ts": joined,
    }
    events: list[Event] = []
    times = np.sort(NOW - rng.integers(0, 40 * DAY, users * 20))
    for time in times.tolist():
        item = int(rng.integers(0, media))
        person, action = int(rng.integers(0, users)), Action(int(rng.integers(1, 10)))
        shown = NONE if action is Action.FOLLOW else item
        events.append((person, int(owner[item]), shown, action, time))
    newest = np.argsort(-ts, kind="stable").astype(np.int32)
    loved = np.argsort(-kinds[Kind.MEDIA]["popularity"], kind="stable").astype(np.int32)
    return Tiny(
        kinds,
        _lists(rng, owner, ts, events, accounts, media),
        histories(events, users, types),
        {
            "fresh": (newest, np.linspace(1, 0.1, media, dtype=np.float32)),
            "trending": (loved[:50], np.linspace(1, 0.1, 50, dtype=np.float32)),
        },
        {
            model: {head: rng.random(media, np.float32) for head in names}
            for model, names in CATALOG.models.items()
        },
        vectors={name: _vectors(rng, accounts) for name in CATALOG.embeddings[:1]},
        pages=[(3 * k, k % accounts, k % 3) for k in range(min(9, media // 3))],
    )


def _columns(
    rng: np.random.Generator, users: int, accounts: int, media: int
) -> dict[Kind, dict[str, NDArray[Any]]]:
    sizes = {Kind.USERS: users, Kind.ACCOUNTS: accounts, Kind.MEDIA: media}
    made: dict[Kind, dict[str, NDArray[Any]]] = {}
    for kind, names in CATALOG.signals.items():
        n, made[kind] = sizes[kind], {}
        for name, type in names.items():
            if type is Type.BOOL:
                made[kind][name] = rng.random(n) < (0.9 if name == "recommendable" else 0.1)
            elif type is Type.NUMBER:
                made[kind][name] = rng.random(n, np.float32)
    for kind, names in SIGNALS.items():
        for name, type in names.items():
            dtype: Any = np.bool_ if type is Type.BOOL else np.float32
            made[kind].setdefault(name, np.zeros(sizes[kind], dtype))
    made[Kind.MEDIA]["impressions"] = rng.integers(0, 200, media).astype(np.float32)
    return made


def _vectors(rng: np.random.Generator, accounts: int) -> tuple[tuple[I32, F32], ...]:
    """Return unit vectors of some accounts, and a later part with those of some others."""
    parts = []
    for some in (np.arange(accounts)[::2], np.arange(accounts)[-accounts // 4 :]):
        index = np.full(accounts, NONE, np.int32)
        index[some] = np.arange(len(some), dtype=np.int32)
        drawn = rng.standard_normal((len(some), 4)).astype(np.float32)
        parts.append((index, drawn / np.linalg.norm(drawn, axis=1, keepdims=True)))
    return tuple(parts)


def _lists(
    rng: np.random.Generator,
    owner: I32,
    ts: NDArray[np.int64],
    events: list[Event],
    accounts: int,
    media: int,
) -> dict[str, tuple[Links, ...]]:
    def near(n: int, width: int, some: NDArray[np.int64]) -> Links:
        lists = {}
        for row in some.tolist():
            others = rng.choice(n, min(n, width), replace=False)
            scores = np.sort(rng.random(len(others)).astype(np.float32))[::-1]
            lists[row] = list(zip(others.tolist(), scores.tolist(), strict=True))
        return linked(lists, n)

    def weighed(n: int, width: int, some: NDArray[np.int64]) -> Links:
        links = near(n, width, some)
        links.scores[:, ::3] *= -1  # a linear model has weights that speak against
        return links

    posted = {
        account: [
            (int(m), 1.0) for m in sorted(np.flatnonzero(owner == account), key=lambda m: -ts[m])
        ]
        for account in range(accounts)
    }
    engagers: dict[int, list[tuple[int, float]]] = {account: [] for account in range(accounts)}
    for person, account, _, _, _ in reversed(events):
        if (person, 1.0) not in engagers[account]:
            engagers[account].append((person, 1.0))
    whole = np.arange(accounts)
    alike = {row: [((row * 7 + i) % media, 1 / (2 + i)) for i in range(5)] for row in range(media)}
    return {
        "media_nn.default": (linked(alike, media),),
        "posted": (linked(posted, accounts),),
        "engagers": (linked(engagers, accounts),),
        "account_nn.default": (near(accounts, 8, whole[:30]), near(accounts, 5, whole[-15:])),
        "co_engaged.accounts": (near(accounts, 6, whole[::2]),),
        "co_engaged.media": (near(media, 7, np.arange(media)),),
        "co_engaged.media_linear": (weighed(media, 7, np.arange(media)),),
        "co_engaged.accounts_linear": (weighed(accounts, 6, whole[::2]),),
    }
