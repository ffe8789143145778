import sqlite3
import threading
from pathlib import Path

import pytest

from bowerbird.core.errors import InputError, JournalDamaged, NotFound
from bowerbird.journal.backup import backup, restore
from bowerbird.journal.doctor import diagnose, rebuild_tail
from bowerbird.journal.journal import Journal
from tests.journal.rows import NOW, Row, assert_same, event, whole


def again(count: int) -> list[Row]:
    return [event(n, surface=f"s{n % 2}") for n in range(count)]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Six segments of 10 facts and a tail of 10."""
    root = tmp_path / "data"
    with Journal.open(root) as journal:
        for at in range(0, 70, 10):
            rows = again(at + 10)[at:]
            exposure = {"kind": "exposure", "request_id": f"r{at}", "user_id": "u", "ts": NOW + at}
            journal.append([*rows, {**exposure, "slate": [f"x{at}", f"y{at}"]}], now=NOW)
            if at < 60:
                journal.seal()
    return root


def test_compacting_changes_files_and_no_fact(folder: Path) -> None:
    with Journal.open(folder) as journal:
        before = whole(journal)
        assert journal.compact() == 12
        assert_same(whole(journal), before)
        assert (
            journal.append([event(n, surface=f"s{n % 2}") for n in range(70)], now=NOW).accepted
            == 0
        )
    assert len(list((folder / "journal/segments").iterdir())) == 3
    assert diagnose(folder).findings == ()
    with Journal.open(folder) as journal:
        assert_same(whole(journal), before)
        assert journal.compact() == 0


def test_a_reader_goes_on_while_segments_are_merged_under_it(folder: Path) -> None:
    with Journal.open(folder) as journal, Journal.open(folder, mode="read") as reader:
        before = whole(reader)
        for _ in range(2):  # the files merged away are removed a round later
            journal.compact()
        assert_same(whole(reader), before)


def test_the_doctor_finds_nothing_in_a_healthy_journal(folder: Path) -> None:
    found = diagnose(folder)
    assert (found.findings, found.facts, found.segments) == ((), 77, 6)


@pytest.mark.parametrize("name", ["000000000000.parquet", "*022-*.hashes.npy", "*033-*.bloom.npy"])
def test_the_doctor_names_what_is_damaged_and_the_way_out(folder: Path, name: str) -> None:
    (path,) = (folder / "journal/segments").glob(name)
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 4
    path.write_bytes(content)
    found = diagnose(folder)
    assert len(found.findings) == 1
    assert path.stem.split(".")[0] in found.findings[0].file.name
    assert "sha256" in found.findings[0].wrong
    assert "restore" in found.findings[0].help


def test_a_lost_tail_is_made_again_with_every_id(folder: Path) -> None:
    with Journal.open(folder) as journal:
        before = whole(journal)
        sealed = before.slice(0, 66)
        media = journal.ids.media.since(0)
    tail = folder / "journal/tail.sqlite"
    tail.unlink()
    with pytest.raises(JournalDamaged, match="is missing") as raised:
        Journal.open(folder)
    assert "--rebuild-tail" in raised.value.help
    assert [f.wrong for f in diagnose(folder).findings] == ["is missing"]
    assert rebuild_tail(folder) == (66, None)
    with Journal.open(folder) as journal:
        assert_same(whole(journal), sealed)
        known = journal.ids.media.since(0)
        assert media[: len(known)] == known
        assert (
            journal.append([event(n, surface=f"s{n % 2}") for n in range(70)], now=NOW).accepted
            == 10
        )
        assert journal.newest == NOW + 69
    assert diagnose(folder).findings == ()


def test_a_spoiled_tail_is_kept_beside_the_new_one(folder: Path) -> None:
    tail = folder / "journal/tail.sqlite"
    tail.write_bytes(b"spoiled" * 1000)
    assert diagnose(folder).findings[0].file == tail
    _, kept = rebuild_tail(folder)
    assert kept is not None
    assert kept.read_bytes() == b"spoiled" * 1000
    assert diagnose(folder).findings == ()


def test_facts_that_are_missing_from_the_tail_are_noticed(folder: Path) -> None:
    tail = sqlite3.connect(folder / "journal/tail.sqlite")
    tail.execute("DELETE FROM batches")
    tail.commit()
    tail.close()
    assert "77 facts were acknowledged" in diagnose(folder).findings[0].wrong


def test_a_backup_made_while_facts_come_in_has_all_acknowledged_before_it(folder: Path) -> None:
    target, other = folder.parent / "copy", folder.parent / "other"
    (folder / "bowerbird.toml").write_text('clock = "wall"\n')
    with Journal.open(folder, seal_facts=40) as journal:
        stop = threading.Event()

        def write() -> None:
            n = 1000
            while not stop.is_set():
                journal.append([event(n)], now=NOW)
                n += 1

        writer = threading.Thread(target=write)
        writer.start()
        try:
            acknowledged = journal.end
            made = backup(folder, target)
        finally:
            stop.set()
            writer.join()
        everything = whole(journal)
    assert made.facts >= acknowledged
    assert restore(target, other).facts == made.facts
    assert (other / "bowerbird.toml").exists()
    assert diagnose(other).findings == ()
    with Journal.open(other) as copy:
        assert_same(whole(copy), everything.slice(0, made.facts))


def test_a_backup_is_whole_or_not_there(folder: Path) -> None:
    target = folder.parent / "copy"
    backup(folder, target)
    with pytest.raises(InputError, match="is there already"):
        backup(folder, target)
    with pytest.raises(InputError, match="there is a journal"):
        restore(target, folder)
    with pytest.raises(NotFound, match="no backup"):
        restore(folder.parent / "nothing", folder.parent / "new")
    (path,) = (folder / "journal/segments").glob("000000000000.parquet")
    path.write_bytes(path.read_bytes()[:-1] + b"x")
    with pytest.raises(JournalDamaged, match=path.name):
        backup(folder, folder.parent / "second")
    assert not (folder.parent / "second").exists()
    copied = target / "journal/segments" / path.name
    copied.write_bytes(path.read_bytes())
    with pytest.raises(JournalDamaged, match=path.name):
        restore(target, folder.parent / "new")
    assert not (folder.parent / "new").exists()
