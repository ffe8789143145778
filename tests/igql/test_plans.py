from pathlib import Path

import pytest

from bowerbird.igql.optimise import RULES, Rule, optimise
from bowerbird.igql.plan import tree
from bowerbird.igql.program import compile_program
from tests.igql.goldens import cases, compare, text_of
from tests.igql.tiny import DECLARED

CASES = cases("plans")


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_a_program_has_this_plan(path: Path) -> None:
    text = text_of(path)
    compare(path, text, tree(compile_program(text, DECLARED).plan))


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_optimising_twice_is_optimising_once(path: Path) -> None:
    plan = compile_program(text_of(path), DECLARED).plan
    assert optimise(plan) == plan


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_a_rule_leaves_a_plan_it_has_nothing_to_say_about_alone(rule: Rule) -> None:
    plan = compile_program("trending().limit(3)", DECLARED).plan
    assert rule(plan) == plan


def test_the_same_program_gives_equal_plans_and_layout_does_not_matter() -> None:
    one = compile_program("user.liked().posted_media(within=48h)", DECLARED)
    two = compile_program("user # me\n.liked()\n  .posted_media( within = 2d )", DECLARED)
    assert one.source == two.source
    assert one.plan == two.plan
    assert one.sha256 != two.sha256
