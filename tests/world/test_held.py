from __future__ import annotations

import pytest

from bowerbird.app.warming import made_up
from bowerbird.world import held, world
from bowerbird.world.tables import Tables


def test_tables_replaced_while_a_page_takes_hold_of_them_are_not_held_on_to(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    made = world.World()

    def slowly(tables: Tables) -> held.Held:
        monkeypatch.undo()
        made.prepare(made_up())  # what the thread that folds does beside pages
        return held.hold(tables)

    monkeypatch.setattr(world, "hold", slowly)
    stale = made.held
    now = made.held
    assert now is not stale
    assert made.held is now
