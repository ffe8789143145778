"""Laying a program out changes how it looks and nothing else."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import bowerbird.page
from bowerbird.igql import ast
from bowerbird.igql.diagnostics import ProgramError, Report
from bowerbird.igql.format import WIDTH, format_source, format_text
from bowerbird.igql.limits import Limits
from bowerbird.igql.parse import parse
from tests.igql.goldens import cases, text_of
from tests.igql.test_properties import programs

PRESETS = sorted((Path(bowerbird.page.__file__).parent / "presets").glob("*.igql"))
PLANS = cases("plans")
LARGE = Limits(size=100_000, depth=1_000, tree=1_000, steps=10_000)


def tree(text: str) -> ast.Source:
    report = Report(text)
    source = parse(text, report, LARGE)
    assert source is not None, report.diagnostics[0].show(text)
    return source


def comments(text: str) -> list[str]:
    return sorted(re.findall(r"#[^\n]*", text))


def unchanged_but_for_looks(text: str) -> str:
    laid = format_text(text)
    assert tree(laid) == tree(text)
    assert format_text(laid) == laid
    assert comments(laid) == comments(text)
    return laid


@pytest.mark.parametrize("path", PRESETS, ids=lambda path: path.stem)
def test_presets_are_laid_out_as_the_formatter_does(path: Path) -> None:
    assert unchanged_but_for_looks(path.read_text()) == path.read_text()


@pytest.mark.parametrize("path", PLANS, ids=lambda path: path.stem)
def test_every_program_with_a_plan_stays_the_same_program(path: Path) -> None:
    unchanged_but_for_looks(text_of(path))


@settings(max_examples=200)
@given(programs(), st.lists(st.tuples(st.integers(0, 400), st.booleans()), max_size=4))
def test_comments_may_stand_anywhere_and_are_kept(
    text: str, places: list[tuple[int, bool]]
) -> None:
    gaps = [match.end() for match in re.finditer(r"[(),]|[.](?![0-9])|and ", text)]
    chosen = {gaps[place % len(gaps)]: own for place, own in places}
    for i, (at, own) in enumerate(sorted(chosen.items(), reverse=True)):
        line = "\n# own " if own else "  # beside "
        text = f"{text[:at]}{line}{i}\n{text[at:]}"
    unchanged_but_for_looks(text)


names = st.sampled_from(["spam", "like", "a", "user", "photo"]).map(ast.Name)
numbers = st.floats(0, 1e20).map(ast.Number) | st.integers(0, 10**6).map(lambda n: ast.Number(n))
durations = st.floats(0, 1e12).map(ast.Duration) | st.integers(0, 90).map(
    lambda n: ast.Duration(n * 86_400_000.0)
)
leaves = names | numbers | durations | st.booleans().map(ast.Truth)


def compound(inside: st.SearchStrategy[ast.Expr]) -> st.SearchStrategy[ast.Expr]:
    several = st.lists(inside, min_size=2, max_size=4).map(tuple)
    args = st.lists(
        st.builds(ast.Arg, st.sampled_from(["", "k", "where"]), inside), max_size=3
    ).map(tuple)
    operators = ["+", "-", "*", "/", "<", "<=", ">", ">=", "==", "!="]
    return st.one_of(
        st.builds(ast.Unary, st.sampled_from(["-", "not"]), inside),
        st.builds(ast.Binary, st.sampled_from(operators), inside, inside),
        st.builds(ast.Logic, st.sampled_from(["and", "or"]), several),
        st.builds(ast.Between, inside, inside, inside),
        st.builds(ast.Member, inside, inside),
        st.builds(ast.Listing, several),
        st.builds(ast.Call, st.sampled_from(["min", "blend"]), args),
        st.builds(ast.Pipe, inside, st.sampled_from(["liked", "filter"]), args),
    )


@settings(max_examples=400)
@given(st.recursive(leaves, compound, max_leaves=25))
def test_any_tree_reads_back_as_itself(value: ast.Expr) -> None:
    source = ast.Source((ast.Binding("x", value),))
    assert tree(format_source(source)) == source


def test_a_program_that_cannot_be_read_is_refused_with_its_mistake() -> None:
    with pytest.raises(ProgramError, match="stops in the middle"):
        format_text("trending().filter(")


def test_two_statements_held_apart_by_brackets_alone_stay_as_they_are() -> None:
    assert format_text("a = 3 (-b)") == "a = 3 (-b)"


def test_what_does_not_fit_on_a_line_has_a_line_for_each_step_argument_and_operand() -> None:
    text = f"""x = user.engaged(actions=[like, save], within=30d)
    .filter({" and ".join(["recommendable"] * 8)}).limit(3)
x.posted_media(where=not seen)"""
    laid = unchanged_but_for_looks(text)
    assert max(len(line) for line in laid.splitlines()) <= WIDTH
    condition = "        recommendable\n" + "        and recommendable\n" * 7
    assert laid == (
        "x = user\n    .engaged(actions=[like, save], within=30d)\n    .filter(\n"
        f"{condition}    )\n    .limit(3)\nx.posted_media(where=not seen)\n"
    )


def test_comments_stay_with_what_they_are_about() -> None:
    text = """

# about the page

# about a
a = user # who
  # what
  .liked(max_num_to_retrieve = 3, # how many
     within=30d) # when
blend(
  0.5 * a.account_nn(), # near
  0.5 * a,

  # 0.5 * gone,
)
.filter(not (spam < 0.2 and seen) # both
)
# the end
"""
    assert (
        unchanged_but_for_looks(text)
        == """# about the page

# about a
a = user  # who
    # what
    .liked(
        max_num_to_retrieve=3,  # how many
        within=30d,
    )  # when
blend(
    0.5 * a.account_nn(),  # near
    0.5 * a,
    # 0.5 * gone,
)
.filter(
    not (spam < 0.2 and seen)  # both
)
# the end
"""
    )
