from __future__ import annotations

from pathlib import Path

import pytest

from bowerbird.core.cache import kept, source_digest


@pytest.fixture
def package(tmp_path: Path) -> Path:
    folder = tmp_path / "package"
    (folder / "room").mkdir(parents=True)
    (folder / "one.py").write_text("ONE = 1\n")
    (folder / "room" / "two.py").write_text("TWO = 2\n")
    return folder


def test_the_digest_is_of_what_the_files_hold(package: Path, tmp_path: Path) -> None:
    notes = tmp_path / "notes"
    before = source_digest(package, notes)
    assert source_digest(package, notes) == before
    (package / "room" / "two.py").write_text("TWO = 3\n")
    assert source_digest(package, notes) != before
    (package / "room" / "two.py").write_text("TWO = 2\n")
    assert source_digest(package, notes) == before


def test_files_that_did_not_change_are_not_read_again(package: Path, tmp_path: Path) -> None:
    notes = tmp_path / "notes"
    source_digest(package, notes)
    (note,) = notes.iterdir()
    note.write_text("0123456789abcdef")
    assert source_digest(package, notes) == "0123456789abcdef"


def test_a_note_cut_short_is_not_believed(package: Path, tmp_path: Path) -> None:
    notes = tmp_path / "notes"
    digest = source_digest(package, notes)
    (note,) = notes.iterdir()
    note.write_text(digest[:5])
    assert source_digest(package, notes) == note.read_text() == digest


def test_a_home_that_cannot_be_written_to_keeps_nothing(
    package: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken = tmp_path / "a file"
    taken.touch()
    assert source_digest(package, taken) == source_digest(package, tmp_path / "notes")
    monkeypatch.setenv("XDG_CACHE_HOME", str(taken))
    assert kept("grammar") == ""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "home"))
    assert Path(kept("grammar")).parent.is_dir()
