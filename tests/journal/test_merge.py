import random
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bowerbird.core.errors import JournalError
from bowerbird.core.texts import Texts
from bowerbird.journal import merge
from bowerbird.journal.draft import FIELDS, Draft, concat_drafts
from bowerbird.journal.merge import in_order
from bowerbird.journal.validate import check
from tests.journal.rows import NOW, Row, facts
from tests.journal.test_plain import assert_same_drafts


def drafts_of(rows: list[Row], cuts: list[int]) -> list[Draft]:
    """Return rows as drafts cut at `cuts`, every other one with its ids as texts."""
    bounds = [0, *sorted(cut % (len(rows) + 1) for cut in cuts), len(rows)]
    found = []
    for number, (first, last) in enumerate(pairwise(bounds)):
        draft = check(rows[first:last], now=NOW, untimed=0).draft
        found.append(as_texts(draft) if number % 2 else draft)
    return found


def as_texts(draft: Draft) -> Draft:
    columns: dict[str, Any] = {name: getattr(draft, name) for name in FIELDS}
    for name in ("user", "account", "media", "name", "surface"):
        columns[name] = Texts.of(columns[name].tolist())
    return Draft(**columns)


@given(st.lists(facts, min_size=1, max_size=40), st.lists(st.integers(0), max_size=6), st.data())
@settings(max_examples=100)
def test_what_is_merged_on_disk_is_what_is_sorted_in_memory(
    tmp_path_factory: Any, rows: list[Row], cuts: list[int], data: st.DataObject
) -> None:
    folder = tmp_path_factory.getbasetemp() / "aside"
    drafts = drafts_of(rows, cuts)
    run, size = data.draw(st.integers(1, 20)), data.draw(st.integers(1, 9))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(merge, "PIECE", data.draw(st.integers(1, 7)))
        spilled = concat_drafts(list(in_order(drafts, NOW, size, folder, run)))
    assert not folder.exists()
    assert_same_drafts(spilled, concat_drafts(list(in_order(drafts, NOW, size, folder))))
    assert len(spilled) == sum(map(len, drafts))
    assert (np.diff(spilled.ts) >= 0).all()


def test_a_disk_that_takes_no_run_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    draft = check([{"kind": "event"} | some_event(n) for n in range(5)], now=NOW, untimed=0).draft
    with pytest.raises(JournalError, match="cannot put facts aside"):
        list(in_order([draft], NOW, 2, tmp_path / "file" / "aside", run=2))


def some_event(n: int) -> Row:
    rng = random.Random(n)
    return {"user_id": "u", "media_id": f"m{n}", "action": "like", "ts": NOW - rng.randrange(99)}
