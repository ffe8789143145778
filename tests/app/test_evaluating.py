"""Two programs over the same requests: equal ones do not differ, worse ones show it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from bowerbird.app.bowerbird import Bowerbird
from bowerbird.app.evaluating import Compared, evaluate, stage
from bowerbird.core.errors import NotFound
from bowerbird.evaluation.asked import asked_after, one_a_person
from bowerbird.evaluation.compare import Arm, Difference, judge
from bowerbird.journal.journal import Journal
from bowerbird.version.manifest import read_manifest
from bowerbird.version.publish import folder_of

ONE_ACCOUNT = """
user.engaged(max_num_to_retrieve=50)
.posted_media(max_media_per_account=50)
.filter(not seen)
.diversify_by(account_id, method=max_per, at_most=25)
"""


def by_name(found: Compared) -> dict[str, Difference]:
    return {one.figure.name: one for one in found.differences}


def test_a_program_does_not_differ_from_itself(replayed: Path) -> None:
    found = evaluate(replayed, "explore", "explore", requests=12)
    assert found.requests == 12
    for name, one in by_name(found).items():
        if name != "time" and one.difference is not None:
            assert (one.difference.low, one.difference.high) == (0.0, 0.0), name


def test_what_differs_shows_figure_by_figure(replayed: Path, tmp_path: Path) -> None:
    (tmp_path / "near.igql").write_text(ONE_ACCOUNT)
    found = by_name(evaluate(replayed, "explore", str(tmp_path / "near.igql"), requests=25))
    diversity, value = found["diversity"].difference, found["value"].difference
    assert diversity is not None
    assert value is not None
    assert diversity.high < 0
    assert found["diversity"].second < found["diversity"].first
    assert value.mean == pytest.approx(found["value"].second - found["value"].first)
    assert 0 < found["interest_recall"].first <= 1
    assert found["time"].first > 0


def test_a_replayed_page_does_not_depend_on_the_program_beside_it(replayed: Path) -> None:
    with stage(replayed, requests=6, hours=24, version=None, seed=1) as at:
        one, other = Arm(at.program("explore"), {}), Arm(at.program("new_creators"), {})
        alone = judge(at.replayer(), at.learned.number, at.asked, [one], at.fallback)
        beside = judge(at.replayer(), at.learned.number, at.asked, [other, one], at.fallback)
    assert np.array_equal(alone[0, :, :-1], beside[1, :, :-1], equal_nan=True)


def test_requests_come_after_what_the_version_knows_each_of_another_person(
    replayed: Path,
) -> None:
    learned = read_manifest(folder_of(replayed / "versions", 1))
    with Journal.open(replayed, mode="read") as journal:
        asked = asked_after(journal, learned, 30, horizon=3_600_000)
        again = asked_after(journal, learned, 30, horizon=3_600_000)
    assert [one.offset for one in asked] == [one.offset for one in again]
    assert len({one.user for one in asked}) == len(asked) == 30
    for one in asked:
        assert one.offset >= learned.offset
        assert one.now > learned.newest
        assert ((one.later.ts >= one.now) & (one.later.ts <= one.now + 3_600_000)).all()
        assert (one.later.user == one.user).all()


def test_a_version_that_knows_everything_leaves_nothing_to_replay(data: Path) -> None:
    with pytest.raises(NotFound, match="no request after offset"):
        evaluate(data, "explore", "explore")


def test_nothing_published_is_nothing_to_replay(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="no journal"):
        evaluate(tmp_path, "explore", "explore")
    with Bowerbird(tmp_path) as bb:
        bb.append([{"user_id": "ana", "action": "like", "media_id": "m", "ts": 1}])
    with pytest.raises(NotFound, match="nothing was published"):
        evaluate(tmp_path, "explore", "explore")


def test_one_request_a_person_is_drawn() -> None:
    user = np.array([3, 1, 3, 3, 2], np.int32)
    found = one_a_person(user, np.arange(5), seed=0)
    assert sorted(user[found].tolist()) == [1, 2, 3]
    draws = {tuple(one_a_person(user, np.arange(5), seed=k).tolist()) for k in range(30)}
    assert {request for draw in draws for request in draw} == set(range(5))
