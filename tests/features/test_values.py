"""Every family, worked out by hand on a tiny World."""

import math
from collections.abc import Mapping

import numpy as np
import pytest

from bowerbird.core.facts import Action, Control, FactKind, MediaType
from bowerbird.features import NAMES, NO_VECTORS, Part, Vectors, compute, no_part
from bowerbird.world.world import World
from tests.features.tiny import DAY, HOUR, MINUTE, START, event, media, world_of

ANA, BEN = 0, 1
POSTS = [
    media(0, 0, START, items=(7, 8)),
    media(1, 1, START + HOUR, MediaType.VIDEO, value=59.0),
    media(2, 1, START + HOUR),
    {"kind": FactKind.ACCOUNT, "account": 1, "ts": START, "items": (8,)},
]


def row(
    world: World, user: int, item: int, now: int, vectors: Vectors = NO_VECTORS
) -> Mapping[str, float]:
    values = compute(world.tables, vectors, user, np.array([item], np.int32), now)[0]
    return dict(zip(NAMES, values.tolist(), strict=True))


def near(value: float | list[float]) -> object:
    return pytest.approx(value, rel=1e-6, abs=1e-6)


def test_activity_counts_engagements_and_says_rates_over_their_priors() -> None:
    at = START + 2 * HOUR
    world = world_of(
        [
            *POSTS,
            *[event(ANA, Action.IMPRESSION, at, m) for m in (0, 1, 2)],
            event(ANA, Action.CLICK, at, 0),
            event(ANA, Action.LIKE, at, 0),
        ]
    )
    found = row(world, ANA, 1, at + DAY)
    assert found["user_engagements"] == near(math.log(1 + 2))
    assert found["user_recent"] == near(math.log(1 + 2 * 0.5))
    assert found["user_impressions"] == near(math.log(1 + 3))
    assert found["user_click_rate"] == near(math.log((1 + 20 * 0.15) / (3 + 20) / 0.15))
    assert found["user_like_rate"] == near(math.log((1 + 40 * 0.05) / (3 + 40) / 0.05))
    assert found["user_idle"] == near(math.log(1 + 24))


def test_popularity_and_account_count_what_everyone_did() -> None:
    at = START + 2 * HOUR
    world = world_of(
        [
            *POSTS,
            event(ANA, Action.IMPRESSION, at, 1),
            event(BEN, Action.IMPRESSION, at, 1),
            event(BEN, Action.SAVE, at, 1),
            event(BEN, Action.FOLLOW, at, account=1),
            event(BEN, Action.PROFILE_VISIT, at, 1),
        ]
    )
    found = row(world, ANA, 1, at + 2 * DAY)
    visits = near(math.log((1 + 50 * 0.02) / (2 + 50) / 0.02))
    assert found["media_profile_visit_rate"] == visits
    assert found["account_profile_visit_rate"] == visits
    assert found["media_impressions"] == near(math.log(1 + 2))
    assert found["media_recent_impressions"] == near(math.log(1 + 2 / 4))
    assert found["media_recent"] == near(math.log(1 + 2 / 4))
    assert found["media_save_rate"] == near(math.log((1 + 100 * 0.01) / (2 + 100) / 0.01))
    assert found["account_posts"] == near(math.log(1 + 2))
    assert found["account_recent"] == near(math.log(1 + 3 / 4))
    assert found["account_follow_rate"] == near(math.log((1 + 200 * 0.005) / (2 + 200) / 0.005))


def test_more_likes_than_impressions_are_a_rate_of_one_at_most() -> None:
    world = world_of([*POSTS, *[event(BEN, Action.LIKE, START, 0) for _ in range(9)]])
    found = row(world, ANA, 0, START)["media_like_rate"]
    assert found == near(math.log((9 + 40 * 0.05) / (9 + 40) / 0.05))


def test_a_session_ends_after_half_an_hour_of_silence() -> None:
    at = START + HOUR
    world = world_of(
        [
            *POSTS,
            event(ANA, Action.CLICK, at, 0),
            event(ANA, Action.CLICK, at + 9 * MINUTE, 1),
        ]
    )
    running = row(world, ANA, 0, at + 31 * MINUTE)
    assert running["session_new"] == 0
    assert running["session_events"] == near(math.log(1 + 2))
    assert running["session_minutes"] == near(math.log(1 + 31))
    over = row(world, ANA, 0, at + 40 * MINUTE)
    assert (over["session_new"], over["session_events"], over["session_minutes"]) == (1, 0, 0)


def test_a_made_up_time_moves_neither_session_nor_age() -> None:
    world = world_of([*POSTS, event(ANA, Action.CLICK, START + HOUR, 0, flags=0)])
    found = row(world, ANA, 0, START + HOUR)
    assert found["session_new"] == 1
    assert found["user_idle"] == near(math.log(1 + 24 * 365))
    assert found["media_recent"] == 0
    assert found["user_engagements"] == near(math.log(1 + 1))


def test_freshness_knows_age_and_length() -> None:
    world = world_of([*POSTS, event(BEN, Action.IMPRESSION, START + 2 * HOUR, 3)])
    video = row(world, ANA, 1, START + 4 * HOUR)
    assert video["media_age"] == near(math.log(1 + 3))
    assert video["media_age_unknown"] == 0
    assert video["media_duration"] == near(math.log(1 + 59))
    unposted = row(world, ANA, 3, START + 4 * HOUR)
    assert unposted["media_age_unknown"] == 1
    assert unposted["media_age"] == near(math.log(1 + 24 * 365))
    assert unposted["media_idle"] == near(math.log(1 + 2))


def test_affinity_is_between_one_person_and_one_account() -> None:
    at = START + 2 * HOUR
    world = world_of(
        [
            *POSTS,
            event(ANA, Action.IMPRESSION, at, 1),
            event(ANA, Action.LIKE, at, 1),
            event(ANA, Action.FOLLOW, at, account=1),
        ]
    )
    later = row(world, ANA, 2, at + 30 * DAY)  # another media of the same account
    assert later["affinity"] == near(math.log(1 + (2 + 4) / 2))
    assert later["affinity_engagements"] == near(math.log(1 + 2))
    assert later["affinity_impressions"] == near(math.log(1 + 1))
    assert later["affinity_idle"] == near(math.log(1 + 30 * 24))
    assert later["affinity_follows"] == 1
    assert row(world, BEN, 2, at)["affinity_engagements"] == 0
    assert row(world, ANA, 0, at)["affinity_follows"] == 0


def test_a_hide_makes_affinity_negative() -> None:
    world = world_of([*POSTS, event(ANA, Action.HIDE, START, 1)])
    assert row(world, ANA, 1, START)["affinity"] == near(-math.log(1 + 4))


def test_taste_is_the_smoothed_share_of_the_media_type() -> None:
    likes = [event(ANA, Action.LIKE, START + HOUR, m) for m in (1, 1, 2)]
    world = world_of([*POSTS, *likes])
    video, photo = row(world, ANA, 1, START + HOUR), row(world, ANA, 2, START + HOUR)
    assert video["taste_share"] == near((1 + 2) / (4 + 3))
    assert photo["taste_recent"] == near((1 + 1) / (4 + 3))
    assert (video["is_video"], video["is_photo"], photo["is_photo"]) == (1, 0, 1)


def test_topics_match_what_was_engaged_with_and_fall_back_to_the_account() -> None:
    world = world_of(
        [
            *POSTS,
            event(ANA, Action.LIKE, START + HOUR, 0),  # topics 7 and 8
            event(ANA, Action.LIKE, START + HOUR, 1),  # none of its own: its account's, 8
            {
                "kind": FactKind.CONTROL,
                "user": ANA,
                "code": Control.HIDE_TOPIC,
                "ts": START,
                "items": (7,),
            },
        ]
    )
    found = row(world, ANA, 0, START + HOUR)
    assert found["topic_main"] == near(1 / (2 + 4))
    assert found["topic_best"] == near(2 / (2 + 4))
    assert (found["topic_hidden"], found["topic_unknown"]) == (1, 0)
    assert row(world, ANA, 2, START + HOUR)["topic_main"] == near(2 / (2 + 4))
    assert row(world, BEN, 0, START + HOUR)["topic_hidden"] == 0


def geometry(world: World, user: int, item: int) -> list[float]:
    """Accounts 0 and 1 stand at right angles in the Version, 2 between them in the Overlay."""
    version = Part(np.array([0, 1], np.int32), np.array([[1, 0], [0, 1]], np.float32))
    overlay = Part(np.array([-1, -1, 0], np.int32), np.array([[0.6, 0.8]], np.float32))
    found = row(world, user, item, START, Vectors((version, overlay)))
    return [value for name, value in found.items() if name.startswith("geometry")]


def test_geometry_is_the_cosine_to_the_last_accounts() -> None:
    world = world_of(
        [
            *POSTS,
            media(3, 2, START),
            media(4, 3, START),
            event(ANA, Action.LIKE, START, 1),  # account 1, then 0, then 0 again
            event(ANA, Action.LIKE, START, 0),
            event(ANA, Action.CLICK, START, 0),
            event(BEN, Action.LIKE, START, 4),  # account 3 has no vector
        ]
    )
    half = math.sqrt(0.5)
    assert geometry(world, ANA, 0) == near([half, 1, 1, 0, 0])
    assert geometry(world, ANA, 1) == near([half, 1, 0.5, 0, 0])
    assert geometry(world, ANA, 3) == near([1.4 * half, 0.8, 0.5, 0, 0])
    assert geometry(world, ANA, 4) == [0, 0, 0, 1, 0]
    assert geometry(world, BEN, 0) == [0, 0, 0, 0, 1]


def test_the_clock_goes_round() -> None:
    monday_six = 4 * DAY + 6 * HOUR  # 5 January 1970
    found = row(world_of(POSTS), ANA, 0, monday_six)
    assert (found["hour_sin"], found["hour_cos"]) == (near(1), near(0))
    assert found["weekday_sin"] == near(math.sin(2 * math.pi / 28))
    assert found["weekday_cos"] == near(math.cos(2 * math.pi / 28))


def test_an_empty_part_is_as_good_as_none() -> None:
    world = world_of([*POSTS, event(ANA, Action.LIKE, START, 0)])
    empty = Vectors((no_part(64), no_part()))
    assert row(world, ANA, 0, START, empty) == row(world, ANA, 0, START)
