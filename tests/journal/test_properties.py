import tempfile
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from bowerbird.journal.journal import Journal
from tests.journal.rows import NOW, Row, assert_same, facts, whole

some = st.lists(facts, min_size=1, max_size=12)
few = settings(max_examples=25)


@few
@given(some, st.data())
def test_however_it_is_cut_sealed_and_reopened_it_reads_the_same(
    rows: list[Row], data: st.DataObject
) -> None:
    with tempfile.TemporaryDirectory() as name:
        with Journal.open(Path(name)) as journal:
            cut = data.draw(st.integers(0, len(rows)))
            journal.append(rows[:cut], now=NOW)
            journal.append(rows[cut:], now=NOW)
            before = whole(journal)
            journal.seal()
            assert_same(whole(journal), before)
            assert_same(whole(journal, size=data.draw(st.integers(1, 5))), before)
        with Journal.open(Path(name)) as journal:
            assert_same(whole(journal), before)
            assert journal.append(rows, now=NOW).duplicates == len(rows)
            assert journal.end == len(before)


@few
@given(some)
def test_rows_of_ids_do_not_depend_on_how_facts_were_grouped(rows: list[Row]) -> None:
    with (
        tempfile.TemporaryDirectory() as name,
        Journal.open(Path(name) / "one") as together,
        Journal.open(Path(name) / "many") as apart,
    ):
        together.append(rows, now=NOW)
        apart.append_many([[row] for row in rows], now=NOW)
        assert_same(whole(together), whole(apart))
        assert together.ids.media.since(0) == apart.ids.media.since(0)
