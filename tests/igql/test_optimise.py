from pathlib import Path

import pytest

from bowerbird.igql.optimise import RULES, Rule
from bowerbird.igql.plan import Node
from bowerbird.igql.program import NO_PARAMS, compile_program
from bowerbird.igql.rules.merge_filters import merge_filters
from tests.igql.goldens import cases, text_of
from tests.igql.tiny import DECLARED

PLANS = cases("plans")


def before(rule: Rule, path: Path) -> Node:
    """The plan of a golden as `rule` finds it."""
    plan = compile_program(text_of(path), DECLARED).ready(NO_PARAMS).bound.stream.node
    for earlier in RULES:
        if earlier is rule:
            break
        plan = earlier(plan)
    return plan


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_every_rule_shows_in_a_golden(rule: Rule) -> None:
    plans = [before(rule, path) for path in PLANS]
    if rule.__name__ == "share":  # equal plans, fewer nodes
        assert any(rule(plan) is not plan for plan in plans)
    else:
        assert any(rule(plan) != plan for plan in plans)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_a_rule_has_nothing_left_to_do_once_it_is_done(rule: Rule) -> None:
    for path in PLANS:
        once = rule(before(rule, path))
        assert rule(once) == once


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_a_rule_says_what_it_makes_of_a_plan(rule: Rule) -> None:
    told = rule.__doc__ or ""
    assert "Before:" in told
    assert "After:" in told
    if rule not in (merge_filters, RULES[0]):
        assert ">>>" in told
