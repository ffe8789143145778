"""Words in a buffer, told from each other by their bytes."""

from __future__ import annotations

from bowerbird.core.facts import I64, U8
from bowerbird.core.kernels import fused


@fused
def same_word(data: U8, at: int, end: int, words: U8, first: int, size: int) -> bool:
    """Return whether `data[at : end]` starts with `words[first : first + size]`."""
    if at + size > end:
        return False
    for k in range(size):  # noqa: SIM110  # numba knows no `all`
        if data[at + k] != words[first + k]:
            return False
    return True


@fused
def word_at(data: U8, at: int, size: int, words: U8, ends: I64, guess: int) -> int:
    """Return which of the words is `data[at : at + size]`, -1 for none; `guess` is looked at first.

    Word i is `words[ends[i] : ends[i + 1]]`.
    """
    count = len(ends) - 1
    for k in range(count):
        word = guess + k
        if word >= count:
            word -= count
        first = ends[word]
        if ends[word + 1] - first == size and same_word(data, at, at + size, words, first, size):
            return word
    return -1
