"""Simulated people on real pages."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from bowerbird.app.bowerbird import Bowerbird
from bowerbird.app.closed_loop import OURS, live_with
from bowerbird.core.clock import ClockName
from bowerbird.core.errors import InputError, NotFound
from bowerbird.core.facts import Action, FactKind
from bowerbird.evaluation.replay import exposures
from bowerbird.simulate import PRESETS

SHORT = replace(PRESETS["tiny"], name="short", days=2, people=30, media=300, accounts=50)


def silent(done: int, of: int) -> None:
    """Say nothing."""


def interrupted(done: int, of: int) -> None:
    raise InterruptedError("the machine went down after the first day")


@pytest.mark.slow
def test_what_is_done_on_a_page_comes_back_as_facts_of_that_page(tmp_path: Path) -> None:
    outcome = live_with(OURS, SHORT, tmp_path / "whole", 3, silent)
    assert sum(outcome.pages) > 20
    assert outcome.mean("satisfied") > 0.5
    with Bowerbird(tmp_path / "whole", mode="read") as bowerbird:
        assert bowerbird.versions(), "no night published a Version"
        slates = {e.request_id: e.recipe.slate for e in exposures(bowerbird.journal)}
        shown = clicked = 0
        for batch in bowerbird.journal.read():
            events = batch.kind == FactKind.EVENT
            shown += int((events & (batch.code == Action.IMPRESSION)).sum())
            clicked += int((events & (batch.code == Action.CLICK)).sum())
    assert len(slates) == sum(outcome.pages)
    assert sum(len(slate) > 0 for slate in slates.values()) > 0.9 * len(slates)
    assert shown > clicked > 50
    cut, told = tmp_path / "cut", list[int]()
    with pytest.raises(InterruptedError):
        live_with(OURS, SHORT, cut, 3, interrupted)
    again = live_with(OURS, SHORT, cut, 3, lambda done, of: told.append(done))
    assert told == [1, 2]
    assert again == replace(outcome, found_h=again.found_h), "a run that went on became another"


def test_a_folder_with_a_journal_and_an_unknown_policy_are_refused(tmp_path: Path) -> None:
    Bowerbird.init(tmp_path, clock=ClockName.JOURNAL)
    with Bowerbird(tmp_path) as bowerbird:
        bowerbird.append(
            [{"kind": "media", "media_id": "m", "account_id": "a", "ts": SHORT.starts}]
        )
    with pytest.raises(InputError, match="journal of something else"):
        live_with(OURS, SHORT, tmp_path, 3, silent)
    with pytest.raises(NotFound, match="did you mean `popularity`"):
        live_with("popular", SHORT, tmp_path, 3, silent)


@pytest.mark.slow
def test_people_live_on_the_page_of_ones_own_program_and_its_folder_keeps_to_it(
    tmp_path: Path,
) -> None:
    newest = tmp_path / "newest.igql"
    newest.write_text("fresh(k=500).filter(recommendable and not seen and not own).limit(14)")
    town, folder = replace(SHORT, people=8, days=1), tmp_path / "data"
    found = live_with(str(newest), town, folder, 3, silent)
    assert sum(found.pages) > 3
    again = live_with(str(newest), town, folder, 3, silent)
    assert again == replace(found, found_h=again.found_h), "shown again, not made anew"
    newest.write_text(newest.read_text().replace("500", "400"))
    with pytest.raises(InputError, match="something else"):
        live_with(str(newest), town, folder, 3, silent)
