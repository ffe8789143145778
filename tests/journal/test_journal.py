import os
import resource
import threading
from pathlib import Path

import pytest

from bowerbird.core.clock import ClockName
from bowerbird.core.errors import JournalError, JournalLocked, NotFound
from bowerbird.core.facts import NONE, Action, FactKind, Flag
from bowerbird.journal.journal import Journal
from tests.journal.rows import NOW, assert_same, event, whole


def test_what_is_appended_can_be_read(tmp_path: Path) -> None:
    with Journal.open(tmp_path) as journal:
        receipt = journal.append([event(0), event(1)], now=NOW)
        assert (receipt.accepted, receipt.duplicates, receipt.rejected) == (2, 0, ())
        assert (receipt.start, receipt.stop, journal.end) == (0, 2, 2)
        assert_same(receipt.batches[0], whole(journal))
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
        assert_same(whole(journal), before)
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


def test_an_event_id_counts_within_its_kind_and_whatever_else_the_row_says(tmp_path: Path) -> None:
    mute = {"kind": "control", "control": "mute", "user_id": "u", "account_id": "a", "ts": NOW}
    with Journal.open(tmp_path) as journal:
        journal.append([event(0, event_id="x")], now=NOW)
        assert journal.append([event(1, event_id="x")], now=NOW).duplicates == 1
        assert journal.append([{**mute, "event_id": "x"}], now=NOW).accepted == 1


def test_telling_about_an_account_without_a_time_is_once_whenever_it_is(tmp_path: Path) -> None:
    account = {"kind": "account", "account_id": "a", "topics": ["birds"]}
    with Journal.open(tmp_path) as journal:
        batch = journal.append([account], now=NOW).batches[0]
        assert (batch.ts.tolist(), batch.flags.tolist(), journal.newest) == ([NOW], [0], 0)
        assert journal.append([account], now=NOW + 5000).duplicates == 1


def test_an_account_without_a_time_does_not_move_the_clock_of_a_history(tmp_path: Path) -> None:
    with Journal.open(tmp_path, clock=ClockName.JOURNAL) as journal:
        journal.append([event(0)], now=NOW + 10**10)
        account = {"kind": "account", "account_id": "a"}
        assert journal.append([account], now=NOW + 10**10).batches[0].ts.tolist() == [NOW]
        assert journal.newest == NOW


def test_the_tail_is_sealed_when_it_is_long_enough(tmp_path: Path) -> None:
    with Journal.open(tmp_path, seal_facts=10) as journal:
        for n in range(100):
            journal.append([event(n)], now=NOW)
        assert list((tmp_path / "journal/segments").glob("*.parquet"))
        assert whole(journal).ts.tolist() == [NOW + n for n in range(100)]


def test_reading_starts_and_stops_where_asked(tmp_path: Path) -> None:
    with Journal.open(tmp_path, seal_facts=10) as journal:
        for n in range(35):
            journal.append([event(n)], now=NOW)
        everything = whole(journal)
        batches = list(journal.read(7, 33, size=4))
        assert [batch.start for batch in batches] == [7, *(batch.stop for batch in batches[:-1])]
        assert max(len(batch) for batch in batches) == 4
        assert [t for batch in batches for t in batch.ts] == everything.ts[7:33].tolist()
        assert list(journal.read(35)) == list(journal.read(90, 99)) == []
        with pytest.raises(JournalError, match="offset -1"):
            journal.read(-1)


def test_reading_ends_where_the_journal_ended_when_it_began(tmp_path: Path) -> None:
    with Journal.open(tmp_path) as journal:
        journal.append([event(n) for n in range(4)], now=NOW)
        reading = journal.read(size=1)
        first = next(reading)
        journal.append([event(9)], now=NOW)
        journal.seal()
        assert [first.start, *(batch.start for batch in reading)] == [0, 1, 2, 3]


def test_groups_commit_together_with_a_receipt_each(tmp_path: Path) -> None:
    with Journal.open(tmp_path) as journal:
        first, second = journal.append_many([[event(0), {}], [event(0), event(1)]], now=NOW)
        assert (first.accepted, first.duplicates, len(first.rejected)) == (1, 0, 1)
        assert (second.accepted, second.duplicates, second.start) == (1, 1, 1)


def test_a_second_writer_is_told_who_holds_the_lock(tmp_path: Path) -> None:
    with Journal.open(tmp_path):
        with pytest.raises(JournalLocked, match=f"written by process {os.getpid()}"):
            Journal.open(tmp_path)
        with Journal.open(tmp_path, mode="read"):
            pass
    Journal.open(tmp_path).close()


def test_a_reader_catches_up_when_asked_also_across_a_seal(tmp_path: Path) -> None:
    with Journal.open(tmp_path) as journal:
        journal.append([event(0)], now=NOW)
        with Journal.open(tmp_path, mode="read") as reader:
            journal.append([event(1), event(2)], now=NOW)
            assert (reader.end, len(reader.ids.media)) == (1, 1)
            journal.seal()
            assert_same(whole(reader), whole(journal).slice(0, 1))
            reader.refresh()
            assert (reader.end, len(reader.ids.media)) == (3, 3)
            assert_same(whole(reader), whole(journal))
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


def test_a_closed_journal_says_so(tmp_path: Path) -> None:
    journal = Journal.open(tmp_path)
    journal.close()
    journal.close()
    with pytest.raises(JournalError, match="closed"):
        journal.append([event(0)], now=NOW)


def test_a_full_disk_leaves_nothing_behind_and_the_journal_usable(tmp_path: Path) -> None:
    _, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    with Journal.open(tmp_path) as journal:
        journal.append([event(0)], now=NOW)
        resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, hard))  # as good as a full disk
        try:
            with pytest.raises(JournalError, match="cannot write") as refused:
                journal.append([event(n, text=f"{n}" * 50) for n in range(5000)], now=NOW)
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))
        assert "disk has room" in str(refused.value)
        assert (journal.end, journal.ids.media.since(0)) == (1, ["m0"])
        assert journal.append([event(2)], now=NOW).accepted == 1
    with Journal.open(tmp_path) as journal:
        assert [journal.ids.media.id(row) for row in whole(journal).media] == ["m0", "m2"]


def test_sealing_onto_a_full_disk_keeps_the_facts_in_the_tail(tmp_path: Path) -> None:
    _, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    with Journal.open(tmp_path) as journal:
        journal.append([event(n) for n in range(2000)], now=NOW)
        before = whole(journal)
        resource.setrlimit(resource.RLIMIT_FSIZE, (4096, hard))
        try:
            with pytest.raises(JournalError, match="cannot seal"):
                journal.seal()
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))
        assert_same(whole(journal), before)
        journal.seal()
        assert_same(whole(journal), before)


def test_threads_may_append_read_and_seal_at_once(tmp_path: Path) -> None:
    with Journal.open(tmp_path, seal_facts=50) as journal:

        def append(first: int) -> None:
            for n in range(first, first + 100):
                journal.append([event(n)], now=NOW)

        threads = [threading.Thread(target=append, args=(1000 * i,)) for i in range(3)]
        threads.append(threading.Thread(target=journal.seal))
        for thread in threads:
            thread.start()
        while any(thread.is_alive() for thread in threads):
            starts = [batch.start for batch in journal.read(size=16)]
            assert starts == sorted(set(starts))
        batch = whole(journal)
        assert len(set(batch.ts.tolist())) == len(batch) == journal.end == 300
