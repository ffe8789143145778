from __future__ import annotations

from itertools import pairwise

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from bowerbird.core.facts import ENGAGEMENTS, NONE, Action, MediaType
from bowerbird.ig2vec.engagements import Engagements, gather
from tests.ig2vec.making import OWNERS, Did, batch


def gathered(*events: Did, **options: object) -> Engagements:
    return gather([batch(events)], OWNERS, **options)  # type: ignore[arg-type]  # named options


def test_an_impression_is_not_an_engagement_unless_asked_for() -> None:
    events = (Did(0, 1, action=Action.IMPRESSION), Did(0, 2), Did(0, 3, action=Action.HIDE))
    assert gathered(*events).account.tolist() == [2]
    both = gathered(*events, actions=(Action.IMPRESSION, *ENGAGEMENTS))
    assert both.account.tolist() == [1, 2]


def test_a_follow_counts_for_the_account_it_names() -> None:
    found = gathered(Did(0, NONE, action=Action.FOLLOW, account=7))
    assert (found.account.tolist(), found.media.tolist()) == ([7], [NONE])


def test_what_nobody_owns_is_left_out() -> None:
    assert gathered(Did(0, 99), Did(0, 3)).account.tolist() == [3]


def test_people_come_one_after_the_other_and_in_order_of_time() -> None:
    found = gathered(Did(1, 5, 0), Did(0, 4, 3), Did(0, 3, 2), Did(1, 6, 0))
    assert found.user.tolist() == [0, 0, 1, 1]
    assert found.account.tolist() == [3, 4, 5, 6]


def test_an_undone_like_is_gone_and_a_second_one_stands() -> None:
    undo = Did(0, 1, 1, Action.UNLIKE)
    assert gathered(Did(0, 1), undo, Did(0, 2)).account.tolist() == [2]
    again = gathered(Did(0, 1), undo, Did(0, 1, 2), Did(1, 1))
    assert again.ts.tolist() == [120_000, 0]


def test_unliking_leaves_the_save_and_other_people_alone() -> None:
    found = gathered(
        Did(0, 1, action=Action.SAVE), Did(1, 1), Did(0, 1), Did(0, 1, 1, Action.UNLIKE)
    )
    assert found.action.tolist() == [Action.SAVE, Action.LIKE]


def test_unfollowing_undoes_a_follow_from_any_media() -> None:
    follow = Did(0, 3, 0, Action.FOLLOW)
    assert not len(gathered(follow, Did(0, NONE, 1, Action.UNFOLLOW, account=3)))


def test_a_view_is_long_by_the_rules_of_the_world() -> None:
    types = np.full(10, 255, np.uint8)
    types[1:4] = MediaType.PHOTO, MediaType.VIDEO, MediaType.VIDEO
    seconds = np.full(10, np.nan, np.float32)
    seconds[3] = 6  # 90 % of it is less than the 15 s of videos
    views = [Did(0, media, media, Action.VIEW, dwell_ms=5_500) for media in range(4)]
    found = gathered(*views, media_type_of=types, duration_of=seconds)
    short, long = Action.VIEW, Action.LONG_VIEW
    assert found.action.tolist() == [short, long, short, long]


@given(st.lists(st.integers(0, 19), max_size=5))
def test_how_facts_are_cut_into_batches_changes_nothing(cuts: list[int]) -> None:
    rng = np.random.default_rng(0)
    actions = [Action.LIKE, Action.UNLIKE, Action.VIEW, Action.IMPRESSION]
    events = [
        Did(int(u), int(m), minute, actions[int(a)])
        for minute, (u, m, a) in enumerate(rng.integers(0, (3, 4, 4), (20, 3)))
    ]
    bounds = [0, *sorted(cuts), 20]
    pieces = [batch(events[a:b], a) for a, b in pairwise(bounds)]
    whole, cut = gather([batch(events)], OWNERS), gather(pieces, OWNERS)
    for name in ("user", "account", "media", "action", "ts"):
        assert np.array_equal(getattr(whole, name), getattr(cut, name))
