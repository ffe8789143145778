"""Programs written in Python are the programs one would have written as text."""

from __future__ import annotations

import inspect
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest

import bowerbird.igql.builder as builder
from bowerbird.core.candidates import Kind
from bowerbird.core.errors import QueryError
from bowerbird.core.signals import Context
from bowerbird.igql import ast
from bowerbird.igql.builder import (
    Accounts,
    Media,
    Stream,
    Users,
    absolute,
    accounts,
    blend,
    clip,
    either,
    exp,
    first_of,
    fresh,
    log,
    maximum,
    minimum,
    param,
    row,
    sqrt,
    trending,
    union,
    user,
)
from bowerbird.igql.builder.calls import python_name
from bowerbird.igql.functions import CALLED
from bowerbird.igql.op import REQUIRED, Op, Rest
from bowerbird.igql.ops import OPS
from bowerbird.igql.program import compile_program
from bowerbird.igql.run import run
from tests.igql.goldens import text_of
from tests.igql.test_format import tree
from tests.igql.tiny import CATALOG, NOW, society

CLASSES = {Kind.USERS: Users, Kind.ACCOUNTS: Accounts, Kind.MEDIA: Media}
EXTRA = {
    Rest.NOTHING: [],
    Rest.PLACED: ["columns"],
    Rest.COLUMNS: ["columns"],
    Rest.THRESHOLDS: ["conditions", "thresholds"],
    Rest.BRANCHES: ["branches"],
    Rest.WEIGHTED: ["branches"],
}


@pytest.mark.parametrize("op", OPS, ids=lambda op: op.name)
def test_every_operator_has_its_method_with_the_same_arguments_and_defaults(op: Op) -> None:
    if op.name == "user":
        assert isinstance(builder.user, Users)
        return
    homes: list[object] = [CLASSES[kind] for kind in op.takes]
    homes = homes or [builder]
    for home in homes:
        signature = inspect.signature(getattr(home, op.name))
        found = {name: p for name, p in signature.parameters.items() if name != "self"}
        names = [python_name(arg.name) for arg in op.args]
        assert [name for name in found if name in names] == names
        assert sorted(set(found) - set(names)) == sorted(EXTRA[op.rest])
        for arg in op.args:
            default = found[python_name(arg.name)].default
            wanted = inspect.Parameter.empty if arg.default is REQUIRED else arg.default
            assert default == wanted, arg.name
    for kind, made in CLASSES.items():
        assert hasattr(made, op.name) == (kind in op.takes)


@pytest.mark.parametrize("op", OPS, ids=lambda op: op.name)
def test_every_operator_says_which_class_it_gives(op: Op) -> None:
    if not op.takes:
        return
    for kind in op.takes:
        gives = inspect.signature(getattr(CLASSES[kind], op.name)).return_annotation
        assert gives == ("Self" if len(op.takes) > 1 else CLASSES[op.gives or kind].__name__)


def explore() -> Media:
    """explore.igql, in Python."""
    page_size = param("page_size", "int", 25, within=(1, 100))
    max_seeds = param("max_seeds", "int", 50, within=(1, 75))
    interest = param("interest", "duration", "30d", within=("1d", "90d"))
    fortnight, longest = timedelta(days=14), timedelta(days=60)
    fresh_for = param("fresh_for", "duration", fortnight, within=("1d", longest))
    w_save = param("w_save", "float", 3.0, within=(0, 20))
    value = row.like + w_save * row.save + 2 * row.share + 0.5 * row.comment
    value = (value + 0.2 * row.long_view - 10 * row.hide).named("value")
    seeds = (
        user.engaged(
            actions=["like", "save", "share", "comment", "follow", "long_view"],
            within=interest,
            max_num_to_retrieve=max_seeds,
        )
        .let(seed_id=row.account_id)
        .filter(row.non_recommendable < 0.2)
        .named("seeds")
    )
    inventory = blend(
        0.6 * seeds.account_nn(k=200).posted_media(max_media_per_account=10, within=fresh_for),
        0.15 * seeds.co_engaged(k=200).posted_media(max_media_per_account=5, within=fresh_for),
        0.15 * user.engaged_media(within=interest, max_num_to_retrieve=50).co_engaged(k=200),
        0.1
        * first_of(user.two_hop(k=50).posted_media(max_media_per_account=3), trending(within="2d")),
    ).named("inventory")
    eligible = row.recommendable & ~row.seen & ~row.muted & ~row.own & ~row.expired
    return (
        inventory.filter(eligible & (row.spam < 0.2) & (row.policy < 0.2))
        .sample(500)
        .rank(value=value, keep=50)
        .diversify_by(row.account_id, row.seed_id, keep=page_size)
        .explore(slots=1, size=page_size)
    )


def test_the_explore_page_in_python_has_the_plan_of_its_text() -> None:
    text = text_of(Path(__file__).parent / "plans" / "explore.txt")
    made = compile_program(explore().to_text(), CATALOG)
    assert made.plan == compile_program(text, CATALOG).plan
    assert made.params == compile_program(text, CATALOG).params


PROGRAMS = {
    "sources": union(fresh(k=3), builder.media(by=row.popularity, within="7d")).dedupe(
        combine="max"
    ),
    "accounts": accounts(by=row.followers).media_engaged_by(actions=["like"]).mix(photo=1),
    "thresholds": trending().filter(~row.seen, spam_threshold=0.2).limit(3),
    "where": user.liked().posted_media(where=(row.age < "3d") | ~row.recommendable),
    "weights": blend(0.4 * trending(), param("w", "float", 0.6) * fresh(), scale="max"),
    "functions": trending().score(
        minimum(row.spam, 1)
        + maximum(row.policy, 0)
        - clip(row.spam, 0, 1) / log(row.impressions)
        + either(row.seen, 0, exp(-row.spam)) * sqrt(absolute(-row.policy))
    ),
    "conditions": trending().filter(
        row.media_type.is_in(["photo", "video"]) & (row.spam.between(0, 0.5) | (row.spam != 0.7))
    ),
    "arithmetic": trending().score(1 + 2 - (3 - row.spam) * 2 / (1 / row.policy) + -row.spam),
    "times": trending().filter(row.age / timedelta(days=1) < 3).filter(row.ts == row["ts"]),
    "mmr": trending().diversify_by(row.account_id, method="mmr", embedding_config="save_photo"),
    "explore": trending().explore(slots=2, from_="newcomers", where=~row.seen),
    "first": first_of(user.engaged_media().media_nn(k=3), fresh(), min=2),
    "values": fresh().rank(ranking_model="light", value=row.like, keep=3).let(x=row.value),
}


@pytest.mark.parametrize("made", [*PROGRAMS.values(), explore()], ids=[*PROGRAMS, "page"])
def test_what_is_built_reads_back_as_the_same_tree_and_runs(made: Media) -> None:
    assert tree(made.to_text()) == made.source
    assert str(made) == made.to_text()
    run(compile_program(made.to_text(), CATALOG), society(1), Context(1, NOW))


def test_a_default_is_not_written_and_another_value_is() -> None:
    assert user.liked(max_num_to_retrieve=30).to_text() == "user.liked()\n"
    assert user.liked(max_num_to_retrieve=5).to_text() == "user.liked(max_num_to_retrieve=5)\n"


def test_names_are_defined_once_and_before_they_are_used() -> None:
    size = param("n", "int", 3)
    seeds = user.liked(max_num_to_retrieve=size).named("seeds")
    text = union(seeds.account_nn(k=size), seeds.co_engaged()).limit(size).to_text()
    assert text == (
        "param n: int = 3\n\nseeds = user.liked(max_num_to_retrieve=n)\n\n"
        "union(seeds.account_nn(embedding_config=default, k=n), seeds.co_engaged()).limit(n)\n"
    )


def test_functions_of_the_language_are_functions_here() -> None:
    renamed = {"min": "minimum", "max": "maximum", "abs": "absolute", "if": "either"}
    assert {renamed.get(name, name) for name in CALLED} <= set(dir(builder))


def test_an_operator_of_somebody_else_is_a_step_by_name() -> None:
    assert user.step(Accounts, "liked", within="3d").to_text() == "user.liked(within=3d)\n"
    with pytest.raises(QueryError, match="no operator `likd`") as caught:
        user.step(Accounts, "likd")
    assert caught.value.help.startswith("did you mean `liked`?")
    with pytest.raises(QueryError, match="`liked` has no argument `k`"):
        user.step(Accounts, "liked", k=3)


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: trending().score(row.spam < float("nan")),
        lambda: row["not a name"],
        lambda: user.liked().named("and"),
        lambda: union(),
        lambda: union(trending().named("a"), fresh().named("a")),
    ],
)
def test_what_cannot_be_written_is_refused(wrong: object) -> None:
    assert callable(wrong)
    with pytest.raises(QueryError):
        wrong()


def test_conditions_have_no_truth_of_their_own() -> None:
    with pytest.raises(TypeError, match="neither true nor false"):
        _ = row.spam < 0.2 and row.policy < 0.2


def test_what_was_built_says_what_it_is_made_of() -> None:
    made: Stream = user.liked()
    assert made.node == ast.Pipe(ast.Name("user"), "liked", ())


SNIPPET = """
from bowerbird.igql.builder import blend, row, trending, user

reveal_type(user.liked().posted_media())
reveal_type(user.liked().let(a=row.account_id).sample(3))
reveal_type(blend(0.5 * trending(), 0.5 * user.engaged_media()))
user.posted_media()
trending().posted_media()
user.liked().mix(photo=1)
blend(trending(), user.liked())
user.engaged(actions=["liked"])
user.liked().account_nn(neighbours=3)
trending().diversify_by(row.account_id, method="robin")
trending().sample("many")
"""


@pytest.fixture(scope="module")
def refused(tmp_path_factory: pytest.TempPathFactory) -> dict[int, str]:
    """What mypy says, by line."""
    file = tmp_path_factory.mktemp("builder") / "page.py"
    file.write_text(SNIPPET)
    arguments = [sys.executable, "-m", "mypy", "--follow-imports=silent", "--no-error-summary"]
    root = Path(__file__).parents[2]
    ran = subprocess.run(
        [*arguments, str(file)], capture_output=True, text=True, check=False, cwd=root
    )
    found: dict[int, str] = {}
    for line in ran.stdout.splitlines():
        _, number, text = line.split(":", 2)
        found[int(number)] = found.get(int(number), "") + text
    return found


def test_mypy_knows_what_every_step_gives(refused: dict[int, str]) -> None:
    lines = SNIPPET.splitlines()
    for line, kind in ((4, "Media"), (5, "Accounts"), (6, "Media")):
        assert f"streams.{kind}" in refused[line], lines[line - 1]


def test_mypy_refuses_a_wrong_hop_a_wrong_argument_and_branches_of_two_kinds(
    refused: dict[int, str],
) -> None:
    lines = SNIPPET.splitlines()
    assert '"Users" has no attribute "posted_media"' in refused[7]
    for line in range(7, len(lines) + 1):
        assert "error" in refused[line], lines[line - 1]
