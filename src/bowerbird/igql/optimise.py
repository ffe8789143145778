"""The optimiser: a list of rules, each a plan to a plan with the same rows at less cost."""

from __future__ import annotations

from collections.abc import Callable

from bowerbird.igql.plan import Node
from bowerbird.igql.rules.merge_filters import merge_filters
from bowerbird.igql.rules.share import share

Rule = Callable[[Node], Node]

RULES: tuple[Rule, ...] = (merge_filters, share)
"""Order matters: each rule may rely on the ones before it."""


def optimise(plan: Node, rules: tuple[Rule, ...] = RULES) -> Node:
    """Return a plan that gives the same rows in the same order at less cost."""
    for rule in rules:
        plan = rule(plan)
    return plan
