import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from bowerbird.journal.doctor import diagnose
from bowerbird.journal.journal import Journal
from bowerbird.journal.manifest import FORMAT, load_manifest
from tests.journal.rows import NOW, assert_same, event, whole

OLD = Path(__file__).parent / "format_1"
"""A journal the first version wrote: two segments, and a tail of four facts."""

SECOND = Path(__file__).parent / "format_2"
"""Another of format 2: two segments of 12 and 8 facts, and a tail of five."""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    shutil.copytree(OLD, tmp_path, dirs_exist_ok=True)
    return tmp_path


def test_a_journal_of_the_first_format_is_brought_to_this_one_without_a_change_of_facts(
    folder: Path,
) -> None:
    with Journal.open(folder, mode="read") as journal:
        before, ids = whole(journal), journal.ids.media.since(0)
    assert load_manifest(folder / "journal/manifest.json").format == 1
    assert diagnose(folder).findings == ()
    with Journal.open(folder) as journal:
        after = whole(journal)
        assert after.ts.tolist() == before.ts.tolist()
        assert after.details.tobytes() == before.details.tobytes()
        assert journal.ids.media.since(0) == ids
        assert ids[:2] == ["m0", "m1"]
        assert (journal.end, after.stop) == (25, 25)
        again = [event(n, event_id=f"e{n}") for n in range(12)]
        assert journal.append([*again, event(21), event(31, surface="tab")], now=NOW).accepted == 0
        assert journal.append([event(77)], now=NOW).accepted == 1
    assert load_manifest(folder / "journal/manifest.json").format == FORMAT
    found = diagnose(folder)
    assert (found.findings, found.notes, found.facts) == ((), (), 26)
    assert not list((folder / "journal/segments").glob("*.filter.npy"))


def test_a_migration_that_stops_halfway_is_done_again(folder: Path) -> None:
    stray = folder / "journal/segments/000000000000-000000000015.bloom.npy"
    stray.write_bytes(b"half")
    (folder / "journal/manifest.json.tmp").write_bytes(b"{")
    with Journal.open(folder) as journal:
        assert journal.append([event(22)], now=NOW).duplicates == 1
        assert len(whole(journal)) == 25
    assert diagnose(folder).findings == ()


def test_ids_of_the_second_format_are_read_and_brought_to_this_one(tmp_path: Path) -> None:
    shutil.copytree(SECOND, tmp_path, dirs_exist_ok=True)
    with Journal.open(tmp_path, mode="read") as journal:
        before, media = whole(journal), journal.ids.media.since(0)
    assert media[-1] == "é24"
    assert diagnose(tmp_path).notes == ("format 2: becomes 3 when it is opened for writing",)
    with Journal.open(tmp_path) as journal:
        assert journal.ids.media.since(0) == media
        assert_same(whole(journal), before)
        again = [event(n, event_id=f"e{n}") for n in range(12)]
        assert journal.append(again, now=NOW).duplicates == 12
        assert journal.append([event(99)], now=NOW).accepted == 1
    with Journal.open(tmp_path) as journal:
        assert journal.ids.media.since(0) == [*media, "m99"]
    assert load_manifest(tmp_path / "journal/manifest.json").format == FORMAT
    assert (diagnose(tmp_path).findings, diagnose(tmp_path).notes) == ((), ())


def test_ids_given_one_by_one_are_gathered_when_facts_are_sealed(tmp_path: Path) -> None:
    def blobs() -> int:
        with closing(sqlite3.connect(tmp_path / "journal/tail.sqlite")) as tail:
            return int(tail.execute("SELECT count(*) FROM names WHERE space = 2").fetchone()[0])

    with Journal.open(tmp_path) as journal:
        for n in range(40):
            journal.append([event(n)], now=NOW)
        assert blobs() == 40
        journal.seal()
        assert blobs() == 1
        journal.append([event(40)], now=NOW)
    with Journal.open(tmp_path) as journal:
        assert journal.ids.media.since(0) == [f"m{n}" for n in range(41)]
