"""A World and a Version of any size, made in seconds, for `page.py`.

Ids are rows already and facts are folded as columns, so there is no journal. Accounts are in groups
of `GROUP`, their members anywhere in the tables; a person is drawn to three groups, an account's
neighbours are of its own one. So a page finds as much to choose from in every catalogue, and finds
it at random places. Every media is younger than the page's window, has topics, a text and an url.
Vectors, neighbours and co-engagement are drawn, not trained: no time depends on their values.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from fold import facts

from bowerbird.core.facts import F32, I32, NONE, Action, FactBatch, FactKind, MediaType
from bowerbird.core.ids import Ids
from bowerbird.core.signals import Links
from bowerbird.ig2vec.config import EmbeddingConfig
from bowerbird.ig2vec.embedding import Embedding
from bowerbird.page.reading import Reading
from bowerbird.ranking.runtime import Model
from bowerbird.version.manifest import FORMAT, Manifest
from bowerbird.version.overlay import Overlay
from bowerbird.version.version import Version
from bowerbird.world.world import World

DAY = 86_400_000
NOW = 1_772_323_200_000
BATCH = 65_536
GROUP = 1_000
GROUPS = 3
"""Groups of accounts that a person is drawn to."""

BUSY = 64
"""People whose pages are timed, each with a long history and three pages before."""

ACTS = (Action.LIKE, Action.SAVE, Action.LONG_VIEW, Action.COMMENT, Action.SHARE, Action.CLICK)
NEIGHBOURS, TOGETHER, MEDIA_TOGETHER = 200, 50, 30
TEXT = b'{"text": "Third attempt at the big letters", "url": "https://example.org/m.jpg"}'


@dataclass(frozen=True, slots=True)
class Size:
    """How much there is: an account for ten media, a person for ten, 30 events a person."""

    media: int

    @property
    def accounts(self) -> int:
        """Whole groups of them."""
        return max(GROUPS, self.media // (10 * GROUP)) * GROUP

    @property
    def people(self) -> int:
        """The busy ones first."""
        return max(BUSY, self.media // 10)


@dataclass(frozen=True, slots=True)
class Town:
    """Who belongs together.

    Attributes:
        member: [groups, GROUP] account rows.
        group: [A] of each account.
        owner: [M] account of each media.
        drawn_to: [U, GROUPS] groups.
        posts: [M] media rows, account by account.
        first: [A + 1] account a posted `posts[first[a] : first[a + 1]]`.
    """

    member: I32
    group: I32
    owner: I32
    drawn_to: I32
    posts: I32
    first: np.ndarray


def town(size: Size, rng: np.random.Generator) -> Town:
    """Return who belongs together, by chance."""
    groups = size.accounts // GROUP
    member = rng.permutation(size.accounts).astype(np.int32).reshape(groups, GROUP)
    group = np.empty(size.accounts, np.int32)
    group[member.ravel()] = np.repeat(np.arange(groups), GROUP)
    owner = rng.integers(0, size.accounts, size.media).astype(np.int32)
    posts = np.argsort(owner, kind="stable").astype(np.int32)
    first = np.searchsorted(owner[posts], np.arange(size.accounts + 1))
    start = rng.integers(0, groups, size.people)
    drawn_to = (start[:, None] + np.arange(GROUPS)) % groups
    return Town(member, group, owner, drawn_to.astype(np.int32), posts, first)


def with_lists(batch: FactBatch, lists: np.ndarray) -> FactBatch:
    """Return `batch` with a list of rows for each fact, those of `lists` ([n, k])."""
    n, k = lists.shape
    columns = {name: getattr(batch, name) for name in batch.__dataclass_fields__}
    return FactBatch(
        **{**columns, "items_at": np.arange(n + 1) * k, "items": lists.ravel().astype(np.int32)}
    )


def described(batch: FactBatch) -> FactBatch:
    """Return `batch` with the same JSON beside every fact."""
    n = len(batch)
    columns = {name: getattr(batch, name) for name in batch.__dataclass_fields__}
    details = np.frombuffer(TEXT * n, np.uint8).copy()
    return FactBatch(**{**columns, "details_at": np.arange(n + 1) * len(TEXT), "details": details})


def media_facts(size: Size, town: Town, rng: np.random.Generator) -> Iterator[FactBatch]:
    """Yield the media, oldest first, over the last 13 days."""
    ts = NOW - 13 * DAY + np.arange(size.media) * (13 * DAY) // size.media
    for at in range(0, size.media, BATCH):
        rows = np.arange(at, min(at + BATCH, size.media))
        batch = facts(
            len(rows),
            at,
            kind=FactKind.MEDIA,
            ts=ts[rows],
            media=rows,
            account=town.owner[rows],
            code=rng.integers(0, len(MediaType), len(rows)),
            value=rng.integers(3, 90, len(rows)),
        )
        topics = np.stack([town.group[town.owner[rows]], rows % 7], axis=1)
        yield described(with_lists(batch, topics))


def event_facts(
    size: Size, town: Town, start: int, rng: np.random.Generator
) -> Iterator[FactBatch]:
    """Yield impressions and what followed, over the last week; the busy people have the last."""
    busy = np.repeat(np.arange(BUSY), 400)
    person = np.concatenate([rng.integers(0, size.people, 15 * size.people), rng.permutation(busy)])
    ts = NOW - 7 * DAY + np.arange(len(person)) * (7 * DAY) // len(person)
    for at in range(0, len(person), BATCH):
        who = person[at : at + BATCH]
        n = len(who)
        group = town.drawn_to[who, rng.integers(0, GROUPS, n)]
        account = town.member[group, rng.integers(0, GROUP, n)]
        posts = np.maximum(town.first[account + 1] - town.first[account], 1)
        place = np.minimum(town.first[account] + rng.integers(0, posts), size.media - 1)
        media = town.posts[place]
        act = np.array(ACTS)[rng.integers(0, len(ACTS), n)]
        yield facts(
            2 * n,
            start + 2 * at,
            kind=FactKind.EVENT,
            ts=np.repeat(ts[at : at + n], 2),
            user=np.repeat(who, 2),
            media=np.repeat(media, 2),
            code=np.stack([np.full(n, int(Action.IMPRESSION)), act], axis=1).ravel(),
            value=rng.exponential(6_000, 2 * n),
        )


def exposure_facts(size: Size, town: Town, start: int, rng: np.random.Generator) -> FactBatch:
    """Return three pages of 25 for each of the busy people, of accounts they are drawn to."""
    who = np.repeat(np.arange(BUSY), 3)
    group = town.drawn_to[who[:, None], rng.integers(0, GROUPS, (len(who), 25))]
    account = town.member[group, rng.integers(0, GROUP, group.shape)]
    slate = town.posts[np.minimum(town.first[account], size.media - 1)]
    requests = np.arange(1, len(who) + 1)
    batch = facts(len(who), start, kind=FactKind.EXPOSURE, ts=NOW - 1, user=who, request=requests)
    return with_lists(batch, slate)


def folded(size: Size, town: Town, rng: np.random.Generator) -> World:
    """Return the World of all of it."""
    world = World()
    for batch in media_facts(size, town, rng):
        world.fold(batch)
    for batch in event_facts(size, town, world.offset, rng):
        world.fold(batch)
    world.fold(exposure_facts(size, town, world.offset, rng))
    return world


def links(rows: I32, rng: np.random.Generator) -> Links:
    """Return lists of `rows` ([n, w]), best first."""
    scores = -np.sort(-rng.random(rows.shape, np.float32), axis=1)
    n, width = rows.shape
    return Links(np.arange(n, dtype=np.int32), rows, np.full(n, width, np.int32), scores)


def near(town: Town, group: I32, width: int, rng: np.random.Generator) -> I32:
    """Return [n, width] distinct-enough members of each of the groups [n]."""
    first = rng.integers(0, GROUP, len(group))
    step = rng.choice(np.array([1, 3, 7, 9, 11, 13, 17, 19]), len(group))  # prime to GROUP
    place = (first[:, None] + step[:, None] * np.arange(width)) % GROUP
    found: I32 = town.member[group[:, None], place]
    return found


def version_of(
    size: Size, town: Town, models: Mapping[str, Model], offset: int, rng: np.random.Generator
) -> Version:
    """Return a Version that was never trained, but for its models."""
    config = EmbeddingConfig()
    centres = rng.standard_normal((len(town.member), config.dim), np.float32)
    vectors: F32 = centres[town.group] + 0.5 * rng.standard_normal(
        (size.accounts, config.dim), np.float32
    )
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    every = np.arange(size.accounts, dtype=np.int32)
    counts = np.ones(size.accounts, np.int64)
    embedding = Embedding(every, every, vectors, vectors, counts, config)
    of_media = town.group[town.owner]
    beside = near(town, of_media, MEDIA_TOGETHER, rng)
    media = town.posts[np.minimum(town.first[beside], size.media - 1)].astype(np.int32)
    return Version(
        manifest=Manifest(FORMAT, 1, NOW, offset, NOW, {}, {}, {}),
        embeddings={"default": embedding},
        neighbours={"default": links(near(town, town.group, NEIGHBOURS, rng), rng)},
        co_engaged={
            "accounts": links(near(town, town.group, TOGETHER, rng), rng),
            "media": links(media, rng),
        },
        account_of=town.owner,
        models=models,
    )


def ids_of(size: Size, town: Town) -> Ids:
    """Return an id for every row."""
    ids = Ids()
    ids.users.add(f"user{row}" for row in range(size.people))
    ids.accounts.add(f"account{row}" for row in range(size.accounts))
    ids.media.add(f"media{row}" for row in range(size.media))
    ids.topics.add(f"topic{row}" for row in range(max(len(town.member), 7)))
    return ids


@dataclass(frozen=True, slots=True)
class Made:
    """Everything a page reads."""

    world: World
    ids: Ids
    version: Version
    overlays: Mapping[str, Any]

    def reading(self) -> Reading:
        """Return what one page reads, made anew for each as the engine does."""
        return Reading(self.world, self.ids, self.version, self.overlays)


def make(media: int, models: Mapping[str, Model], seed: int = 7) -> Made:
    """Return a World of `media` media, and a Version that knows all of it."""
    size, rng = Size(media), np.random.default_rng(seed)
    people = town(size, rng)
    world = folded(size, people, rng)
    version = version_of(size, people, models, world.offset, rng)
    overlay = Overlay(version.embeddings["default"], version.account_of, world.offset)
    if (people.owner == NONE).any():
        raise SystemExit("a media without an owner would make the page cheaper than it is")
    return Made(world, ids_of(size, people), version, {"default": overlay})
