"""Sparse features, recent accounts and what the last pages showed, worked out by hand."""

import numpy as np

from bowerbird.core.facts import Action, FactKind
from bowerbird.features import NAMES, NO_VECTORS, SPARSE, Part, Vectors, hydrate, no_part
from bowerbird.features.recent import RECENT
from bowerbird.world.world import World
from tests.features.tiny import HOUR, MINUTE, START, Row, event, media, world_of

ANA = 0


def sparse_of(world: World, item: int, now: int, vectors: Vectors = NO_VECTORS) -> dict[str, int]:
    found = hydrate(world.tables, vectors, ANA, np.array([item], np.int32), now)
    return dict(zip(SPARSE, found.sparse[0].tolist(), strict=True))


def test_identity_subject_and_moment_are_what_the_world_says() -> None:
    world = world_of([media(0, 4, START, 1, items=(7, 9)), event(ANA, Action.LIKE, START + 1, 0)])
    monday_ten = START - START % (24 * HOUR) + 10 * HOUR + MINUTE
    found = sparse_of(world, 0, monday_ten)
    assert (found["user"], found["account"], found["media"]) == (ANA, 4, 0)
    assert (found["media_type"], found["topic_first"], found["topic_second"]) == (1, 7, 9)
    assert found["hour"] == 10
    assert found["weekday"] == 6  # START is on 13 September 2020, a Sunday
    assert found["source"] == found["seed_account"] == -1


def test_the_seed_is_the_nearest_of_the_accounts_engaged_with() -> None:
    world = world_of(
        [media(m, m, START) for m in range(3)]
        + [event(ANA, Action.LIKE, START + 1 + m, m) for m in range(2)]
    )
    vectors = np.array([[1, 0], [0, 1], [0.6, 0.8]], np.float32)
    part = Part(np.arange(3, dtype=np.int32), vectors)
    assert sparse_of(world, 2, START + HOUR, Vectors((part, no_part(2))))["seed_account"] == 1


def test_recent_accounts_are_newest_first_and_each_once() -> None:
    acts = [event(ANA, Action.LIKE, START + 1 + i, m) for i, m in enumerate([0, 1, 2, 1])]
    world = world_of([media(m, 10 + m, START) for m in range(3)] + acts)
    found = hydrate(world.tables, NO_VECTORS, ANA, np.array([0], np.int32), START + HOUR).recent
    assert found.tolist() == [11, 12, 10, *[-1] * (RECENT - 3)]


def test_a_long_history_gives_its_newest_accounts_only() -> None:
    posts = [media(m, m, START) for m in range(60)]
    world = world_of(posts + [event(ANA, Action.LIKE, START + 1 + m, m) for m in range(60)])
    found = hydrate(world.tables, NO_VECTORS, ANA, np.array([0], np.int32), START + HOUR).recent
    assert found.tolist() == list(range(59, 59 - RECENT, -1))


def page(slate: list[int], request: int, ts: int) -> Row:
    return {
        "kind": FactKind.EXPOSURE,
        "user": ANA,
        "request": request,
        "ts": ts,
        "items": tuple(slate),
    }


def test_what_the_last_pages_showed() -> None:
    posts = [media(0, 0, START, 0, items=(5,)), media(1, 0, START, 1, items=(6,)),
             media(2, 1, START, 1, items=(5,)), media(3, 2, START, 0)]  # fmt: skip
    world = world_of([*posts, page([0, 2], 1, START + 1), page([1, 3], 2, START + 2)])
    rows = np.arange(4, dtype=np.int32)
    found = hydrate(world.tables, NO_VECTORS, ANA, rows, START + HOUR).dense
    names = ["shown_before", "shown_account", "shown_topic", "shown_type"]
    told = found[:, [NAMES.index(name) for name in names]]
    assert told[:, 0].tolist() == [0.5, 1.0, 0.5, 1.0]
    assert np.allclose(told[:, 1], np.log1p([2, 2, 1, 1]))
    assert told[:, 2].tolist() == [0.5, 0.25, 0.5, 0.0]
    assert told[:, 3].tolist() == [0.5, 0.5, 0.5, 0.5]
