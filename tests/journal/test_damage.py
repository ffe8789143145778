from collections.abc import Callable
from pathlib import Path
from typing import Literal

import pytest

from bowerbird.core.errors import JournalDamaged, JournalError
from bowerbird.journal.journal import Journal
from tests.journal.rows import NOW, event, whole

FIRST = "000000000000"
RUN = ("-000000000020.hashes.npy", "-000000000020.bloom.npy")
MODES: tuple[Literal["read", "write"], ...] = ("read", "write")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two segments of 20 facts and a tail of 20."""
    with Journal.open(tmp_path) as journal:
        for at in range(0, 60, 20):
            journal.append([event(n) for n in range(at, at + 20)], now=NOW)
            if at < 40:
                journal.seal()
    return tmp_path


def flip(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def halve(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


@pytest.mark.parametrize(
    "suffix", [".parquet", "-000000000020.hashes.npy", "-000000000020.bloom.npy"]
)
@pytest.mark.parametrize("spoil", [halve, Path.unlink], ids=["halve", "unlink"])
def test_a_segment_that_is_not_whole_is_named_when_opening(
    folder: Path, spoil: Callable[[Path], None], suffix: str
) -> None:
    spoil(folder / f"journal/segments/{FIRST}{suffix}")
    with pytest.raises(JournalDamaged, match=f"{FIRST}{suffix}"):
        Journal.open(folder)
    with pytest.raises(JournalDamaged, match=f"{FIRST}{suffix}"):
        Journal.open(folder, mode="read")


def test_a_segment_with_a_changed_byte_is_named_when_read(folder: Path) -> None:
    flip(folder / f"journal/segments/{FIRST}.parquet")
    with Journal.open(folder) as journal:
        assert len(list(journal.read(20))) > 0
        with pytest.raises(JournalDamaged, match=f"{FIRST}.parquet has sha256"):
            whole(journal)


@pytest.mark.parametrize("suffix", RUN)
def test_changed_hashes_are_not_trusted(folder: Path, suffix: str) -> None:
    flip(folder / f"journal/segments/{FIRST}{suffix}")
    with Journal.open(folder) as journal:
        with pytest.raises(JournalDamaged, match=suffix):
            journal.append([event(0)], now=NOW)
        assert journal.end == 60


def test_a_tail_that_is_gone_or_spoiled_is_no_empty_tail(folder: Path) -> None:
    (folder / "journal/tail.sqlite").unlink()
    for mode in MODES:
        with pytest.raises(JournalDamaged, match=r"tail\.sqlite is missing"):
            Journal.open(folder, mode=mode)
    with Journal.open(folder / "other") as other:
        other.append([event(0)], now=NOW)
    (folder / "other/journal/tail.sqlite").rename(folder / "journal/tail.sqlite")
    with pytest.raises(
        JournalDamaged, match=r"tail\.sqlite-wal has lost its end: there are 40 facts"
    ):
        Journal.open(folder)
    (folder / "journal/lock").unlink()  # without which nobody knows how many there were
    with pytest.raises(JournalDamaged, match=r"tail\.sqlite ends at 1, expected 0 or 40"):
        Journal.open(folder)
    (folder / "journal/tail.sqlite").write_bytes(b"not a database, rather a letter" * 100)
    with pytest.raises(JournalDamaged, match=r"tail\.sqlite"):
        Journal.open(folder)
    with pytest.raises(JournalDamaged, match=r"tail\.sqlite"):
        Journal.open(folder, mode="read")


@pytest.mark.parametrize("column", ["first", "body"])
def test_a_batch_of_the_tail_is_checked(folder: Path, column: str) -> None:
    import sqlite3

    tail = sqlite3.connect(folder / "journal/tail.sqlite")
    (first, body) = tail.execute("SELECT first, body FROM batches").fetchone()
    changed = {"first": first + 1, "body": body[:-1] + bytes([body[-1] ^ 1])}
    tail.execute(f"UPDATE batches SET {column} = ?", (changed[column],))
    tail.commit()
    tail.close()
    told = {"first": "lacks facts between its batches", "body": "batch at 40 does not match"}
    with pytest.raises(JournalDamaged, match=told[column]):
        Journal.open(folder)


def test_a_manifest_that_is_gone_or_spoiled_is_not_made_up(folder: Path) -> None:
    manifest = folder / "journal/manifest.json"
    before = manifest.read_text()
    manifest.write_text(before.replace('"stop": 20', '"stop": 19'))
    with pytest.raises(JournalDamaged, match=r"manifest\.json names 000000000020"):
        Journal.open(folder)
    manifest.write_text(before.replace('"format": 3', '"format": 4'))
    with pytest.raises(JournalError, match="format 4, this version reads up to 3"):
        Journal.open(folder)
    halve(manifest)
    with pytest.raises(JournalDamaged, match=r"manifest\.json is not a manifest"):
        Journal.open(folder)
    manifest.unlink()
    with pytest.raises(JournalDamaged, match=r"manifest\.json is missing"):
        Journal.open(folder)


def test_what_a_crash_left_in_the_folder_of_segments_is_removed(folder: Path) -> None:
    strays = [folder / f"journal/segments/{name}" for name in ("1.parquet", "2.parquet.tmp")]
    for stray in strays:
        stray.write_bytes(b"half")
    Journal.open(folder, mode="read").close()
    assert all(stray.exists() for stray in strays)
    with Journal.open(folder) as journal:
        assert len(whole(journal)) == 60
    assert not any(stray.exists() for stray in strays)
