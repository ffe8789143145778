"""Params searched on simulated people."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from bowerbird.app.closed_loop import live_on_program
from bowerbird.app.tuning import Goal
from bowerbird.app.tuning_loop import FIGURES, tune_in_loop
from bowerbird.core.errors import InputError, NotFound
from bowerbird.simulate import PRESETS, Outcome
from bowerbird.simulate.by_person import BY_PERSON
from bowerbird.simulate.town import found

SHORT = replace(PRESETS["tiny"], name="short", days=2, people=30, media=300, accounts=50)

NEWEST = """param page_size: int = 14 in 1..100
param most: int = 14 in 1..14

fresh(k=500).filter(recommendable and not seen and not own).limit(most)
"""
"""What is newest; where `most` leaves room, the fallback fills it with what is popular."""


def silent(done: int, of: int) -> None:
    """Say nothing."""


@pytest.mark.parametrize(
    ("goal", "lived", "says"),
    [
        (Goal("hits", {}), 1, "no figure `hits`"),
        (Goal("newcomers", {}), 1, "neither better nor worse"),
        (Goal("satisfied", {"value": 0.1}), 1, "no figure `value`"),
        (Goal("satisfied", {}), 2, "2 days and 1 more are to be lived by 'short'"),
        (Goal("satisfied", {}), 0, "0 days and 1 more"),
    ],
)
def test_what_no_society_can_say_is_refused(
    tmp_path: Path, goal: Goal, lived: int, says: str
) -> None:
    with pytest.raises(InputError, match=says):
        tune_in_loop("explore", goal, SHORT, tmp_path, lived=lived)
    assert not list(tmp_path.iterdir())


def test_the_figures_are_those_of_a_person_in_their_order() -> None:
    assert tuple(figure.name for figure in FIGURES) == BY_PERSON


def test_every_preset_can_be_searched_by_its_name(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no param `joy`"):
        tune_in_loop("new_creators", Goal("clicks", {}), SHORT, tmp_path, lived=1, only=["joy"])


def test_a_program_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="no program 'explor'"):
        tune_in_loop("explor", Goal("satisfied", {}), SHORT, tmp_path, lived=1)


@pytest.mark.slow
def test_a_morning_goes_on_as_the_run_whole_would_have(tmp_path: Path) -> None:
    town = found(SHORT, 3)
    newest, popular = NEWEST, NEWEST.replace("= 14 in", "= 1 in")

    def lives(folder: str, days: int, morning: str | None = None) -> Outcome:
        at = tmp_path / morning if morning else None
        return live_on_program(town, newest, tmp_path / folder, silent, days=days, morning=at)

    whole, first = lives("whole", 2), lives("first", 1)
    forked = lives("forked", 2, "first")
    assert first.satisfied == whole.satisfied[:1]
    assert forked == replace(whole, found_h=forked.found_h)
    other = live_on_program(
        town, popular, tmp_path / "other", silent, days=2, morning=tmp_path / "first"
    )
    assert other.satisfied[0] == whole.satisfied[0]
    assert other.satisfied[1] > whole.satisfied[1], "its own pages begin with the second day"


@pytest.mark.slow
def test_what_is_better_is_found_and_holds_in_another_society(tmp_path: Path) -> None:
    file = tmp_path / "newest.igql"
    mostly_popular = NEWEST.replace("= 14 in", "= 1 in")
    file.write_text(mostly_popular)
    kept = tmp_path / "mornings"
    goal = Goal("age_h", {"satisfied": 5.0})  # what is newest is younger than what is popular
    found_ = tune_in_loop(str(file), goal, SHORT, kept, lived=1, days=1, trials=4, seed=3)
    assert found_.trials == (4, 4)
    assert found_.better
    assert int(found_.params["most"]) > 3
    assert f"param most: int = {found_.params['most']} in 1..14" in found_.text
    assert file.read_text() == mostly_popular, "who asks writes it"
    mornings = sorted(folder.name.rsplit("-", 1)[0] for folder in kept.iterdir())
    assert mornings == ["short-3", "short-4"]
    for folder in kept.iterdir():
        assert {path.name for path in folder.iterdir()} == {"morning", "lived"}
    again = tune_in_loop(str(file), goal, SHORT, kept, lived=1, days=1, trials=4, seed=3)
    assert again == found_
