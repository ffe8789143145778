"""Questions of the exam: in a session that came after training, which account comes next?"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from bowerbird.core.facts import I32, I64, NONE
from bowerbird.ig2vec.corpus import Corpus

REMEMBERED = 50
"""Words before the answer that a question holds."""

DRAWN = 16
"""Words drawn for each question: those that begin a sentence, or are repeated in it, are none."""


@dataclass(frozen=True, slots=True)
class Questions:
    """What came after what.

    Attributes:
        before: [q, REMEMBERED] int32 account rows before the answer in its sentence, the newest
            first, NONE-padded.
        answer: [q] int32 account row, not among `before`.
    """

    before: I32
    answer: I32

    def __len__(self) -> int:
        return len(self.answer)

    def slice(self, first: int, last: int) -> Questions:
        """Return questions `first .. last - 1`."""
        return Questions(self.before[first:last], self.answer[first:last])


def questions(held_out: Corpus, *, most: int, seed: int) -> Questions:
    """Return up to `most` questions, drawn alike from the words that are new in their sentence.

    The first word of a sentence is no answer: nothing comes before it.
    """
    words = len(held_out.tokens)
    rng = np.random.default_rng(seed)
    drawn = rng.choice(words, min(words, DRAWN * most), replace=False)
    first = held_out.starts[np.searchsorted(held_out.starts, drawn, "right") - 1]
    later = np.flatnonzero(drawn > first)[: 2 * most]  # some will be repeats
    asked = drawn[later]
    before = _before(held_out.tokens, first[later], asked)
    answer = held_out.tokens[asked]
    new = np.flatnonzero(~(before == answer[:, None]).any(axis=1))[:most]
    return Questions(before[new], answer[new])


def _before(tokens: I32, first: I64, asked: I64) -> I32:
    places = asked[:, None] - np.arange(1, REMEMBERED + 1)
    inside = places >= first[:, None]
    return np.where(inside, tokens[np.maximum(places, 0)], np.int32(NONE))
