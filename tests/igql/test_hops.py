"""Hand-worked: a few people, accounts and media whose every number can be said aloud."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from bowerbird.core.candidates import Kind
from bowerbird.core.errors import ShapeError
from bowerbird.core.facts import NONE, Action, MediaType
from bowerbird.core.signals import Context, Links
from bowerbird.igql.program import compile_program
from bowerbird.igql.run import Result, run
from tests.igql.tiny import CATALOG, DAY, NOW, Event, Tiny, histories, linked, society

ANA, BEN, CY = 0, 1, 2
OWNER = np.array([0, 0, 0, 1, 1, 2, 3, 3, NONE], np.int32)
TYPES = np.array([0, 1, 0, 1, 1, 2, 255, 0, 0], np.uint8)
TS = NOW - DAY * np.array([1, 2, 3, 1, 20, 2, 1, 5, 1])
EVENTS: list[Event] = [
    (ANA, 0, 2, Action.LIKE, NOW - 28 * DAY),
    (ANA, 1, 3, Action.SAVE, NOW - 14 * DAY),
    (ANA, 0, 0, Action.LIKE, NOW),
    (ANA, 2, NONE, Action.FOLLOW, NOW),
    (BEN, 0, 0, Action.LIKE, NOW - DAY),
    (BEN, 3, 6, Action.LIKE, NOW),
    (BEN, 3, 7, Action.VIEW, NOW),
]


@pytest.fixture
def world() -> Tiny:
    made = society(0, users=3, accounts=4, per_account=3)
    made.columns[Kind.MEDIA] |= {"account_id": OWNER, "media_type": TYPES, "ts": TS}
    made.engagements = histories(EVENTS, 3, TYPES)
    made.lists = {
        "posted": (linked({0: [(0, 1), (1, 1), (2, 1)], 1: [(3, 1), (4, 1)], 3: [(6, 1)]}, 4),),
        "engagers": (linked({0: [(ANA, 1), (BEN, 1)], 1: [(ANA, 1)]}, 4),),
        "account_nn.default": (linked({0: [(3, 0.8), (1, 0.5), (0, 0.4)], 1: [(3, 0.5)]}, 4),),
        "co_engaged.media": (linked({0: [(6, 2.0)], 3: [(6, 1.0), (0, 0.5)]}, 9),),
    }
    return made


def page(text: str, world: Tiny, user: int = ANA, seed: int = 1) -> Result:
    return run(compile_program(text, CATALOG), world, Context(user, NOW, seed))


def test_user_is_one_row_and_nobody_is_none(world: Tiny) -> None:
    assert page("user", world).rows.rows.tolist() == [ANA]
    assert page("user", world, user=NONE).rows.rows.tolist() == []


def test_engaged_sums_the_weights_of_what_was_done_and_halves_them_every_14_days(
    world: Tiny,
) -> None:
    found = page("user.engaged()", world).rows

    assert found.rows.tolist() == [2, 0, 1]
    strengths = [4.0, 2 + 2 / 4, 3 / 2]  # a follow; a like and one of 28 days ago; an old save
    np.testing.assert_allclose(found.columns["score"], np.log1p(strengths), rtol=1e-6)


def test_engaged_keeps_the_strongest_engagement_as_where_it_started(world: Tiny) -> None:
    found = page("user.engaged()", world).rows

    assert found.columns["seed"].tolist() == [2, 0, 1]
    assert found.columns["seed_media"].tolist() == [NONE, 0, 3]
    assert found.columns["seed_action"].tolist() == [Action.FOLLOW, Action.LIKE, Action.SAVE]
    assert found.columns["seed_media_type"].tolist() == [255, MediaType.PHOTO, MediaType.VIDEO]


@pytest.mark.parametrize(
    ("hop", "accounts"),
    [
        ("liked()", [0]),
        ("saved()", [1]),
        ("followed()", [2]),
        ("commented()", []),
        ("shared()", []),
        ("viewed()", []),
        ("engaged(actions=[like, save])", [0, 1]),
        ("engaged(max_num_to_retrieve=1)", [2]),
        ("engaged(within=1d)", [2, 0]),
        ("engaged(media_types=[video])", [1]),
        ("engaged(media_types=[photo, video])", [0, 1]),
    ],
)
def test_engagement_hops_go_by_action_window_media_type_and_cap(
    hop: str, accounts: list[int], world: Tiny
) -> None:
    assert page(f"user.{hop}", world).rows.rows.tolist() == accounts


def test_engaged_media_leads_to_the_media_and_a_follow_has_none(world: Tiny) -> None:
    found = page("user.engaged_media()", world).rows

    assert found.kind is Kind.MEDIA
    assert found.rows.tolist() == [0, 3, 2]
    assert found.columns["seed"].tolist() == [0, 1, 0]
    assert found.columns["seed_media"].tolist() == [0, 3, 2]


def test_account_nn_adds_up_what_two_seeds_say_and_names_the_stronger_one(world: Tiny) -> None:
    found = page("user.engaged().account_nn()", world).rows

    assert found.rows.tolist() == [3, 1]
    first, second = math.log1p(2.5), math.log1p(1.5)
    np.testing.assert_allclose(
        found.columns["score"], [first * 0.8 + second * 0.5, first * 0.5], rtol=1e-6
    )
    assert found.columns["seed"].tolist() == [0, 0]
    assert found.columns["via"].tolist() == [3, 1]
    np.testing.assert_allclose(found.columns["similarity"], [0.8, 0.5])


def test_two_parts_of_a_list_are_merged_by_score_up_to_k(world: Tiny) -> None:
    world.lists["account_nn.default"] = (
        linked({0: [(3, 0.8), (1, 0.2)]}, 1),
        linked({0: [(2, 0.5), (3, 0.1)], 3: [(1, 0.9)]}, 4),
    )
    found = page("user.liked().account_nn(k=3)", world).rows

    assert found.rows.tolist() == [3, 2, 1]
    np.testing.assert_allclose(found.columns["similarity"], [0.8, 0.5, 0.2])
    assert page("user.liked().account_nn(k=2)", world).rows.rows.tolist() == [3, 2]


def test_rows_beyond_the_index_of_a_list_have_none(world: Tiny) -> None:
    world.lists["account_nn.default"] = (linked({0: [(3, 0.8)]}, 1),)
    assert page("user.saved().account_nn()", world).rows.rows.tolist() == []


def test_three_parts_of_a_list_are_refused(world: Tiny) -> None:
    world.lists["account_nn.default"] *= 3
    with pytest.raises(ShapeError, match="3 parts"):
        page("user.liked().account_nn()", world)


def test_an_embedding_that_no_version_has_yet_gives_nothing_and_says_so(world: Tiny) -> None:
    found = page("user.liked().account_nn(embedding_config=save_photo)", world)

    assert len(found.rows) == 0
    assert found.warnings == ("nothing yet for `account_nn.save_photo`",)
    assert any(step.note == found.warnings[0] for step in found.steps)


def test_a_neighbour_with_a_negative_score_is_faint_evidence_not_none(world: Tiny) -> None:
    world.lists["account_nn.default"] = (linked({0: [(3, -0.5)]}, 4),)
    found = page("user.liked().account_nn()", world).rows

    assert found.rows.tolist() == [3]
    assert 0 < found.columns["score"][0] < 1e-5


def test_co_engaged_of_media_remembers_the_media_it_started_from(world: Tiny) -> None:
    found = page("user.engaged_media().co_engaged()", world).rows

    assert found.rows.tolist() == [6, 0]
    like, save = math.log1p(2), math.log1p(1.5)
    np.testing.assert_allclose(
        found.columns["score"], [2.0 * like + 1.0 * save, 0.5 * save], rtol=1e-6
    )
    assert found.columns["seed_media"].tolist() == [0, 3]
    assert found.columns["via"].tolist() == [NONE, NONE]


def test_co_engaged_of_listed_media_starts_at_the_media_itself(world: Tiny) -> None:
    world.ready["trending"] = (np.array([3], np.int32), np.ones(1, np.float32))
    found = page("trending().co_engaged()", world).rows
    assert found.rows.tolist() == [6, 0]
    assert found.columns["seed_media"].tolist() == [3, 3]


def test_two_hop_follows_people_who_share_an_account_and_leaves_ones_own_out(
    world: Tiny,
) -> None:
    found = page("user.two_hop()", world).rows

    assert found.rows.tolist() == [3]  # BEN liked what ANA liked, and then account 3
    seed = math.log1p(2.5)
    engagers, events = 2, 3
    np.testing.assert_allclose(found.columns["score"], [seed / (engagers * events)], rtol=1e-6)
    assert found.columns["seed"].tolist() == [0]
    assert found.columns["seed_action"].tolist() == [Action.LIKE]


def test_posted_media_is_newest_first_and_fades_with_place(world: Tiny) -> None:
    found = page("user.liked().posted_media(max_media_per_account=2)", world).rows

    assert found.rows.tolist() == [0, 1]
    score = math.log1p(2.5)
    np.testing.assert_allclose(found.columns["score"], [score, score / 1.1], rtol=1e-6)
    assert found.columns["seed"].tolist() == [0, 0]


def test_posted_media_within_leaves_out_what_is_older(world: Tiny) -> None:
    text = "user.engaged().posted_media(within=36h)"
    assert page(text, world).rows.rows.tolist() == [0, 3]


def test_a_filter_inside_posted_media_does_not_use_up_the_cap_but_one_after_it_does(
    world: Tiny,
) -> None:
    inside = "user.liked().posted_media(max_media_per_account=1, where=media_type == video)"
    after = "user.liked().posted_media(max_media_per_account=1).filter(media_type == video)"

    found = page(inside, world).rows
    assert found.rows.tolist() == [1]
    np.testing.assert_allclose(found.columns["score"], [math.log1p(2.5)], rtol=1e-6)
    assert page(after, world).rows.rows.tolist() == []


def test_owner_leads_back_to_accounts_and_skips_media_of_nobody(world: Tiny) -> None:
    world.ready["fresh"] = (np.array([8, 0, 3, 1], np.int32), np.array([9, 3, 2, 1], np.float32))
    found = page("fresh().owner()", world).rows

    assert found.kind is Kind.ACCOUNTS
    assert found.rows.tolist() == [0, 1]
    assert found.columns["score"].tolist() == [4.0, 2.0]


def test_listed_media_are_cut_by_age_and_number(world: Tiny) -> None:
    rows = np.array([4, 0, 3], np.int32)
    world.ready["trending"] = (rows, np.array([3, 2, 1], np.float32))
    assert page("trending(within=7d)", world).rows.rows.tolist() == [0, 3]
    assert page("trending(within=7d, k=1)", world).rows.rows.tolist() == [0]
    assert page("trending(k=1)", world).rows.columns["score"].tolist() == [3.0]


def test_read_only_and_mapped_arrays_compile_nothing_anew(world: Tiny) -> None:
    from bowerbird.igql.kernels import links

    page("user.liked().account_nn()", world)
    compiled = len(links.expand_rows.signatures)  # type: ignore[attr-defined]  # numba's dispatcher
    part = world.lists["account_nn.default"][0]
    columns = {name: getattr(part, name).copy() for name in Links.__slots__}
    for column in columns.values():
        column.flags.writeable = False
    world.lists["account_nn.default"] = (part, replace(part, **columns))
    page("user.liked().account_nn()", world)
    assert len(links.expand_rows.signatures) == compiled  # type: ignore[attr-defined]  # as above


def test_linear_adds_weights_up_also_those_that_speak_against(world: Tiny) -> None:
    world.lists["co_engaged.media_linear"] = (
        linked({0: [(6, 0.5), (3, -0.25)], 3: [(6, 0.25), (7, -1.0)], 6: [], 7: []}, 9),
    )
    found = page("user.engaged_media(actions=[like, save]).score(2).linear(k=9)", world).rows

    assert found.rows.tolist() == [6]  # 3 and 7 have nothing above 0
    assert found.columns["score"].tolist() == [2 * 0.5 + 2 * 0.25]
    assert found.columns["similarity"].tolist() == [0.5]
    assert found.columns["seed_media"].tolist() == [0]


def test_linear_without_a_model_gives_nothing_and_says_so(world: Tiny) -> None:
    found = page("user.engaged_media().linear()", world)

    assert found.rows.rows.tolist() == []
    assert any("media_linear" in warning for warning in found.warnings)
