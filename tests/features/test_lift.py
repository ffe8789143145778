"""Engagements held against what was seen, worked out by hand."""

import math
from collections.abc import Mapping

import numpy as np
import pytest

from bowerbird.core.facts import NONE, Action, FactKind
from bowerbird.features import NAMES, NO_VECTORS, Part, Vectors, compute, no_part
from bowerbird.features.lift import SAMPLE, SOON, SURE
from bowerbird.world.world import World
from tests.features.tiny import HOUR, MINUTE, START, Row, event, media, world_of

ANA = 0
PHOTO, VIDEO = 0, 1
POSTS = [
    media(0, 0, START, PHOTO, items=(5,)),
    media(1, 0, START, PHOTO, items=(5, 7)),
    media(2, 1, START, VIDEO, items=(6,)),
    media(3, 1, START, VIDEO, items=(6,)),
    media(4, 2, START, PHOTO),  # neither it nor its account has a topic
    media(5, 1, START, VIDEO),  # its account has none: that of the account's newest with some
]
SEEN = [event(ANA, Action.IMPRESSION, START + HOUR, m) for m in range(4)]
LIKES = [event(ANA, Action.LIKE, START + HOUR, m) for m in (0, 1)]


def row(
    world: World, item: int, now: int = START + 9 * HOUR, vectors: Vectors = NO_VECTORS
) -> Mapping[str, float]:
    values = compute(world.tables, vectors, ANA, np.array([item], np.int32), now)[0]
    return dict(zip(NAMES, values.tolist(), strict=True))


def near(value: float) -> object:
    return pytest.approx(value, rel=1e-6, abs=1e-6)


def lift(done: float, expected: float, strength: float = SURE) -> float:
    return math.log((done + strength) / (expected + strength))


def test_a_topic_is_lifted_by_more_engagements_than_its_share_of_what_was_seen() -> None:
    world = world_of([*POSTS, *SEEN, *LIKES])
    # seen: 1.5 of 4 about topic 5, 0.5 about 7, 2 about 6; engaged: 1.5 and 0.5 of 2
    assert row(world, 0)["lift_topic"] == near(lift(1.5, 2 * 1.5 / 4))
    assert row(world, 1)["lift_topic"] == near((lift(1.5, 0.75) + lift(0.5, 0.25)) / 2)
    assert row(world, 2)["lift_topic"] == near(lift(0.0, 1.0))
    assert row(world, 5)["lift_topic"] == row(world, 2)["lift_topic"]
    assert row(world, 4)["lift_topic"] == 0


def test_a_form_of_media_is_lifted_in_the_same_way() -> None:
    world = world_of([*POSTS, *SEEN, *LIKES])
    assert row(world, 4)["lift_type"] == near(lift(2.0, 1.0))
    assert row(world, 2)["lift_type"] == near(lift(0.0, 1.0))


def test_a_short_look_is_seen_and_no_engagement() -> None:
    looks = [event(ANA, Action.VIEW, START + HOUR, m, value=900.0) for m in (2, 3)]
    with_looks = world_of([*POSTS, *SEEN, *LIKES, *looks])
    assert row(with_looks, 2)["lift_topic"] == near(lift(0.0, 1.0))
    assert row(with_looks, 2)["topic_main"] == 0
    assert row(with_looks, 2)["taste_recent"] == near(1 / (4 + 2))
    only_looks = world_of([*POSTS, *SEEN, *looks])
    assert row(only_looks, 2)["lift_topic"] == 0  # nothing engaged with: nothing is known


def test_vectors_are_held_against_those_of_the_seen() -> None:
    vectors = Vectors((Part(np.array([0, 1, NONE], np.int32), np.eye(2, dtype="f4")), no_part()))
    world = world_of([*POSTS, *SEEN, *LIKES])
    surety = 2 / (2 + SURE)  # two engagements, both of account 0; half of the seen are
    assert row(world, 0, vectors=vectors)["lift_vector"] == near(surety * (1 - 0.5))
    assert row(world, 2, vectors=vectors)["lift_vector"] == near(surety * (0 - 0.5))
    assert row(world, 4, vectors=vectors)["lift_vector"] == 0


def shown(slate: list[int], ts: int) -> Row:
    details = b'{"request_id": "%d"}' % ts
    more = {"items": tuple(slate), "details": details, "session": ts, "request": ts}
    return {"kind": FactKind.EXPOSURE, "user": ANA, "ts": ts, **more}


def test_the_running_session_is_held_against_the_last_pages() -> None:
    vectors = Vectors((Part(np.array([0, 1, NONE], np.int32), np.eye(2, dtype="f4")), no_part()))
    now = START + 30 * HOUR
    session = [shown([0, 1, 2, 3], now), event(ANA, Action.CLICK, now + MINUTE, 3)]
    world = world_of([*POSTS, *SEEN, *LIKES, *session])
    found = row(world, 2, now + 2 * MINUTE, vectors)
    assert found["lift_now_topic"] == near(lift(1.0, 0.5, SOON))
    assert found["lift_now_type"] == near(lift(1.0, 0.5, SOON))
    assert found["lift_now_vector"] == near(1 / (1 + SOON) * (1 - 0.5))
    assert row(world, 0, now + 2 * MINUTE)["lift_now_topic"] == near(lift(0.0, 1.5 / 4, SOON))
    over = row(world, 2, now + 40 * MINUTE, vectors)
    assert (over["lift_now_topic"], over["lift_now_type"], over["lift_now_vector"]) == (0, 0, 0)


def test_thousands_of_topics_are_no_trouble_and_those_never_met_lift_nothing() -> None:
    many = [media(m, m, START, PHOTO, items=tuple(range(4 * m, 4 * m + 4))) for m in range(3000)]
    acts = [event(ANA, Action.CLICK, START + HOUR, m) for m in range(2 * SAMPLE)]
    world = world_of([*many, *acts])
    rows = np.arange(3000, dtype=np.int32)
    found = compute(world.tables, NO_VECTORS, ANA, rows, START + 2 * HOUR)
    assert np.isfinite(found).all()
    assert found[2 * SAMPLE :, NAMES.index("lift_topic")].tolist() == [0.0] * (3000 - 2 * SAMPLE)
