"""How a page came about, told row by row when somebody asks."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest

from bowerbird.app.bowerbird import Bowerbird
from bowerbird.core.errors import NotFound
from bowerbird.core.page import Page


def busiest(bb: Bowerbird) -> str:
    return bb.people(limit=1)[0].user_id


def kept(stage: dict) -> list[str]:  # type: ignore[type-arg]  # JSON
    return [row["media_id"] for row in stage["kept"]]


def checked(bb: Bowerbird, page: Page) -> None:
    """Every row of each step goes on or is dropped with a reason, down to the slate."""
    stages = bb.trace(page.request_id, passes=True)["passes"]
    names = [stage["step"].split("(")[0] for stage in stages]
    assert names == ["sample", "rank", "rank", "rank", "diversify_by", "explore"]
    for before, stage in pairwise(stages):
        dropped = [row["media_id"] for row in stage["dropped"]]
        assert set(kept(before)) - set(kept(stage)) == set(dropped)
        assert all(row["reason"] for row in stage["dropped"])
    assert kept(stages[-1]) == list(page.recipe.slate)
    first, second, final = stages[1:4]
    assert (len(first["kept"]), len(second["kept"])) == (150, 50)
    for rank in (first, second, final):
        least = min(row["score"] for row in rank["kept"])
        assert all(row["score"] <= least for row in rank["dropped"])
        assert all(0 < row["signals"]["like"] < 1 for row in rank["kept"])


def test_each_pass_says_what_it_kept_and_why_it_dropped_the_rest(data: Path) -> None:
    with Bowerbird(data) as bb:
        seen = bb.explore(busiest(bb))
        bb.expose(seen)
        page = bb.explore(busiest(bb))
        checked(bb, page)
        (refused, *_) = bb.trace(page.request_id, passes=True)["passes"]
    assert {row["reason"] for row in refused["dropped"]} <= {
        "not not seen",
        "not recommendable",
        "not not expired",
        "not not muted",
        "not not own",
        "not (spam < 0.2)",
        "not (policy < 0.2)",
        "not drawn: 500 were, by score",
    }
    seen_before = {row["media_id"] for row in refused["dropped"] if row["reason"] == "not not seen"}
    assert set(seen.recipe.slate) & seen_before


def test_a_page_of_an_earlier_process_is_traced_from_the_journal(data: Path) -> None:
    with Bowerbird(data) as bb:
        page = bb.explore(busiest(bb))
        bb.expose(page)
        bb.append([{"kind": "event", "user_id": page.user_id, "action": "like", "ts": bb.now(),
                    "media_id": page.items[0].media_id}])  # fmt: skip
        told = bb.trace(page.request_id)
    with Bowerbird(data) as bb:
        again = bb.trace(page.request_id)
        assert [[s["rows_out"] for s in run] for run in again["runs"]] == [
            [s["rows_out"] for s in run] for run in told["runs"]
        ]
        assert {**again, "runs": []} == {**told, "runs": []}
        checked(bb, page)
        with pytest.raises(NotFound):
            bb.trace("never")
