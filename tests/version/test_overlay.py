import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bowerbird.core.errors import JournalError
from bowerbird.core.facts import NONE, FactBatch
from bowerbird.ig2vec.config import EmbeddingConfig
from bowerbird.ig2vec.embedding import Embedding
from bowerbird.version.overlay import Overlay
from tests.version.facts import batch, like, post

MINUTE = 60_000
NEW = 5


def embedding() -> Embedding:
    """Accounts 0..3 at the four points of the compass; 4 and up have no vector."""
    vectors = np.array([[1, 0], [0, 1], [-1, 0], [0, -1]], np.float32)
    return Embedding(
        index=np.array([0, 1, 2, 3, NONE], np.int32),
        accounts=np.arange(4, dtype=np.int32),
        vectors=vectors,
        out=vectors,
        counts=np.full(4, 10),
        config=EmbeddingConfig(dim=2),
    )


def overlay() -> Overlay:
    return Overlay(embedding(), np.array([0, 1, 2, 3], np.int32), offset=0)


def beside(user: int, known: int, new: int = NEW) -> list[dict[str, int]]:
    """One person's session: an account with a vector, then the new one."""
    return [like(user, account=known, ts=MINUTE), like(user, account=new, ts=2 * MINUTE)]


def vector_of(over: Overlay, account: int) -> list[float] | None:
    index, vectors = over.vectors()
    line = index[account] if account < len(index) else NONE
    return None if line == NONE else vectors[line].tolist()


def near(over: Overlay, account: int) -> list[tuple[int, float]]:
    links = over.links()
    line = links.index[account] if account < len(links.index) else NONE
    length = links.length[line] if line != NONE else 0
    return list(
        zip(links.rows[line, :length].tolist(), links.scores[line, :length].tolist(), strict=True)
    )


def test_a_new_account_has_a_vector_once_three_people_engaged_with_it_beside_others() -> None:
    over = overlay()
    over.fold(batch(*beside(0, 0), *beside(1, 1)))
    assert vector_of(over, NEW) is None
    over.fold(batch(*beside(2, 0), start=4))

    near = vector_of(over, NEW)

    assert near == pytest.approx([2 / 5**0.5, 1 / 5**0.5])


def test_one_person_is_not_a_handful() -> None:
    over = overlay()
    over.fold(batch(*beside(0, 0), *beside(0, 1), *beside(0, 0), *beside(0, 1)))
    assert vector_of(over, NEW) is None


def test_the_new_account_has_neighbours_and_they_know_of_it() -> None:
    over = overlay()
    over.fold(batch(*beside(0, 0), *beside(1, 0), *beside(2, 0)))

    links = over.links()

    mine, theirs = links.index[NEW], links.index[0]
    assert links.rows[mine, : links.length[mine]].tolist()[0] == 0
    assert np.all(np.diff(links.scores[mine, : links.length[mine]]) <= 0)
    assert links.rows[theirs, : links.length[theirs]].tolist() == [NEW]
    assert links.scores[theirs, 0] == pytest.approx(1.0)


def test_engagements_in_other_sessions_do_not_count_as_beside() -> None:
    over = overlay()
    facts = []
    for user in range(5):
        facts += [like(user, account=0, ts=MINUTE), like(user, account=NEW, ts=60 * MINUTE)]
    over.fold(batch(*facts))
    assert vector_of(over, NEW) is None


def test_an_account_that_comes_first_in_the_session_learns_from_what_follows() -> None:
    over = overlay()
    facts = []
    for user in range(3):
        facts += [like(user, account=NEW, ts=MINUTE), like(user, account=1, ts=2 * MINUTE)]
    over.fold(batch(*facts))
    assert vector_of(over, NEW) == pytest.approx([0, 1])


def test_media_stand_for_the_account_that_posted_them() -> None:
    over = overlay()
    facts = [post(9, NEW)]
    for user in range(3):
        facts += [like(user, media=2, ts=MINUTE), like(user, media=9, ts=2 * MINUTE)]
    over.fold(batch(*facts))
    assert vector_of(over, NEW) == pytest.approx([-1, 0])


def test_a_batch_from_elsewhere_is_refused() -> None:
    with pytest.raises(JournalError, match="at offset 0, the batch starts at 7"):
        overlay().fold(batch(like(0, account=1), start=7))


@st.composite
def streams(draw: st.DrawFn) -> FactBatch:
    facts = []
    for i in range(draw(st.integers(1, 60))):
        if draw(st.integers(0, 9)) == 0:
            facts.append(post(draw(st.integers(0, 12)), draw(st.integers(0, 9))))
        target = draw(st.sampled_from(["account", "media"]))
        user, row = draw(st.integers(0, 5)), draw(st.integers(0, 9))
        facts.append(like(user, **{target: row}, ts=i * draw(st.sampled_from([1, MINUTE]))))
    return batch(*facts)


@settings(max_examples=60)
@given(streams(), st.integers(1, 20))
def test_how_the_journal_is_cut_never_changes_the_overlay(facts: FactBatch, size: int) -> None:
    whole, cut = overlay(), overlay()
    whole.fold(facts)
    for piece in facts.cut(size):
        cut.fold(piece)

    for account in range(12):
        assert vector_of(whole, account) == vector_of(cut, account)
        assert near(whole, account) == near(cut, account)
