"""Going back to an earlier Version, and letting the oldest go."""

from pathlib import Path

import pytest

from bowerbird.core.errors import NotFound, VersionError
from bowerbird.version.manifest import Manifest, read_manifest, verify
from bowerbird.version.publish import folder_of, numbers, publish
from bowerbird.version.retain import GOING, original, retire, roll_back


def put(versions: Path, text: str, offset: int) -> Manifest:
    def write(folder: Path) -> None:
        (folder / "models").mkdir()
        (folder / "models" / "net").write_text(text)

    return publish(versions, write, offset=offset, newest=offset, config={}, metrics={}, now=1)


@pytest.fixture
def three(tmp_path: Path) -> Path:
    for number in (1, 2, 3):
        put(tmp_path, f"net {number}", 10 * number)
    return tmp_path


def test_rolling_back_serves_the_one_before_under_the_next_number(three: Path) -> None:
    found = roll_back(three, now=9)
    folder = folder_of(three, 4)
    assert (found.number, found.offset, found.created, original(found)) == (4, 20, 9, 2)
    assert (folder / "models" / "net").read_text() == "net 2"
    verify(folder, read_manifest(folder))
    assert numbers(three) == (1, 2, 3, 4)


def test_rolling_back_twice_goes_back_two(three: Path) -> None:
    roll_back(three, now=9)
    assert original(roll_back(three, now=10)) == 1
    with pytest.raises(NotFound, match="no Version before 1"):
        roll_back(three, now=11)


def test_any_version_can_be_named_also_the_one_that_was_rolled_back(three: Path) -> None:
    roll_back(three, now=9)
    assert original(roll_back(three, now=10, number=3)) == 3
    assert original(roll_back(three, now=11, number=4)) == 2  # a copy of 2 is 2
    with pytest.raises(NotFound, match="no Version 77"):
        roll_back(three, now=12, number=77)


def test_a_damaged_version_is_not_gone_back_to(three: Path) -> None:
    (folder_of(three, 2) / "models" / "net").write_text("another")
    with pytest.raises(VersionError, match="models/net"):
        roll_back(three, now=9)
    assert numbers(three) == (1, 2, 3)


def test_the_oldest_go_and_what_shares_their_files_stays_whole(three: Path) -> None:
    roll_back(three, now=9, number=1)
    assert retire(three, keep=2) == (1, 2)
    assert numbers(three) == (3, 4)
    verify(folder_of(three, 4), read_manifest(folder_of(three, 4)))
    assert retire(three, keep=2) == ()
    assert retire(three, keep=0) == (3,)  # one always stays


def test_what_an_interrupted_retirement_left_goes_with_the_next(three: Path) -> None:
    folder_of(three, 1).rename(three / f"{GOING}1")
    assert retire(three, keep=5) == ()
    assert sorted(path.name for path in three.iterdir()) == ["000002", "000003"]
    assert put(three, "net 4", 40).number == 4


def test_nothing_published_is_nothing_to_go_back_to(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="before the first"):
        roll_back(tmp_path, now=1)
    assert retire(tmp_path, keep=3) == ()
