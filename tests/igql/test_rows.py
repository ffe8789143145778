"""What steps do with the rows they get: filters, values, order, page."""

from __future__ import annotations

import numpy as np
import pytest

from bowerbird.core.candidates import Candidates, Kind
from bowerbird.core.facts import NONE
from bowerbird.core.signals import Context
from bowerbird.igql.program import compile_program
from bowerbird.igql.run import Result, run
from tests.igql.tiny import CATALOG, DAY, NOW, Tiny, society

N = 6


@pytest.fixture
def world() -> Tiny:
    """Six media in order 0 .. 5 with scores 6 .. 1; all is well with them until a test says not."""
    made = society(3, users=3, accounts=4, per_account=3)
    made.ready["trending"] = (np.arange(N, dtype=np.int32), np.arange(N, 0, -1).astype(np.float32))
    made.ready["fresh"] = (np.array([4, 9, 8, 7], np.int32), np.ones(4, np.float32))
    media = made.columns[Kind.MEDIA]
    for name in ("seen", "muted", "own", "expired"):
        media[name] = np.zeros(12, np.bool_)
    media["recommendable"] = np.ones(12, np.bool_)
    media["impressions"] = np.zeros(12, np.float32)
    media["account_id"] = np.array([0, 0, 0, 1, 1, 2, 3, 3, 3, 3, NONE, NONE], np.int32)
    made.columns[Kind.MEDIA]["spam"] = np.linspace(0, 1.1, 12, dtype=np.float32)
    return made


def page(text: str, world: Tiny, **params: float | str | bool) -> Result:
    return run(compile_program(text, CATALOG), world, Context(1, NOW, 1), params)


def rows(text: str, world: Tiny, **params: float | str | bool) -> list[int]:
    found: list[int] = page(text, world, **params).rows.rows.tolist()
    return found


@pytest.mark.parametrize(
    ("condition", "kept"),
    [
        ("spam < 0.2", [0, 1]),
        ("spam <= 0.25 and spam > 0.15", [2]),
        ("not spam < 0.2 and spam < 0.45", [2, 3, 4]),
        ("spam between 0.05 and 0.25", [1, 2]),
        ("spam < 0.05 or spam > 0.45", [0, 5]),
        ("true", [0, 1, 2, 3, 4, 5]),
        ("score > 3 + 1", [0, 1]),
        ("-score < -5", [0]),
        ("2 * score / 4 >= 2.5", [0, 1]),
        ("abs(score - 4) <= 1", [1, 2, 3]),
        ("min(score, 3) == max(3, 2)", [0, 1, 2, 3]),
        ("sqrt(score) >= 2 and log(exp(score)) < 5.5", [1, 2]),
        ("if(spam < 0.2, score, 0 - score) > 0", [0, 1]),
        ("clip(score, 2, 3) == 2", [4, 5]),
    ],
)
def test_filter_keeps_what_the_condition_holds_for(
    condition: str, kept: list[int], world: Tiny
) -> None:
    assert rows(f"trending().filter({condition})", world) == kept


def test_thresholds_are_upper_bounds_and_the_published_name_is_an_alias(world: Tiny) -> None:
    world.columns[Kind.MEDIA]["non_recommendable"] = np.linspace(0, 1.1, 12, dtype=np.float32)
    assert rows("trending().filter(spam_threshold=0.35)", world) == [0, 1, 2, 3]
    text = "trending().filter(spam > 0.05, non_recommendable_model_threshold=0.25)"
    assert rows(text, world) == [1, 2]


def test_a_missing_score_is_neither_below_nor_above(world: Tiny) -> None:
    world.columns[Kind.MEDIA]["spam"][:3] = np.nan
    assert rows("trending().filter(spam < 0.45)", world) == [3, 4]
    assert rows("trending().filter(spam >= 0)", world) == [3, 4, 5]


def test_ages_and_times_compare_with_durations(world: Tiny) -> None:
    world.columns[Kind.MEDIA]["ts"] = NOW - DAY * np.arange(12)
    assert rows("trending().filter(age between 1d and 72h)", world) == [1, 2, 3]
    assert rows("trending().filter(age / 1d > 3.5)", world) == [4, 5]
    assert rows("trending().filter(age < 2 * 12h)", world) == [0]


def test_media_types_are_named(world: Tiny) -> None:
    types = np.array([0, 1, 2, 3, 255, 0, 0, 0, 0, 0, 0, 0], np.uint8)
    world.columns[Kind.MEDIA]["media_type"] = types
    assert rows("trending().filter(media_type == photo)", world) == [0, 5]
    assert rows("trending().filter(photo == media_type)", world) == [0, 5]
    assert rows("trending().filter(media_type in [video, live])", world) == [1, 3]
    assert rows("trending().filter(media_type not in [video, live])", world) == [0, 2, 4, 5]


def test_later_conditions_are_asked_of_fewer_rows(world: Tiny) -> None:
    rows("trending().filter(abs(spam) < 0.25 and not (seen or own))", world)
    assert world.asked == [("spam", 6), ("seen", 3), ("own", 3)]


def test_let_keeps_a_value_through_hops(world: Tiny) -> None:
    found = page("trending().let(first=score).owner().posted_media(max_media_per_account=1)", world)
    assert found.rows.columns["first"].tolist()[0] == 6.0
    assert found.rows.columns["first"].dtype == np.float32


def test_score_orders_anew_and_a_missing_one_is_last(world: Tiny) -> None:
    world.columns[Kind.MEDIA]["spam"][2] = np.nan
    found = page("trending().score(spam * 2)", world).rows
    assert found.rows.tolist() == [5, 4, 3, 1, 0, 2]
    np.testing.assert_allclose(found.columns["score"][:2], [1.0, 0.8], rtol=1e-6)


def test_limit_takes_the_first(world: Tiny) -> None:
    assert rows("trending().limit(2)", world) == [0, 1]
    assert rows("trending().score(spam).limit(2)", world) == [5, 4]
    assert rows("trending().limit(100)", world) == [0, 1, 2, 3, 4, 5]


def test_sample_at_temperature_0_is_the_best(world: Tiny) -> None:
    found = page("trending().score(spam).sample(3, temperature=0)", world).rows
    assert found.rows.tolist() == [5, 4, 3]
    assert found.columns["inclusion"].tolist() == [1, 1, 1]


def test_sample_of_more_than_there_are_keeps_all(world: Tiny) -> None:
    found = page("trending().sample(6)", world).rows
    assert found.rows.tolist() == [0, 1, 2, 3, 4, 5]
    assert found.columns["inclusion"].tolist() == [1] * 6


def test_rank_predicts_values_orders_and_keeps(world: Tiny) -> None:
    world.heads["default"]["like"] = np.array([0.1, 0.2, 0.3, 0.4, 0.5, 0.6] * 2, np.float32)
    world.heads["default"]["hide"] = np.array([0, 0, 0, 0, 0, 0.5] * 2, np.float32)
    text = "param w: float = 1\nvalue = like - w * hide\ntrending().rank(value=value, keep=3)"

    found = page(text, world).rows
    assert found.rows.tolist() == [4, 3, 2]
    np.testing.assert_allclose(found.columns["value"], [0.5, 0.4, 0.3], rtol=1e-6)
    assert found.columns["score"].tolist() == found.columns["value"].tolist()
    np.testing.assert_allclose(found.columns["like"], [0.5, 0.4, 0.3], rtol=1e-6)
    assert rows(text, world, w=0) == [5, 4, 3]


def test_rank_without_a_value_weighs_the_heads_that_the_model_has(world: Tiny) -> None:
    found = page("trending().rank(ranking_model=light)", world).rows
    heads = found.columns
    np.testing.assert_allclose(heads["value"], heads["like"] + 3 * heads["save"], rtol=1e-6)


def test_a_head_that_the_model_does_not_give_counts_0_and_the_trace_says_so(world: Tiny) -> None:
    del world.heads["light"]["save"]
    found = page("trending().rank(ranking_model=light)", world)
    assert found.rows.columns["save"].tolist() == [0] * 6
    assert found.warnings == ("model `light` gives nothing for save: taken as 0",)


def test_predictions_are_columns_after_rank(world: Tiny) -> None:
    world.heads["default"]["like"] = np.linspace(0, 1.1, 12, dtype=np.float32)
    assert sorted(rows("trending().rank().filter(like > 0.25)", world)) == [3, 4, 5]


def test_round_robin_takes_turns(world: Tiny) -> None:
    assert rows("trending().diversify_by(account_id, method=round_robin)", world) == [
        *(0, 3, 5),
        *(1, 4),
        2,
    ]
    assert rows("trending().diversify_by(account_id, method=round_robin, keep=4)", world) == [
        *(0, 3, 5),
        1,
    ]


def test_max_per_shuts_out_what_is_full_in_any_column(world: Tiny) -> None:
    text = "trending().diversify_by(account_id, method=max_per, at_most=1)"
    assert rows(text, world) == [0, 3, 5]
    world.columns[Kind.MEDIA]["media_type"] = np.zeros(12, np.uint8)
    text = "trending().diversify_by(account_id, media_type, method=max_per, at_most=2)"
    assert rows(text, world) == [0, 1]


def test_the_penalty_grows_with_each_repeat_and_is_recorded(world: Tiny) -> None:
    found = page("trending().diversify_by(account_id, strength=0.5)", world).rows
    # Leads over the last are 5 4 3 | 2 1 | 0; a repeat halves what is left of a lead.
    assert found.rows.tolist() == [0, 1, 3, 2, 4, 5]
    np.testing.assert_allclose(found.columns["penalty"], [0, 2, 0, 3 * 0.75, 0.5, 0])
    assert found.columns["score"].tolist() == [6, 5, 3, 4, 2, 1]


def test_what_the_last_pages_showed_counts_for_part_of_a_repeat(world: Tiny) -> None:
    world.pages = [(1, NONE, 0), (2, NONE, 1)]  # both of account 0
    found = page("trending().diversify_by(account_id, strength=0.5, memory=0.5)", world).rows
    # 0.5 + 0.25 repeats leave 0.5 ** 0.75 = .595 of the leads 5 4 3 of account 0.
    assert found.rows.tolist() == [0, 3, 1, 4, 2, 5]
    left = 0.5**0.75
    expected = [5 * (1 - left), 0, 4 * (1 - left / 2), 0.5, 3 * (1 - left / 4), 0]
    np.testing.assert_allclose(found.columns["penalty"], expected, rtol=1e-6)


def test_without_memory_the_last_pages_change_nothing(world: Tiny) -> None:
    text = "trending().diversify_by(account_id, strength=0.5)"
    before = rows(text, world)
    world.pages = [(0, NONE, 0), (1, NONE, 0)]
    assert rows(text, world) == before


def test_a_seed_that_led_to_the_last_page_leads_to_less_of_this_one(world: Tiny) -> None:
    world.columns[Kind.MEDIA]["account_id"] = np.arange(12, dtype=np.int32)
    text = "user.engaged().posted_media().let(seed_id=seed).score(1 + popularity)"
    world.pages = []
    seeds = page(f"{text}.limit(1)", world).rows.columns["seed"]
    shown = page(f"{text}.diversify_by(seed_id, memory=1, strength=0.9)", world).rows
    world.pages = [(row, int(seeds[0]), 0) for row in range(6)]
    again = page(f"{text}.diversify_by(seed_id, memory=1, strength=0.9)", world).rows

    def place(found: Candidates) -> int:
        return int(np.flatnonzero(found.columns["seed"] == seeds[0])[0])

    assert place(again) > place(shown)


def test_media_types_are_mixed_where_each_row_of_a_type_takes_from_the_next(world: Tiny) -> None:
    world.columns[Kind.MEDIA]["media_type"] = np.array([0] * 4 + [1] * 8, np.uint8)
    text = "trending().diversify_by(seed_id, type_strength=0.5)"
    # Leads 5 4 3 2 of photos, 1 0 of videos: what photos have left halves with each.
    assert rows(text, world) == [0, 1, 4, 2, 3, 5]


def test_a_seed_twice_may_take_less_than_an_account_twice(world: Tiny) -> None:
    same = page("trending().diversify_by(seed_id, strength=0.1)", world).rows
    own = page("trending().diversify_by(seed_id, strength=0.9, seed_strength=0.1)", world).rows
    assert own.rows.tolist() == same.rows.tolist()
    assert own.columns["penalty"].tolist() == same.columns["penalty"].tolist()
    other = page("trending().diversify_by(account_id, strength=0.1)", world).rows
    both = page(
        "trending().diversify_by(account_id, seed_id, strength=0.1, seed_strength=0)", world
    )
    assert both.rows.rows.tolist() == other.rows.tolist()


def test_rows_without_a_value_do_not_repeat_each_other(world: Tiny) -> None:
    found = page("trending().diversify_by(seed_id, strength=1)", world).rows
    assert found.rows.tolist() == [0, 1, 2, 3, 4, 5]
    assert found.columns["penalty"].tolist() == [0] * 6


def test_explore_draws_its_slots_from_media_hardly_anyone_has_seen(world: Tiny) -> None:
    media = world.columns[Kind.MEDIA]
    media["impressions"][9] = 50
    media["seen"][8] = True
    found = page("trending().limit(4).explore(slots=2)", world)

    assert found.rows.rows.tolist()[:2] == [0, 1]
    assert sorted(found.rows.rows.tolist()[2:]) == [4, 7]
    assert found.rows.columns["propensity"].tolist() == [1, 1, 0.5, 0.5]
    assert [found.sources[i] for i in found.rows.columns["source"]] == [
        *("trending", "trending"),
        *("newcomers", "newcomers"),
    ]


def test_explore_draws_newcomers_alike_often(world: Tiny) -> None:
    program = compile_program("trending().limit(2).explore(slots=1)", CATALOG)
    drawn = [run(program, world, Context(1, NOW, seed)).rows.rows[-1] for seed in range(800)]
    counts = np.bincount(drawn, minlength=12)[[4, 7, 8, 9]]
    assert counts.sum() == 800
    assert abs(counts - 200).max() < 5 * np.sqrt(800 * 0.25 * 0.75)


def test_explore_adds_to_a_short_page_and_says_when_there_are_no_newcomers(world: Tiny) -> None:
    assert len(rows("trending().limit(2).explore(slots=2, size=25)", world)) == 4
    world.columns[Kind.MEDIA]["expired"][:] = True
    found = page("trending().limit(2).explore(slots=2)", world)
    assert found.rows.rows.tolist() == [0, 1]
    assert "no more newcomers" in "".join(step.note for step in found.steps)


def test_explore_takes_the_condition_it_is_given(world: Tiny) -> None:
    found = rows("trending().limit(4).explore(slots=3, where=spam > 0.75)", world)
    assert found[:2] == [0, 1]
    assert sorted(found[2:]) == [8, 9]


def test_blend_adds_up_weighted_reciprocal_ranks(world: Tiny) -> None:
    found = page("blend(0.75 * trending(k=2), 0.25 * fresh().score(-spam))", world)

    # trending: 0, 1; fresh by spam: 4, 7, 8, 9
    assert found.rows.rows.tolist() == [0, 1, 4, 7, 8, 9]
    expected = [0.75 / 61, 0.75 / 62, 0.25 / 61, 0.25 / 62, 0.25 / 63, 0.25 / 64]
    np.testing.assert_allclose(found.rows.columns["score"], expected, rtol=1e-6)
    assert found.sources == ("trending", "fresh")
    assert found.rows.columns["source"].tolist() == [0, 0, 1, 1, 1, 1]


def test_what_two_branches_find_is_above_what_one_finds(world: Tiny) -> None:
    found = page("blend(0.5 * trending(), 0.5 * fresh())", world)
    assert found.rows.rows.tolist()[0] == 4


def test_blend_can_take_scores_as_they_are_or_relative_to_the_best(world: Tiny) -> None:
    raw = page("blend(1 * trending(), 0 * fresh(), scale=raw)", world).rows
    assert raw.columns["score"].tolist() == [6, 5, 4, 3, 2, 1, 0, 0, 0]
    relative = page("blend(0.5 * trending(), 0.5 * fresh(), scale=max)", world).rows
    assert relative.columns["score"].max() == np.float32(0.5 * 2 / 6 + 0.5)


def test_union_adds_up_scores_and_dedupe_can_combine_otherwise(world: Tiny) -> None:
    both = page("union(trending(), fresh())", world).rows
    assert both.rows.tolist() == [0, 1, 2, 3, 4, 5, 9, 8, 7]
    assert both.columns["score"].tolist() == [6, 5, 4, 3, 3, 1, 1, 1, 1]
    best = page("union(trending(), fresh()).dedupe(combine=max)", world).rows
    assert best.columns["score"].tolist() == [6, 5, 4, 3, 2, 1, 1, 1, 1]


def test_first_of_takes_the_first_branch_with_enough_and_runs_no_other(world: Tiny) -> None:
    found = page("first_of(trending(), fresh())", world)
    assert found.rows.rows.tolist() == [0, 1, 2, 3, 4, 5]
    assert not any("fresh" in step.op for step in found.steps)
    assert rows("first_of(trending(k=1), fresh(), min=4)", world) == [4, 9, 8, 7]
    assert rows("first_of(trending(k=1), fresh(), min=9)", world) == [4, 9, 8, 7]


def test_a_branch_inside_a_branch_keeps_its_own_name(world: Tiny) -> None:
    found = page("blend(0.5 * first_of(fresh(k=1), trending()), 0.5 * trending(k=1))", world)
    named = [found.sources[i] for i in found.rows.columns["source"]]
    assert sorted(zip(found.rows.rows.tolist(), named, strict=True)) == [
        (0, "trending"),
        (4, "fresh"),
    ]


def test_a_column_that_a_branch_never_set_is_missing_there(world: Tiny) -> None:
    found = page("union(trending(k=1).let(x=spam, y=account_id), fresh())", world).rows
    assert found.columns["x"].tolist()[0] == 0
    assert np.isnan(found.columns["x"][1:]).all()
    assert found.columns["y"].tolist()[1:] == [NONE] * 4


def test_what_is_written_twice_runs_once(world: Tiny) -> None:
    text = "a = trending().filter(spam < 0.3)\nunion(a.limit(1), a.limit(2), trending().limit(3))"
    steps = [step.op.split("(")[0] for step in page(text, world).steps]
    assert steps.count("filter") == 1
    assert steps.count("listed") == 1
    assert steps.count("limit") == 3


def test_an_infinite_score_has_no_place_on_a_scale_and_costs_no_page(world: Tiny) -> None:
    found = page("blend(1 * fresh().score(1 / (spam - spam)), scale=max)", world).rows

    assert len(found) > 0
    assert found.columns["score"].tolist() == [0.0] * len(found)
