import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bowerbird.core.errors import NotFound
from bowerbird.core.facts import NONE
from bowerbird.core.ids import IdTable
from bowerbird.core.texts import Texts, joined

ids = st.text(max_size=12) | st.sampled_from(["a", "b", "aaaaaaaa", "aaaaaaaab", "é" * 9, "\ud800"])
some = st.lists(st.none() | ids.filter(bool), max_size=30)
often = settings(max_examples=150)


@given(st.lists(some, max_size=6))
@often
def test_a_table_does_what_a_dictionary_does(groups: list[list[str | None]]) -> None:
    table, plain = IdTable(), dict[str, int]()
    for group in groups:
        expected = [NONE if id is None else plain.setdefault(id, len(plain)) for id in group]
        assert table.add(Texts.of(group)).tolist() == expected
    assert table.since(0) == list(plain)
    assert [table.find(id) for id in plain] == list(plain.values())
    assert table.find("not there at all") == NONE
    again = IdTable.restored(*table.content())
    assert again.since(0) == list(plain)
    assert all(again.id(row) == id for id, row in plain.items())


@given(some, some, some)
@often
def test_rows_taken_back_are_given_anew(
    kept: list[str | None], gone: list[str | None], new: list[str | None]
) -> None:
    table, plain = IdTable(), IdTable()
    table.add(kept)
    length = len(table)
    table.add(gone)
    table.cut(length)
    assert table.since(0) == list(dict.fromkeys(id for id in kept if id is not None))
    plain.add(kept)
    assert table.add(new).tolist() == plain.add(new).tolist()
    assert table.since(0) == plain.since(0)


@given(st.lists(st.lists(st.none() | ids, max_size=8), min_size=1, max_size=4))
@often
def test_texts_are_what_was_put_in(groups: list[list[str | None]]) -> None:
    columns = [Texts.of(group) for group in groups]
    whole = joined(columns)
    told = [text for group in groups for text in group]
    assert whole.tolist() == told
    assert whole.there.tolist() == [text is not None for text in told]
    assert whole[::-1].tolist() == told[::-1]


def test_ids_looked_up_together_are_those_looked_up_one_by_one() -> None:
    table = IdTable(["ana", "ben", "ødegård", "c"])
    assert table.known([2, NONE, 0, 2]) == {0: "ana", 2: table.id(2)}
    assert table.known([]) == {}
    with pytest.raises(NotFound):
        table.known([4])
