from pathlib import Path

import msgspec
import numpy as np
import pytest

from bowerbird.core.errors import InputError
from bowerbird.journal.ingest import ingest
from bowerbird.journal.journal import Journal
from bowerbird.journal.quarantine import counts_in, entries_of, export, rows_in
from bowerbird.journal.retry import retry
from tests.journal.broken import good_row, write_broken
from tests.journal.rows import NOW


def assert_sorted_out(folder: Path, size: int) -> None:
    """Every good row is in, every bad one in quarantine, with its line, under its reason."""
    path = folder / "events.jsonl"
    broken = write_broken(path, size)
    with Journal.open(folder) as journal:
        summary = ingest(journal, path, now=NOW)
        assert summary.accepted == size - len(broken)
        assert sum(summary.rejected.values()) == len(broken)
        found = {entry.line: entry.reason for entry in rows_in(journal.quarantine)}
        assert found == broken
        ts = np.concatenate([batch.ts for batch in journal.read()])
        good = [n for n in range(size) if n + 1 not in broken]
        assert ts.tolist() == [good_row(n)["ts"] for n in good]
        lines = path.read_bytes().splitlines()
        for entry in rows_in(journal.quarantine):
            assert entry.raw.encode() == lines[entry.line - 1]


def test_rows_broken_in_twelve_ways_go_to_quarantine_and_no_other_row(tmp_path: Path) -> None:
    assert_sorted_out(tmp_path, 20_000)


@pytest.mark.slow
def test_a_million_rows_broken_in_twelve_ways_are_sorted_out(tmp_path: Path) -> None:
    assert_sorted_out(tmp_path, 1_000_000)


def test_what_was_mended_leaves_quarantine_and_what_was_not_stays(tmp_path: Path) -> None:
    path, mended = tmp_path / "events.jsonl", tmp_path / "mended.jsonl"
    broken = write_broken(path, 2_000)
    with Journal.open(tmp_path) as journal:
        ingest(journal, path, now=NOW)
        wanted = {line for line, reason in broken.items() if reason == "unknown_action"}
        assert export(journal.quarantine, mended, "unknown_action") == len(wanted)
        mended.write_bytes(mended.read_bytes().replace(b"likd", b"like"))
        end = journal.end
        summary = retry(journal, mended, now=NOW)
        assert (summary.accepted, summary.rejected) == (len(wanted), {})
        assert journal.end == end + len(wanted)
        assert {entry.line for entry in rows_in(journal.quarantine)} == broken.keys() - wanted
        assert retry(journal, mended, now=NOW).accepted == 0
        assert ingest(journal, path, now=NOW).accepted == 0


def test_time_itself_mends_a_row_from_the_future(tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    broken = write_broken(path, 2_400)
    with Journal.open(tmp_path) as journal:
        ingest(journal, path, now=NOW)
        summary = retry(journal, now=NOW + 400 * 86_400_000)
        assert summary.accepted == list(broken.values()).count("far_future_time") > 0
        (counts,) = counts_in(journal.quarantine).values()
        assert "far_future_time" not in counts
        assert sum(counts.values()) == len(broken) - summary.accepted


def test_a_mended_csv_row_goes_by_the_first_line_of_its_file(tmp_path: Path) -> None:
    path, mended = tmp_path / "events.csv", tmp_path / "mended.jsonl"
    path.write_text(f"user_id,action,media_id,ts\nu,like,m,{NOW}\nu,likd,n,{NOW}\nu,like,{NOW}\n")
    with Journal.open(tmp_path) as journal:
        assert ingest(journal, path, now=NOW).rejected == {"unknown_action": 1, "wrong_columns": 1}
        export(journal.quarantine, mended)
        text = mended.read_text().replace("likd", "like").replace(f"like,{NOW}", f"like,o,{NOW}")
        mended.write_text(text)
        assert retry(journal, mended, now=NOW).accepted == 2
        assert journal.ids.media.since(0) == ["m", "n", "o"]
        assert counts_in(journal.quarantine) == {}


def test_a_file_that_was_never_exported_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "other.jsonl"
    path.write_bytes(msgspec.json.encode({"user_id": "u"}) + b"\n")
    with pytest.raises(InputError, match="line 1 of"):
        list(entries_of(path))
