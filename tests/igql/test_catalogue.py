"""Sources of everything, hops to what others engaged with, mixes, and likeness."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bowerbird.core.candidates import Kind
from bowerbird.core.facts import NONE, Action
from bowerbird.core.signals import Catalog, Context, Type
from bowerbird.igql.check import check
from bowerbird.igql.diagnostics import Code
from bowerbird.igql.ops.mix import _deal
from bowerbird.igql.program import compile_program
from bowerbird.igql.run import Result, execute, run
from tests.igql.test_properties import equal
from tests.igql.tiny import CATALOG, DAY, NOW, Event, Tiny, histories, linked, society

ANA, BEN = 0, 1
PHOTO, VIDEO, STORY = 0, 1, 2
TYPES = np.array([PHOTO, VIDEO, PHOTO, VIDEO, STORY, PHOTO], np.uint8)
EVENTS: list[Event] = [
    (BEN, 1, 2, Action.LIKE, NOW - 28 * DAY),
    (BEN, 1, 3, Action.VIEW, NOW),
    (BEN, 2, 4, Action.SAVE, NOW),
    (BEN, 2, NONE, Action.FOLLOW, NOW),
    (BEN, 1, 2, Action.LIKE, NOW),
]


@pytest.fixture
def world() -> Tiny:
    """Six media of three accounts; BEN stands behind account 1, nobody behind the others."""
    made = society(0, users=3, accounts=3, per_account=2)
    owner = np.array([0, 0, 1, 1, 2, 2], np.int32)
    ts = NOW - DAY * np.array([3, 1, 2, 9, 0, 30])
    made.columns[Kind.MEDIA] |= {"account_id": owner, "media_type": TYPES, "ts": ts}
    popularity = np.array([1, 5, 3, 5, np.nan, 2], np.float32)
    made.columns[Kind.MEDIA]["popularity"] = popularity
    made.columns[Kind.ACCOUNTS]["user_id"] = np.array([NONE, BEN, NONE], np.int32)
    made.columns[Kind.ACCOUNTS]["followers"] = np.array([3, 9, 4], np.float32)
    made.engagements = histories(EVENTS, 3, TYPES)
    return made


def page(text: str, world: Tiny, catalog: Catalog = CATALOG) -> Result:
    return run(compile_program(text, catalog), world, Context(ANA, NOW, 1))


def rows(text: str, world: Tiny) -> list[int]:
    found: list[int] = page(text, world).rows.rows.tolist()
    return found


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("media", [4, 1, 2, 0, 3, 5]),
        ("media(k=2)", [4, 1]),
        ("media(within=2d)", [4, 1, 2]),
        ("media(by=popularity)", [1, 3, 2, 5, 0, 4]),
        ("media(by=popularity, k=1)", [1]),
        ("media(by=-popularity, within=10d, k=2)", [0, 2]),
        ("accounts", [0, 1, 2]),
        ("accounts(by=followers, k=2)", [1, 2]),
    ],
)
def test_everything_comes_newest_first_or_best_first(
    text: str, expected: list[int], world: Tiny
) -> None:
    assert rows(text, world) == expected


def test_the_score_of_a_row_of_the_catalogue_says_why_it_is_where_it_is(world: Tiny) -> None:
    newest = page("media(k=2)", world).rows.columns["score"]
    np.testing.assert_allclose(newest, [1, 1 / 2])
    best = page("accounts(by=2 * followers)", world).rows.columns["score"]
    assert best.tolist() == [18, 8, 6]


def test_what_is_removed_is_not_in_the_catalogue_where_the_signals_know_of_it(
    world: Tiny,
) -> None:
    world.columns[Kind.MEDIA]["removed"] = np.array([0, 1, 0, 0, 1, 0], np.bool_)
    signals = {**CATALOG.signals, Kind.MEDIA: {"removed": Type.BOOL}}
    assert page("media(k=2)", world, Catalog(signals)).rows.rows.tolist() == [2, 0]


def test_a_number_of_rows_is_not_a_time(world: Tiny) -> None:
    (found,) = check("media(by=ts)", CATALOG)
    assert found.code is Code.WRONG_TYPE
    assert found.message == "`media` takes a number here, found a time"


def test_media_engaged_by_goes_from_an_account_to_its_person_to_what_they_engaged_with(
    world: Tiny,
) -> None:
    found = page("accounts(by=followers).media_engaged_by()", world).rows

    assert found.rows.tolist() == [4, 2]
    save, likes = math.log1p(3), math.log1p(2 + 2 / 4)
    np.testing.assert_allclose(found.columns["score"], [9 * save, 9 * likes], rtol=1e-6)
    assert found.columns["via"].tolist() == [1, 1]


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ("actions=[view]", [3]),
        ("media_types=[story]", [4]),
        ("within=13d, actions=[like]", [2]),
        ("max_media_per_account=1", [4]),
    ],
)
def test_media_engaged_by_goes_by_action_type_window_and_cap(
    arguments: str, expected: list[int], world: Tiny
) -> None:
    assert rows(f"accounts.media_engaged_by({arguments})", world) == expected


def test_media_near_media_are_followed_and_absent_ones_are_a_warning(world: Tiny) -> None:
    text = "media(k=1).media_nn(embedding_config=save_photo)"
    absent = page(text, world)
    assert len(absent.rows) == 0
    assert absent.warnings == ("nothing yet for `media_nn.save_photo`",)
    world.lists["media_nn.save_photo"] = (linked({4: [(0, 0.5), (5, 0.25)]}, 6),)
    found = page(text, world).rows
    assert found.rows.tolist() == [0, 5]
    assert found.columns["seed_media"].tolist() == [4, 4]
    np.testing.assert_allclose(found.columns["similarity"], [0.5, 0.25])


def test_accounts_can_be_ranked_as_media_can(world: Tiny) -> None:
    likes = np.array([0.1, 0.9, 0.5, 0, 0, 0], np.float32)
    world.heads["light"] = {"like": likes, "save": np.zeros(6, np.float32)}
    found = page("accounts.rank(ranking_model=light, value=like)", world).rows
    assert found.kind is Kind.ACCOUNTS
    assert found.rows.tolist() == [1, 2, 0]


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ("photo=0.5, video=0.5", [2, 1, 0, 3, 5, 4]),
        ("photo=0.5, video=0.5, keep=2", [2, 1]),
        ("video=1", [1, 3, 4, 2, 0, 5]),
        ("video=1, keep=3", [1, 3, 4]),
        ("story=0.25, photo=0.75", [2, 0, 4, 5, 1, 3]),
    ],
)
def test_a_mix_keeps_the_order_within_a_type_and_the_shares_in_every_beginning(
    arguments: str, expected: list[int], world: Tiny
) -> None:
    assert rows(f"media.mix({arguments})", world) == expected


@given(
    st.lists(st.integers(0, 3) | st.just(255), max_size=60),
    st.lists(st.sampled_from([0.0, 0.1, 0.3, 0.5]), min_size=4, max_size=4).filter(any),
)
def test_a_mix_loses_nothing_and_is_never_more_than_a_few_rows_from_its_shares(
    types: list[int], shares: list[float]
) -> None:
    kinds = np.array(types, np.uint8)
    picks = _deal(kinds, np.array(shares), len(kinds))

    assert sorted(picks.tolist()) == list(range(len(kinds)))
    left = {kind: types.count(kind) for kind in range(4)}
    taken = dict.fromkeys(range(4), 0)
    for slot, pick in enumerate(picks.tolist(), 1):
        kind = types[pick]
        if kind > 3 or not shares[kind]:
            break
        taken[kind] += 1
        if any(taken[other] == left[other] for other in range(4) if shares[other]):
            break
        for other in range(4):
            assert abs(taken[other] - slot * shares[other] / sum(shares)) < 2
    for kind in range(4):
        mine = [pick for pick in picks.tolist() if types[pick] == kind]
        assert mine == sorted(mine)


def test_mmr_prefers_what_is_unlike_the_rows_above_it(world: Tiny) -> None:
    vectors = np.array([[1, 0], [0.8, 0.6], [0, 1]], np.float32)
    index = np.arange(3, dtype=np.int32)
    world.vectors["default"] = ((index, vectors),)
    world.ready["trending"] = (np.array([0, 2, 4], np.int32), np.array([3, 2, 1], np.float32))

    found = page("trending().diversify_by(account_id, method=mmr, strength=0.5)", world).rows

    # second: 0.5 x 1/2 - 0.5 x 0.8 = -0.15 for media 2, 0 - 0 = 0 for media 4
    assert found.rows.tolist() == [0, 4, 2]
    np.testing.assert_allclose(found.columns["penalty"], [0, 0, 0.5 * 0.8], rtol=1e-6)
    plain = rows("trending().diversify_by(account_id, method=mmr, strength=0)", world)
    assert plain == [0, 2, 4]


def test_mmr_reads_vectors_of_both_parts_and_does_without_where_there_are_none(
    world: Tiny,
) -> None:
    world.ready["trending"] = (np.arange(6, dtype=np.int32), np.arange(6, 0, -1).astype("f4"))
    text = "trending().diversify_by(account_id, method=mmr, strength=1)"
    world.vectors.clear()
    found = page(text, world)
    assert found.rows.rows.tolist() == [0, 2, 4, 1, 3, 5]  # the same account is alike
    assert found.warnings == ("nothing yet for embedding `default`",)
    old = (np.array([0, NONE], np.int32), np.array([[1, 0]], np.float32))
    new = (np.array([NONE, NONE, 0], np.int32), np.array([[1, 0]], np.float32))
    world.vectors["default"] = (old, new)
    assert rows(text, world)[:3] == [0, 2, 1]


def test_mmr_of_rows_without_a_score_still_gives_them_all(world: Tiny) -> None:
    text = "media(by=popularity).score(popularity).diversify_by(account_id, method=mmr)"
    assert sorted(rows(text, world)) == [0, 1, 2, 3, 4, 5]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("trending().diversify_by(media_type, method=mmr)", Code.WRONG_TYPE),
        ("trending().mix(photo=0)", Code.MISSING_ARGUMENT),
        ("trending().mix(photo=0.4, video=0.4)", Code.WEIGHTS),
        ("accounts.mix(photo=1)", Code.WRONG_KIND),
    ],
)
def test_what_cannot_be_mixed_or_compared_is_said(text: str, code: Code) -> None:
    assert [found.code for found in check(text, CATALOG)] == [code]


def test_an_app_without_the_default_embedding_is_asked_for_one_only_by_mmr() -> None:
    bare = Catalog(CATALOG.signals, ("save_photo",))
    assert check("trending().diversify_by(account_id)", bare) == []
    (found,) = check("trending().diversify_by(account_id, method=mmr)", bare)
    assert found.code is Code.UNKNOWN_EMBEDDING
    text = "trending().diversify_by(account_id, method=mmr, embedding_config=save_photo)"
    assert check(text, bare) == []


def test_a_mix_needs_to_know_types() -> None:
    (found,) = check("trending().mix(photo=1)", Catalog({}))
    assert found.code is Code.UNKNOWN_NAME


def test_a_strength_of_seeds_needs_a_column_of_seeds() -> None:
    (found,) = check("trending().diversify_by(account_id, seed_strength=0.1)", CATALOG)
    assert found.code is Code.UNKNOWN_NAME
    assert check("trending().diversify_by(seed_id, seed_strength=0.1)", CATALOG) == []


TAILS = [
    "filter(not seen)",
    "filter(score > 0.2)",
    "filter(popularity > 0.5 and spam < 0.7).limit(15)",
    "let(a=account_id).filter(a == account_id).limit(9)",
    "score(popularity).limit(7)",
    "diversify_by(account_id, method=mmr, keep=8).filter(not muted)",
    "mix(photo=0.3, video=0.7, keep=12).filter(policy < 0.6)",
    "mix(story=1).limit(5)",
    "sample(6)",
]
HEADS_OF = [
    "media(k=60)",
    "media(by=popularity, within=20d, k=40)",
    "accounts(k=20).media_engaged_by(max_media_per_account=3)",
    "accounts(by=followers, k=15).filter(muted).posted_media()",
    "user.engaged_media().media_nn(k=5)",
    "blend(0.5 * user.engaged().media_engaged_by(), 0.5 * media(k=20).media_nn())",
]


@pytest.mark.parametrize("head", HEADS_OF)
def test_optimising_changes_no_row_of_these_either(head: str) -> None:
    world = society(2)
    rng = np.random.default_rng(5)
    vectors = rng.normal(size=(40, 4)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    world.vectors["default"] = ((np.arange(40, dtype=np.int32), vectors),)
    world.lists["media_nn.default"] = world.lists["co_engaged.media"]
    for first in TAILS:
        for then in TAILS:
            program = compile_program(f"{head}.{first}.{then}", CATALOG)
            bound = program.ready({}).bound
            context = Context(1, NOW, 3)
            plain = execute(bound.stream.node, bound, world, context)
            equal(execute(program.plan, bound, world, context), plain)
