"""The search of params: what it may try, what it writes, and that guards bind."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from bowerbird.app.evaluating import stage
from bowerbird.app.tuning import (
    Goal,
    Search,
    broken,
    gained,
    runnable,
    search,
    searched,
    suggested,
)
from bowerbird.app.tuning_past import tune
from bowerbird.core.errors import InputError
from bowerbird.evaluation.compare import FIGURES, Difference
from bowerbird.evaluation.metrics import Interval
from bowerbird.igql.bind.params import Value
from bowerbird.igql.program import Program, compile_program
from bowerbird.page.reading import catalog

TEXT = """# Near and far.
param page_size: int = 25 in 1..100
param near: float = 0.0 in 0..1  # how much of it is near
param age: duration = 30d in 1h..30d
param bold: bool = false
param free: float = 2.0

user
.engaged(max_num_to_retrieve=50)
.posted_media(max_media_per_account=20, within=age)
.filter(not seen)
.sample(200, temperature=0)
.rank(ranking_model=final_pass, value=near * like - (1 - near) * like + free * 0)
.limit(page_size)
"""


def program(text: str = TEXT) -> Program:
    return compile_program(text, catalog(("default",), ()))


def difference(name: str, mean: float) -> Difference:
    figure = next(figure for figure in FIGURES if figure.name == name)
    return Difference(figure, 0.0, mean, Interval(mean, mean, mean), 10)


def test_what_has_a_range_is_searched_and_the_page_size_is_not() -> None:
    assert set(searched(program(), [])) == {"near", "age", "bold"}
    assert set(searched(program(), ["age"])) == {"age"}
    with pytest.raises(InputError, match="no param `nearly`"):
        searched(program(), ["nearly"])
    with pytest.raises(InputError, match="no param with a range"):
        searched(program(), ["free"])


def test_what_is_tried_is_within_the_range_and_can_be_written() -> None:
    optuna = pytest.importorskip("optuna")
    study = optuna.create_study(sampler=optuna.samplers.RandomSampler(seed=0))
    space = searched(program(), [])
    for _ in range(50):
        trial = study.ask()
        params = {name: suggested(trial, param) for name, param in space.items()}
        program().ready(params)  # raises where one is not of its type or out of its range
        for name, param in space.items():
            shown = param.shown(float(params[name]))
            written = program(TEXT.replace("0.0 in 0..1", f"{params['near']:g} in 0..1"))
            assert shown
            assert written.params["near"].default == params["near"]
        study.tell(trial, 0.0)


def test_a_guard_is_broken_by_more_than_its_margin_whichever_way_is_worse() -> None:
    goal = Goal("hits", {"diversity": 0.1, "miscalibration": 0.1})
    found = [difference("diversity", -0.3), difference("miscalibration", 0.05)]
    assert broken(found, goal) == pytest.approx({"diversity": 0.2, "miscalibration": -0.05})
    assert gained([difference("miscalibration", -0.5)], "miscalibration") == 0.5


@pytest.mark.parametrize(
    ("goal", "says"),
    [
        (Goal("hitz", {}), "no figure `hitz`"),
        (Goal("hits", {"joy": 0.1}), "no figure `joy`"),
        (Goal("newcomers", {}), "neither better nor worse"),
    ],
)
def test_figures_that_are_none_are_refused(tmp_path: Path, goal: Goal, says: str) -> None:
    with pytest.raises(InputError, match=says):
        tune(tmp_path, "explore", goal)


def test_a_guard_that_nothing_can_keep_leaves_the_program_as_it_is(
    replayed: Path, tmp_path: Path
) -> None:
    file = tmp_path / "near.igql"
    file.write_text(TEXT)
    goal = Goal("value", {"diversity": -2.0})  # it would have to grow by 2, and ends at 1
    found = tune(replayed, str(file), goal, trials=3, only=["near"], requests=8)
    assert (found.params, found.better, found.text) == ({}, False, TEXT)
    assert found.trials == (3, 0)
    with stage(replayed, requests=8, hours=24, version=None, seed=0) as at:
        assert len(at.asked) == 8


WIDE = """param seeds: int = 10 in 1..200
param page_size: int = 5 in 1..9

user.engaged(max_num_to_retrieve=seeds).account_nn(k=200).posted_media(max_media_per_account=10)
.limit(page_size)
"""
"""From some 125 seeds on it may give more rows than a program may."""


class Seeded:
    """A ground where a program gains a hit with every seed, and what was asked of it."""

    def __init__(self) -> None:
        self.asked: list[Mapping[str, Value]] = []

    def differences(self, tried: Sequence[Mapping[str, Value]]) -> list[list[Difference]]:
        self.asked += tried
        return [[difference("hits", float(params["seeds"]) - 10.0)] for params in tried]


def test_choices_that_a_program_cannot_run_with_are_passed_over() -> None:
    pytest.importorskip("optuna")
    base = program(WIDE)
    assert runnable(base, {"seeds": 100})
    assert not runnable(base, {"seeds": 200})
    choosing, checking = Seeded(), Seeded()
    how = Search(base, searched(base, []), Goal("hits", {}), trials=24, at_once=4, seed=1)
    found = search(how, choosing, checking, lambda share: None)
    assert all(runnable(base, params) for params in choosing.asked)
    assert found.trials == (24, len(choosing.asked))
    assert len(choosing.asked) < 24
    assert found.params == {"seeds": max(int(params["seeds"]) for params in choosing.asked)}
    assert found.better
    assert checking.asked == [found.params]
