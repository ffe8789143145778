from collections.abc import Iterator
from itertools import count

import pytest

from bowerbird.core.candidates import Kind
from bowerbird.core.signals import Context
from bowerbird.igql.diagnostics import ProgramError
from bowerbird.igql.limits import Limits
from bowerbird.igql.program import LIMITS, NO_PARAMS, compile_program
from bowerbird.igql.run import RUNNERS, Result, finish, run
from bowerbird.igql.running import HURRY, Run
from tests.igql.tiny import CATALOG, NOW, society

HEAVY = (
    "user.engaged(max_num_to_retrieve=100).account_nn(k=50).posted_media(max_media_per_account=40)"
)
WORLD = society(3, users=6, accounts=200, per_account=12)
PERSON = Context(1, NOW, 5)


def refused(text: str, limits: Limits) -> tuple[str, str]:
    with pytest.raises(ProgramError) as raised:
        compile_program(text, CATALOG, limits)
    (found,) = raised.value.diagnostics
    return found.code, text[found.start : found.end]


@pytest.mark.parametrize(
    ("limits", "expected"),
    [
        (Limits(size=100), ("too-long", "")),
        (Limits(depth=1), ("too-deep", "(")),
        (Limits(steps=5), ("too-many-steps", "limit")),
        (Limits(rows=100_000), ("too-many-rows", "posted_media")),
        (Limits(work=100), ("too-much-work", "rank")),
    ],
    ids=["size", "depth", "steps", "rows", "work"],
)
def test_a_program_over_a_limit_is_refused_with_the_step_to_blame(
    limits: Limits, expected: tuple[str, str]
) -> None:
    code, blamed = refused(f"{HEAVY}.filter(abs(spam) < 1).rank().limit(5)", limits)
    assert code == expected[0]
    assert blamed == expected[1] or not expected[1]


def test_many_heavy_steps_are_too_much_together() -> None:
    ranks = "".join(f".rank().filter(score > {i})" for i in range(8))
    assert refused(HEAVY + ranks, LIMITS) == ("too-much-work", "rank")
    compile_program(f"{HEAVY}.rank()", CATALOG)


def test_a_param_can_bring_too_much_work_about() -> None:
    text = f"param n: int = 10 in 1..10000\n{HEAVY}.limit(n).rank()"
    program = compile_program(text, CATALOG, Limits(work=20))
    with pytest.raises(ProgramError, match="too-much-work"):
        program.ready({"n": 10_000})


def late(text: str, ticks: Iterator[int], deadline: int) -> tuple[Result, Result]:
    """Return a run on a clock that counts its readings, and one without a deadline."""
    program = compile_program(text, CATALOG)
    ready = program.ready(NO_PARAMS)
    running = Run(WORLD, PERSON, ready.bound.sources, RUNNERS, deadline, lambda: next(ticks))
    return finish(ready.plan, ready.bound, running), run(program, WORLD, PERSON)


PAGE = """
seeds = user.engaged()
blend(0.5 * seeds.account_nn().posted_media(), 0.3 * fresh(k=900), 0.2 * trending())
.filter(not seen and spam < 0.5).limit(1000)
"""


@pytest.mark.parametrize("deadline", range(0, 40, 3))
def test_after_the_deadline_a_run_gives_what_is_ready_and_says_so(deadline: int) -> None:
    hurried, whole = late(PAGE, count(), deadline)

    assert not whole.partial
    assert hurried.partial == (len(hurried.rows) < len(whole.rows))
    if hurried.partial:
        assert 0 < len(hurried.rows) <= HURRY * 3
    assert set(hurried.rows.rows.tolist()) <= set(whole.rows.rows.tolist())


def test_out_of_time_no_condition_is_left_out() -> None:
    hurried, _ = late(PAGE, count(), 0)
    rows = hurried.rows.rows
    known = WORLD.columns[Kind.MEDIA]
    assert hurried.partial
    assert not known["seen"][rows].any()
    assert (known["spam"][rows] < 0.5).all()


def test_a_deadline_can_be_a_limit_of_the_program_or_of_one_run() -> None:
    program = compile_program("fresh(k=2000)", CATALOG, Limits(deadline_micros=0))
    assert run(program, WORLD, PERSON).partial
    assert not run(program, WORLD, PERSON, deadline_micros=60_000_000).partial
    assert len(run(program, WORLD, PERSON).rows) == HURRY
