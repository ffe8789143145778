"""The optimiser: a list of rules, each a plan to a plan with the same rows at less cost."""

from __future__ import annotations

from collections.abc import Callable

from bowerbird.igql.plan import Node
from bowerbird.igql.rules.ask_early import ask_early
from bowerbird.igql.rules.ask_late import ask_late
from bowerbird.igql.rules.drop_labels import drop_labels
from bowerbird.igql.rules.drop_order import drop_order
from bowerbird.igql.rules.list_near import list_near
from bowerbird.igql.rules.merge_filters import merge_filters
from bowerbird.igql.rules.merge_lets import merge_lets
from bowerbird.igql.rules.order_conjuncts import order_conjuncts
from bowerbird.igql.rules.push_limits import push_limits
from bowerbird.igql.rules.share import share
from bowerbird.igql.rules.sink_filters import sink_filters
from bowerbird.igql.rules.stop_early import stop_early
from bowerbird.igql.rules.take_apart import take_apart

Rule = Callable[[Node], Node]

RULES: tuple[Rule, ...] = (
    share,
    merge_filters,
    merge_lets,
    take_apart,
    sink_filters,
    stop_early,
    ask_early,
    push_limits,
    drop_order,
    drop_labels,
    order_conjuncts,
    ask_late,
    list_near,
)
"""Order matters: each rule may rely on the ones before it."""


def optimise(plan: Node, rules: tuple[Rule, ...] = RULES) -> Node:
    """Return a plan that gives the same rows in the same order at less cost."""
    for rule in rules:
        plan = rule(plan)
    return share(plan) if rules else plan
