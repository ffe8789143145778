from pathlib import Path

import numpy as np
import pytest

from bowerbird.core.clock import ClockName
from bowerbird.core.errors import JournalError, JournalLocked, NotFound
from bowerbird.core.facts import NONE, Action, FactBatch, FactKind, Flag
from bowerbird.journal.batches import concat
from bowerbird.journal.body import COLUMNS
from bowerbird.journal.journal import Journal

NOW = 1_700_000_000_000


def event(n: int, **more: object) -> dict[str, object]:
    row = {"kind": "event", "user_id": f"u{n % 3}", "action": "like", "media_id": f"m{n}"}
    return {**row, "ts": NOW + n, **more}


def whole(journal: Journal, size: int = 65_536) -> FactBatch:
    return concat(list(journal.read(size=size)))


def same(one: FactBatch, other: FactBatch) -> None:
    assert one.start == other.start
    for name in COLUMNS:
        np.testing.assert_array_equal(getattr(one, name), getattr(other, name), name)
        assert getattr(one, name).dtype == getattr(other, name).dtype


def test_what_is_appended_can_be_read(tmp_path: Path) -> None:
    with Journal.open(tmp_path) as journal:
        receipt = journal.append([event(0), event(1)], now=NOW)
        assert (receipt.accepted, receipt.duplicates, receipt.rejected) == (2, 0, ())
        assert (receipt.start, receipt.stop, journal.end) == (0, 2, 2)
        same(receipt.batches[0], whole(journal))
        batch = whole(journal)
        assert [journal.ids.media.id(row) for row in batch.media] == ["m0", "m1"]
        assert batch.kind.tolist() == [FactKind.EVENT] * 2
        assert batch.code.tolist() == [Action.LIKE] * 2
        assert batch.account.tolist() == [NONE, NONE]
        assert batch.flags.tolist() == [Flag.TIME_KNOWN] * 2


def test_facts_and_ids_survive_closing(tmp_path: Path) -> None:
    with Journal.open(tmp_path, clock=ClockName.JOURNAL) as journal:
        journal.append([event(n) for n in range(5)], now=NOW)
        before, ids = whole(journal), list(journal.ids.media.since(0))
    with Journal.open(tmp_path) as journal:
        same(whole(journal), before)
        assert journal.ids.media.since(0) == ids
        assert (journal.clock, journal.newest) == (ClockName.JOURNAL, NOW + 4)


def test_appending_again_adds_nothing_in_the_tail_or_sealed(tmp_path: Path) -> None:
    rows = [event(n, event_id=f"e{n}") if n % 2 else event(n) for n in range(20)]
    with Journal.open(tmp_path) as journal:
        journal.append(rows, now=NOW)
        assert journal.append(rows, now=NOW).duplicates == 20
        journal.seal()
        assert journal.append(rows, now=NOW).duplicates == 20
    with Journal.open(tmp_path) as journal:
        receipt = journal.append([*rows, event(99), event(99)], now=NOW)
        assert (receipt.accepted, receipt.duplicates, journal.end) == (1, 21, 21)


def test_sealing_changes_nothing_that_is_read(tmp_path: Path) -> None:
    with Journal.open(tmp_path) as journal:
        journal.append([event(n, dwell_ms=n, surface="tab") for n in range(50)], now=NOW)
        before = whole(journal)
        journal.seal()
        journal.append([event(n) for n in range(50, 60)], now=NOW)
        same(whole(journal).slice(0, 50), before)
        same(whole(journal, size=7), whole(journal))


def test_groups_commit_together_with_a_receipt_each(tmp_path: Path) -> None:
    with Journal.open(tmp_path) as journal:
        first, second = journal.append_many([[event(0), {}], [event(0), event(1)]], now=NOW)
        assert (first.accepted, first.duplicates, len(first.rejected)) == (1, 0, 1)
        assert (second.accepted, second.duplicates, second.start) == (1, 1, 1)


def test_a_second_writer_is_told_who_holds_the_lock(tmp_path: Path) -> None:
    import os

    with (
        Journal.open(tmp_path),
        pytest.raises(JournalLocked, match=f"written by process {os.getpid()}"),
    ):
        Journal.open(tmp_path)
    Journal.open(tmp_path).close()


def test_a_reader_catches_up_when_asked_also_across_a_seal(tmp_path: Path) -> None:
    with Journal.open(tmp_path) as journal:
        journal.append([event(0)], now=NOW)
        with Journal.open(tmp_path, mode="read") as reader:
            journal.append([event(1), event(2)], now=NOW)
            assert (reader.end, len(reader.ids.media)) == (1, 1)
            journal.seal()
            same(whole(reader), whole(journal).slice(0, 1))
            reader.refresh()
            assert (reader.end, len(reader.ids.media)) == (3, 3)
            same(whole(reader), whole(journal))
            with pytest.raises(JournalError, match="reading only"):
                reader.append([event(3)], now=NOW)


def test_there_is_nothing_to_read_where_nobody_wrote(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="no journal"):
        Journal.open(tmp_path, mode="read")


def test_a_clock_is_chosen_before_the_first_fact(tmp_path: Path) -> None:
    Journal.open(tmp_path).close()
    with Journal.open(tmp_path, clock=ClockName.JOURNAL) as journal:
        assert journal.clock is ClockName.JOURNAL
        journal.append([event(0)], now=NOW)
    with pytest.raises(JournalError, match="has the clock journal, asked for was wall"):
        Journal.open(tmp_path, clock=ClockName.WALL)
