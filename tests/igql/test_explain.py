import json

import pytest

from bowerbird.core.errors import ShapeError
from bowerbird.core.signals import Context
from bowerbird.igql.explain import Explained, explain
from bowerbird.igql.optimise import RULES
from bowerbird.igql.program import compile_program
from bowerbird.igql.run import run
from tests.igql.tiny import CATALOG, NOW, society

TEXT = """
seeds = user.engaged()
blend(0.6 * seeds.account_nn().posted_media(), 0.4 * seeds.co_engaged().posted_media())
.filter(not seen and spam < 0.5 and seed_action == like)
.score(popularity)
.limit(5)
"""
PROGRAM = compile_program(TEXT, CATALOG)
WORLD = society(1)
PERSON = Context(1, NOW, 3)


def analysed() -> Explained:
    return explain(PROGRAM, WORLD, PERSON, analyze=True, rules=True)


def test_every_step_is_there_once_with_a_number_and_named_again_where_it_is_read_again() -> None:
    lines = explain(PROGRAM).lines
    numbers = [line.number for line in lines]
    assert sorted(set(numbers)) == list(range(1, max(numbers) + 1))
    (shared,) = {line.op for line in lines if numbers.count(line.number) == 2}
    assert shared.startswith("engaged")
    assert all(number in numbers for line in lines for number in line.inputs)
    assert str(explain(PROGRAM)).count("engaged as above") == 1


def test_estimates_need_no_data_and_the_most_is_what_caps_say() -> None:
    result = explain(PROGRAM).lines[0].estimate
    assert result.most == 5
    nearest = next(line for line in explain(PROGRAM).lines if line.op.startswith("near_media"))
    assert nearest.estimate.most == 30 * 50 * 10
    informed = next(line for line in explain(PROGRAM, WORLD).lines if line.number == nearest.number)
    assert informed.estimate.rows < nearest.estimate.rows


def test_analysed_rows_and_drops_add_up() -> None:
    explained = analysed()
    for line in explained.lines:
        assert line.real is not None
        assert line.real.micros >= 0
        assert line.real.rows <= line.estimate.most
        if line.op.startswith("filter"):
            assert line.real.rows_in - line.real.rows == sum(drop.rows for drop in line.real.drops)
    conditions = {
        drop.condition for line in explained.lines if line.real for drop in line.real.drops
    }
    assert conditions == {"not seen", "(spam < 0.5)", "(seed_action == like)"}
    assert explained.rows == len(run(PROGRAM, WORLD, PERSON).rows)


def test_a_branch_that_was_not_run_is_told_from_one_that_gave_nothing() -> None:
    program = compile_program("first_of(fresh(), trending())", CATALOG)
    lines = explain(program, WORLD, PERSON, analyze=True).lines
    (idle,) = (line for line in lines if "trending" in line.op and line.op.startswith("listed"))
    assert idle.real is None


def test_rules_say_what_they_changed_in_the_order_they_ran() -> None:
    changes = {change.rule: change for change in analysed().changes}
    assert tuple(changes) == tuple(rule.__name__ for rule in RULES)
    assert changes["push_limits"].lines == ("-limit(n=5)", "-best()", "+best(keep=5)")
    assert changes["merge_lets"].lines == ()
    assert changes["take_apart"].says.startswith("Take the sort out")
    assert explain(PROGRAM).changes == ()


def test_the_text_says_it_all_and_the_json_is_plain() -> None:
    explained = analysed()
    text = str(explained)
    assert "dropped by not seen" in text
    assert f"{len({line.number for line in explained.lines})} steps, " in text
    told = json.loads(json.dumps(explained.to_json()))
    assert told["lines"][0]["estimate"]["most"] == 5
    assert told["rows"] == explained.rows
    assert told["changes"][0]["rule"] == RULES[0].__name__


def test_to_analyse_there_has_to_be_something_to_run_on() -> None:
    with pytest.raises(ShapeError, match="signals and a context"):
        explain(PROGRAM, analyze=True)
