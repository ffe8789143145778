from hashlib import blake2b

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from bowerbird.core.facts import UNKNOWN
from bowerbird.core.ids import hash64
from bowerbird.core.kernels import kernel
from bowerbird.core.texts import Texts
from bowerbird.journal.blake2 import digest
from bowerbird.journal.body import U64
from bowerbird.journal.draft import blank
from bowerbird.journal.hashing import hashes_of_texts, identities, identities_of_texts

often = settings(max_examples=200)
texts = st.text("aé7/ ", min_size=1, max_size=9) | st.sampled_from(["x" * n for n in (31, 32, 255)])


@kernel
def one(words: U64, length: int, size: int) -> tuple[np.uint64, np.uint64]:
    return digest(words.view(np.uint8), words, length, size)


@given(st.binary(max_size=700) | st.sampled_from([b"x" * n for n in (127, 128, 129, 256)]))
@often
def test_the_kernel_gives_the_bits_of_hashlib(message: bytes) -> None:
    words = np.full(128, 0xABAD_CAFE, np.uint64)
    words.view(np.uint8)[: len(message)] = np.frombuffer(message, np.uint8)
    found = np.array(one(words, len(message), 16), np.uint64)
    assert found.tobytes() == blake2b(message, digest_size=16).digest()


@given(st.lists(st.none() | texts, max_size=9))
@often
def test_a_column_hashes_as_its_texts_do(given: list[str | None]) -> None:
    wanted = np.ones(len(given), np.bool_)
    found = hashes_of_texts(Texts.of(given), wanted).tolist()
    assert found == [0 if text is None else hash64(text) for text in given]


@given(st.lists(st.tuples(*[st.none() | texts] * 5, st.integers(0, 2**60)), max_size=6))
@often
def test_facts_in_columns_are_recognised_as_facts_in_rows_are(
    rows: list[tuple[str | None, str | None, str | None, str | None, str | None, int]],
) -> None:
    columns = blank(len(rows))
    columns["ts"][:] = [row[5] for row in rows]
    columns["code"][:] = UNKNOWN
    names = ("user", "account", "media", "surface")
    for at, name in enumerate(names):
        columns[name][:] = [row[at] for row in rows]
    ids = [row[4] for row in rows]
    whole = Texts.of([*(t for name in names for t in columns[name].tolist()), *ids])
    apart = {name: whole[at * len(rows) : (at + 1) * len(rows)] for at, name in enumerate(names)}
    wanted = np.ones(len(rows), np.bool_)
    found = identities_of_texts(columns, apart, whole[4 * len(rows) :], wanted)
    assert np.array_equal(found, identities(columns, ids))
