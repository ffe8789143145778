"""What holds of every program and every world."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from bowerbird.core.candidates import Kind
from bowerbird.core.facts import Action
from bowerbird.core.signals import Context
from bowerbird.igql.check import check
from bowerbird.igql.diagnostics import Report
from bowerbird.igql.kernels.merge import COMBINES, merge
from bowerbird.igql.kernels.order import best_first
from bowerbird.igql.limits import Limits
from bowerbird.igql.parse import parse
from bowerbird.igql.program import NO_PARAMS, compile_program
from bowerbird.igql.run import Result, execute, run
from tests.igql.tiny import CATALOG, NOW, Event, Tiny, histories, society

WORLDS = [society(seed) for seed in range(4)]
PERSON = 1

conditions = st.sampled_from(
    [
        "not seen",
        "recommendable",
        "spam < 0.5 and not muted",
        "policy_threshold=0.7",
        "age < 10d or popularity > 0.8",
        "media_type in [photo, video]",
        "seed_id == account_id",
        "score > 0.01",
    ]
)
caps = st.integers(1, 40)


@st.composite
def accounts(draw: st.DrawFn) -> str:
    hop = draw(st.sampled_from(["liked", "engaged", "viewed", "followed", "two_hop"]))
    text = f"user.{hop}()"
    for _ in range(draw(st.integers(0, 3))):
        step = draw(
            st.sampled_from(
                [
                    f"account_nn(k={draw(caps)})",
                    f"co_engaged(k={draw(caps)})",
                    "filter(non_recommendable < 0.6)",
                    "let(seed_id=account_id)",
                    "dedupe(combine=noisy_or)",
                    f"limit({draw(caps)})",
                ]
            )
        )
        text += f".{step}"
    return text


@st.composite
def media(draw: st.DrawFn, depth: int = 2) -> str:
    branches = ["listed", "posted", "engaged"] + ["combined"] * (depth > 0)
    match draw(st.sampled_from(branches)):
        case "listed":
            text = f"{draw(st.sampled_from(['trending', 'fresh']))}(k={draw(caps)})"
        case "posted":
            text = f"{draw(accounts())}.posted_media(max_media_per_account={draw(caps)})"
        case "engaged":
            text = f"user.engaged_media().co_engaged(k={draw(caps)})"
        case _:
            parts = [draw(media(depth=depth - 1)) for _ in range(draw(st.integers(1, 3)))]
            combiner = draw(st.sampled_from(["blend", "union", "first_of"]))
            text = f"{combiner}({', '.join(parts)})"
    for _ in range(draw(st.integers(0, 3))):
        text += "." + draw(st.sampled_from(["limit(30)", "sample(20)", "score(popularity - spam)"]))
        text += f".filter({draw(conditions)})"
    return text


@st.composite
def programs(draw: st.DrawFn) -> str:
    text = draw(media())
    ends = ["rank(keep=20)", "diversify_by(account_id, seed_id, keep=10)", "explore(slots=2)"]
    for end in ends:
        if draw(st.booleans()):
            text += f".{end}"
    return text


def equal(one: Result, two: Result) -> None:
    assert one.rows.rows.tolist() == two.rows.rows.tolist()
    assert one.sources == two.sources
    assert one.rows.columns.keys() == two.rows.columns.keys()
    for name, column in one.rows.columns.items():
        assert column.dtype == two.rows.columns[name].dtype
        np.testing.assert_array_equal(column, two.rows.columns[name], name)


@settings(max_examples=150)
@given(programs(), st.sampled_from(WORLDS), st.integers(0, 2**31))
def test_optimising_never_changes_the_rows(text: str, world: Tiny, seed: int) -> None:
    program = compile_program(text, CATALOG, Limits(rows=10**9, work=10**9))
    bound = program.ready(NO_PARAMS).bound
    context = Context(PERSON, NOW, seed)

    plain = execute(bound.stream.node, bound, world, context)

    equal(execute(program.plan, bound, world, context), plain)
    assert len(plain.rows) <= bound.stream.rows
    assert len(set(plain.rows.rows.tolist())) == len(plain.rows)


@settings(max_examples=60)
@given(
    st.lists(st.integers(0, 5), min_size=1, max_size=30),
    st.data(),
    st.sampled_from(COMBINES),
)
def test_more_evidence_never_lowers_a_row(rows: list[int], data: st.DataObject, how: str) -> None:
    score = st.floats(-1, 2, width=32) | st.just(float("nan"))
    scores = data.draw(st.lists(score, min_size=len(rows), max_size=len(rows)))

    def merged(n: int) -> dict[int, float]:
        ids = np.array(rows[:n], np.int32)
        best, total = merge(ids, np.array(scores[:n], np.float32), how)
        return dict(zip(ids[best].tolist(), total.tolist(), strict=True))

    before, after = merged(len(rows) - 1), merged(len(rows))
    assert all(after[row] >= score for row, score in before.items())


def as_mapping(result: Result) -> Mapping[int, float]:
    scores = result.rows.columns["score"].tolist()
    return dict(zip(result.rows.rows.tolist(), scores, strict=True))


@st.composite
def rising(draw: st.DrawFn) -> str:
    """A program in which no cap is shared between seeds, and no score is set anew."""
    merges = ["", ".dedupe(combine=max)", ".dedupe(combine=noisy_or)", ".let(seed_id=account_id)"]

    def branch() -> str:
        text = "user.liked()"
        for _ in range(draw(st.integers(0, 3))):
            hop = draw(st.sampled_from(["account_nn", "co_engaged"]))
            text += f".{hop}(k={draw(caps)})" + draw(st.sampled_from(merges))
            text += draw(st.sampled_from(["", ".filter(not muted)", ".filter(followers < 0.7)"]))
        text += f".posted_media(max_media_per_account={draw(st.integers(1, 8))})"
        text += draw(st.sampled_from(["", ".filter(spam < 0.6)", f".co_engaged(k={draw(caps)})"]))
        return text

    match draw(st.sampled_from(["one", "union", "blend"])):
        case "one":
            return branch() + draw(st.sampled_from(["", ".owner()", ".dedupe(combine=max)"]))
        case "union":
            return f"union({branch()}, {branch()})"
        case _:
            return f"blend(0.7 * {branch()}, 0.3 * {branch()}, scale=raw)"


@settings(max_examples=100)
@given(
    rising(),
    st.integers(0, 3),
    st.lists(st.integers(0, 39), min_size=1, max_size=6, unique=True),
)
def test_a_second_seed_never_lowers_a_candidate(text: str, seed: int, seeds: list[int]) -> None:
    world = society(seed)
    program = compile_program(text, CATALOG, Limits(rows=10**9, work=10**9))
    types = world.columns[Kind.MEDIA]["media_type"]

    def found(accounts: list[int]) -> Mapping[int, float]:
        events: list[Event] = [(0, account, 0, Action.LIKE, NOW) for account in accounts]
        world.engagements = histories(events, 1, types)
        return as_mapping(run(program, world, Context(0, NOW)))

    before, after = found(seeds[:-1]), found(seeds)
    assert all(after[row] >= score for row, score in before.items())


def test_recorded_inclusion_matches_how_often_rows_are_drawn() -> None:
    n, draws, kept = 20, 10_000, 6
    world = society(0)
    scores = np.linspace(2, 0.1, n, dtype=np.float32)
    world.ready["trending"] = (np.arange(n, dtype=np.int32), scores)
    program = compile_program(f"trending().sample({kept})", CATALOG)
    weighted = np.zeros((draws, n))
    for seed in range(draws):
        rows = run(program, world, Context(PERSON, NOW, seed)).rows
        weighted[seed, rows.rows] = 1 / rows.columns["inclusion"]

    # A row counted by 1 / its chance counts once on average (Horvitz and Thompson 1952).
    spread = weighted.std(axis=0) / np.sqrt(draws)
    assert (np.abs(weighted.mean(axis=0) - 1) < 4.5 * spread).all()
    often = (weighted > 0).mean(axis=0)
    assert often[0] > 3 * often[-1]


def test_a_draw_depends_on_the_row_and_the_seed_and_on_nothing_else() -> None:
    world = society(0)
    same = np.ones(50, np.float32)

    def drawn(rows: list[int], seed: int) -> set[int]:
        world.ready["trending"] = (np.array(rows, np.int32), same)
        program = compile_program("trending().sample(10)", CATALOG)
        return set(run(program, world, Context(PERSON, NOW, seed)).rows.rows.tolist())

    ordered = list(range(50))
    assert drawn(ordered, 1) == drawn(ordered[::-1], 1)
    assert drawn(ordered, 1) != drawn(ordered, 2)


@given(st.lists(st.floats(width=32), max_size=40))
def test_best_first_is_a_stable_sort_with_missing_scores_last(scores: list[float]) -> None:
    key = [(-float("-inf") if s != s else -s + 0.0, i) for i, s in enumerate(scores)]
    expected = [i for _, i in sorted(key)]
    assert best_first(np.array(scores, np.float32)).tolist() == expected


WORDS = [
    *("user", "trending()", "liked", "posted_media", "blend", "rank", "seeds", "value", "spam"),
    *("(", ")", ".", ",", "=", "==", "<", "[", "]", "+", "-", "*", "0.5", "30d", "10", "\n"),
    *("param", "and", "not", "in", "between", "..", ":", "int", "like", "#", "filter", "k"),
]


@settings(max_examples=300)
@given(st.lists(st.sampled_from(WORDS), max_size=30).map(" ".join) | st.text(max_size=60))
def test_any_text_is_a_plan_or_diagnostics_with_places_in_it(text: str) -> None:
    for found in check(text, CATALOG):
        assert 0 <= found.start <= found.end <= len(text)
        assert found.message
        found.show(text)


@settings(max_examples=100)
@given(programs(), st.integers(0, 300), st.integers(0, 5), st.sampled_from(WORDS))
def test_a_broken_program_is_a_plan_or_diagnostics(
    text: str, start: int, width: int, word: str
) -> None:
    broken = text[:start] + word + text[start + width :]
    for found in check(broken, CATALOG):
        found.show(broken)


@given(programs())
def test_spans_hold_the_text_of_what_they_name(text: str) -> None:
    report = Report(text)
    source = parse(text, report, Limits(size=100_000, steps=10_000))
    assert source is not None
    (statement,) = source.statements
    assert text[statement.span.start : statement.span.end] == text
