"""Params, limits, and what a program says of itself."""

from __future__ import annotations

import pytest

from bowerbird.core.candidates import Kind
from bowerbird.core.errors import QueryError
from bowerbird.core.signals import Catalog, Context
from bowerbird.igql.check import check
from bowerbird.igql.diagnostics import Code, ProgramError
from bowerbird.igql.limits import Limits
from bowerbird.igql.program import KEPT, compile_program
from bowerbird.igql.run import run
from bowerbird.igql.warm import warm
from tests.igql.tiny import CATALOG, NOW, society

TEXT = """
param n: int = 3 in 1..200
param least: float = 0 in 0..1
param recent: duration = 30d
param safe: bool = true
trending(within=recent).filter(popularity >= least and (not safe or spam < 2)).limit(n)
"""


def limited(**params: float | str | bool) -> int:
    program = compile_program(TEXT, CATALOG)
    return len(run(program, society(1), Context(1, NOW), params).rows)


def test_a_param_has_its_default_until_somebody_sets_it() -> None:
    assert limited() == 3
    assert limited(n=7) == 7


def test_text_from_a_web_address_is_read_like_the_program() -> None:
    assert limited(n="5") == 5
    assert limited(recent="1ms") == 0
    assert limited(recent=1) == 0
    assert limited(safe="false", n="4") == 4


@pytest.mark.parametrize(
    ("params", "code", "said"),
    [
        ({"m": 3}, Code.UNKNOWN_PARAM, "no param `m`"),
        ({"n": 0}, Code.OUT_OF_RANGE, "param `n` is within 1..200, found 0"),
        ({"n": 2.5}, Code.WRONG_TYPE, "param `n` is a whole number, found 2.5"),
        ({"n": True}, Code.WRONG_TYPE, "found True"),
        ({"n": "many"}, Code.WRONG_TYPE, "found 'many'"),
        ({"n": float("nan")}, Code.WRONG_TYPE, "found nan"),
        ({"least": "inf"}, Code.WRONG_TYPE, "found 'inf'"),
        ({"recent": "soon"}, Code.WRONG_TYPE, "a duration such as 30d, found 'soon'"),
        ({"recent": -5}, Code.OUT_OF_RANGE, "`within` of `trending` is not negative"),
        ({"safe": 1}, Code.WRONG_TYPE, "true or false, found 1"),
    ],
)
def test_a_param_that_does_not_fit_is_refused(
    params: dict[str, float | str | bool], code: Code, said: str
) -> None:
    with pytest.raises(ProgramError) as caught:
        limited(**params)
    assert [found.code for found in caught.value.diagnostics] == [code]
    assert said in str(caught.value)


def test_a_param_can_make_a_program_too_large_and_the_step_is_named() -> None:
    text = """
    param seeds: int = 10 in 1..200
    user.liked(max_num_to_retrieve=seeds).account_nn(k=200).posted_media()
    """
    program = compile_program(text, CATALOG)
    with pytest.raises(ProgramError, match="`posted_media` can give 400,000 rows") as caught:
        program.ready({"seeds": 200})
    assert "^^^^^^^^^^^^" in str(caught.value)


def test_plans_of_a_few_choices_of_params_are_kept() -> None:
    program = compile_program(TEXT, CATALOG)
    assert program.ready({"n": 4}) is program.ready({"n": "4"})
    for n in range(1, 2 * KEPT):
        program.ready({"n": n})
    assert len(program._ready) <= KEPT


def test_a_program_says_what_it_is() -> None:
    program = compile_program(TEXT, CATALOG)
    assert program.kind is Kind.MEDIA
    assert len(program.sha256) == 64
    assert list(program.params) == ["n", "least", "recent", "safe"]
    assert (program.params["n"].default, program.params["n"].range) == (3, "1..200")
    assert program.params["recent"].default == 30 * 86_400_000
    assert compile_program("user.liked()", CATALOG).kind is Kind.ACCOUNTS


def test_a_program_over_the_size_is_not_even_read() -> None:
    text = "#" * 9_000
    (found,) = check(text, CATALOG)
    assert found.code is Code.TOO_LONG
    assert "9,000 bytes" in found.message


def test_limits_can_be_set() -> None:
    found = check("trending().limit(3).limit(2)", CATALOG, Limits(steps=1))
    assert [known.code for known in found] == [Code.TOO_MANY_STEPS]
    found = check("trending(k=100)", CATALOG, Limits(rows=99))
    assert [known.code for known in found] == [Code.TOO_MANY_ROWS]


def test_an_app_that_declares_nothing_can_still_run_what_needs_nothing() -> None:
    program = compile_program("trending().limit(3).explore()", Catalog({}))
    assert len(run(program, society(1), Context(1, NOW)).rows) == 3


def test_a_refused_program_is_a_query_error_to_those_who_know_no_igql() -> None:
    with pytest.raises(QueryError):
        compile_program("user.", CATALOG)


def test_every_step_is_in_the_trace_with_its_rows_and_time() -> None:
    result = run(compile_program("trending(k=5).sample(2)", CATALOG), society(1), Context(1, NOW))
    assert [(step.rows_in, step.rows_out) for step in result.steps] == [(0, 5), (5, 2), (2, 2)]
    assert all(step.micros >= 0 for step in result.steps)


def test_kernels_can_be_warmed() -> None:
    warm()


LARGEST = {
    "nested": "a0 = trending(k=3)\n"
    + "\n".join(f"a{i} = union(a{i - 1})" for i in range(1, 63))
    + "\na62",
    "long": "user.engaged()" + ".account_nn(k=1)" * 62,
    "doubled": "a = union(trending(k=1), fresh(k=1))\n"
    + "\n".join(f"{y} = union({x}, {x})" for x, y in zip("abcdef", "bcdefg", strict=True))
    + "\ng",
}


@pytest.mark.parametrize("text", LARGEST.values(), ids=LARGEST)
def test_the_largest_programs_that_are_let_in_also_run(text: str) -> None:
    result = run(compile_program(text, CATALOG), society(1), Context(1, NOW))
    assert len(result.rows) > 0


@pytest.mark.parametrize(
    "text",
    [
        f"trending().filter({'not ' * 1900}seen)",
        f"trending().score({'-' * 4000}1)",
        f"trending().score({'1+' * 4000}1)",
        f"user{'.liked()' * 900}",
        f"trending(k={'9' * 5000})",
        "[" * 32 + "]" * 32,
    ],
    ids=["nots", "minuses", "sums", "steps", "digits", "brackets"],
)
def test_a_text_made_to_hurt_is_refused_without_harm(text: str) -> None:
    assert check(text, CATALOG)[0].severity == "error"
