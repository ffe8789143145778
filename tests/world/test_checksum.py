from typing import Any

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from bowerbird.world.checksum import checksum

contents = st.binary(min_size=1, max_size=200)


def array(content: bytes) -> NDArray[Any]:
    return np.frombuffer(bytearray(content), np.uint8)


@given(contents, st.integers(0), st.integers(0, 7))
def test_a_flipped_bit_changes_it(content: bytes, place: int, bit: int) -> None:
    changed = bytearray(content)
    changed[place % len(content)] ^= 1 << bit

    assert checksum(array(bytes(changed))) != checksum(array(content))


@given(contents, st.integers(0))
def test_a_cut_changes_it(content: bytes, place: int) -> None:
    assert checksum(array(content[: place % len(content)])) != checksum(array(content))


@given(st.binary(min_size=64, max_size=64), st.integers(0, 7), st.integers(0, 7))
def test_two_words_changed_for_each_other_change_it(content: bytes, one: int, other: int) -> None:
    words = array(content).view(np.uint64)
    swapped = words.copy()
    swapped[[one, other]] = words[[other, one]]

    assert (checksum(swapped) == checksum(words)) == bool(words[one] == words[other])


def test_what_an_array_is_made_of_counts_and_not_its_shape() -> None:
    numbers = np.arange(12, dtype=np.int32)

    assert checksum(numbers) == checksum(numbers.reshape(3, 4)) == checksum(numbers.view(np.uint8))
    assert checksum(np.zeros(0, np.uint8)) != checksum(np.zeros(8, np.uint8))
