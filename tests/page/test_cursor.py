"""Page two and on: nothing comes twice, whatever happens in between."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bowerbird.app.bowerbird import Bowerbird
from bowerbird.core.errors import InputError
from bowerbird.core.page import Page
from bowerbird.evaluation.replay import Replayer, differences, exposures
from bowerbird.journal.journal import Journal
from bowerbird.page.cursor import MOST, read_cursor, write_cursor
from bowerbird.page.programs import Programs
from bowerbird.page.reading import catalog
from tests.service.society import copied

ROWS = st.sets(st.integers(0, 2**31 - 1), max_size=60)


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return copied(tmp_path_factory)


@given(ROWS, st.text(max_size=20))
def test_a_cursor_gives_back_what_was_shown(rows: set[int], user: str) -> None:
    given = np.array(list(rows), np.int32)
    assert read_cursor(write_cursor(user, given), user).tolist() == sorted(rows)


@given(ROWS, st.integers(0, 10_000), st.characters(codec="ascii"))
def test_a_cursor_that_was_changed_or_cut_is_refused(rows: set[int], at: int, other: str) -> None:
    cursor = write_cursor("ana", np.array(list(rows), np.int32))
    at %= len(cursor)
    for wrong in (cursor[:at], cursor[:at] + other + cursor[at + 1 :]):
        if wrong in ("", cursor):
            continue
        try:
            found = read_cursor(wrong, "ana")
        except InputError:
            continue
        # Characters that base64 passes over, or its unused last bits, say the same thing.
        assert found.tolist() == sorted(rows)


def test_the_cursor_of_somebody_else_is_refused() -> None:
    with pytest.raises(InputError, match="another person"):
        read_cursor(write_cursor("ana", np.arange(3, dtype=np.int32)), "ben")


def turned(bb: Bowerbird, user: str, size: int, *, busy: bool) -> list[Page]:
    """Turn pages until there are no more; `busy` people are shown each, and like some of it."""
    pages = [bb.explore(user, size=size, seed=1)]
    while pages[-1].cursor and len(pages) < 200:
        if busy:
            bb.expose(pages[-1])
            row = {"kind": "event", "user_id": user, "action": "like", "ts": bb.now()}
            bb.append([{**row, "media_id": pages[-1].items[0].media_id}])
        pages.append(bb.explore(user, size=size, seed=len(pages), cursor=pages[-1].cursor))
    return pages


@pytest.mark.parametrize(("size", "busy"), [(25, False), (25, True), (100, True), (7, False)])
def test_no_media_comes_twice_however_far_one_turns(data: Path, size: int, busy: bool) -> None:
    with Bowerbird(data) as bb:
        people = [person.user_id for person in bb.people(limit=1)]
        for user in (*people, "a stranger"):
            pages = turned(bb, user, size, busy=busy)
            shown = [item.media_id for page in pages for item in page.items]
            assert len(set(shown)) == len(shown)
            assert len(pages) > 2
            assert pages[-1].cursor is None
            assert len(pages[-1].items) < size or len(shown) >= MOST
            assert all(len(page.items) == size for page in pages[:-1])


def test_a_program_that_does_not_ask_for_what_is_seen_repeats_nothing_either(data: Path) -> None:
    (data / "plain.igql").write_text("trending(k=60)")
    with Bowerbird(data, mode="read") as bb:
        first = bb.explore("ana", program="plain.igql")
        second = bb.explore("ana", program="plain.igql", cursor=first.cursor or "")
    assert not {i.media_id for i in first.items} & {i.media_id for i in second.items}
    assert len(second.items) == 25


def test_page_two_is_made_again_from_its_recipe(data: Path) -> None:
    with Bowerbird(data) as bb:
        user, start = bb.people(limit=1)[0].user_id, bb.journal.end
        first = bb.explore(user)
        bb.expose(first)
        second = bb.explore(user, cursor=first.cursor or "")
        bb.expose(second)
    with Journal.open(data, mode="read") as journal:
        programs = Programs(data / "programs", catalog(("default",), ("default",)))
        again = Replayer(journal, data / "versions", programs)
        for exposure, served in zip(exposures(journal, start), (first, second), strict=True):
            page = again.page(exposure)
            assert differences(exposure.recipe, page) == []
            assert (page.items, page.cursor) == (served.items, served.cursor)


def test_a_refresh_does_not_bring_back_the_accounts_of_the_page_before(data: Path) -> None:
    """With memory fewer items of page two are of an account that page one had, over all people."""
    text = """user.engaged(max_num_to_retrieve=50)
        .account_nn(k=50)
        .posted_media(max_media_per_account=10)
        .filter(not seen)
        .dedupe()
        .diversify_by(account_id, seed_id, strength=0.3, memory={}, keep=25)"""
    repeated = []
    for memory in (0, 1):
        (data / "memory.igql").write_text(text.format(memory))
        with Bowerbird(data, mode="read") as bb:
            repeated.append(sum(again(bb, person.user_id) for person in bb.people(limit=40)))
    assert repeated[1] < 0.8 * repeated[0]


def again(bb: Bowerbird, user: str) -> int:
    """Return how many items of page two are of accounts of page one."""
    first = bb.explore(user, program="memory.igql", seed=1)
    second = bb.explore(user, program="memory.igql", seed=2, cursor=first.cursor or "")
    before = {item.account_id for item in first.items}
    return sum(item.account_id in before for item in second.items)
