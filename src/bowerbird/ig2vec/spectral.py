"""A second witness: which accounts the same people engage with, whenever they do.

Sentences tell what goes with what within a session; a person's whole taste they tell only in
pieces. It is in the table of people by accounts, whose leading singular vectors need no learning
rate and no negatives. Here they are those of the normalised table (correspondence analysis), found
by subspace iteration (Halko, Martinsson and Tropp 2011, algorithm 4.4). The table is never made:
each turn reads the corpus once, a person at a time.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from bowerbird.core.facts import F32, F64, I32, I64, NONE
from bowerbird.core.kernels import inner, kernel
from bowerbird.core.prefetch import fetch_cell
from bowerbird.ig2vec.config import EmbeddingConfig
from bowerbird.ig2vec.corpus import Corpus
from bowerbird.ig2vec.embedding import Embedding
from bowerbird.ig2vec.lookup import look_up
from bowerbird.ig2vec.sgns import LINE
from bowerbird.ig2vec.vocabulary import Vocabulary

TURNS, AGAIN = 10, 5
"""Times the table is multiplied with, from directions at random and from earlier ones: so many
turns tell directions of a like weight apart."""

BESIDE = 16
"""Directions that are followed beside those that are wanted, for the last of these to settle."""

LEAST = 1e-6
"""Squared length under which a column, multiplied with a table whose largest singular value is 1,
is rounding."""


class Bags(NamedTuple):
    """A corpus by person: the sentences of one follow each other."""

    tokens: I32
    starts: I64
    users: I32
    line_of: I32  # [A] line of each account row, or NONE


def spectral(
    corpus: Corpus, known: Vocabulary, config: EmbeddingConfig, earlier: Embedding | None
) -> F32:
    """Return what the accounts share in people, [m, k] float32, k at most `config.dim`.

    With n words of account a by person p, the table is L = log(1 + n), and its normal form
    L[p, a] / sqrt(sum of p * sum of a). Its first right singular vector says how well known an
    account is, and is left out; the next k come times their singular values.

    Args:
        corpus: what people engaged with.
        known: the m accounts.
        config: `dim` and `seed`; of few accounts fewer numbers say all.
        earlier: whose directions to begin with; at random without.
    """
    bags = Bags(corpus.tokens, corpus.starts, corpus.users, known.index)
    masses = _masses(bags, len(known))
    shrink = np.asarray(1 / np.sqrt(masses), np.float32)[:, None]
    fame = np.sqrt(masses / masses.sum()).astype(np.float32)[:, None]
    turns = TURNS if earlier is None or earlier.shared is None else AGAIN
    rows = _start(known, min(config.dim + BESIDE, len(known) - 1), config.seed, earlier)
    for _ in range(turns):
        rows = _product(bags, _apart(rows, fame) * shrink) * shrink
    rows = _apart(rows, fame)
    again = _product(bags, rows * shrink) * shrink
    values, turned = np.linalg.eigh(rows.T @ again)
    best = np.argsort(-values, kind="stable")[: config.dim]
    best = best[values[best] ** 2 > LEAST]
    return np.asarray(rows @ (turned[:, best] * np.sqrt(values[best])), np.float32)


def _start(known: Vocabulary, size: int, seed: int, earlier: Embedding | None) -> F32:
    """Return [m, size] directions: the earlier ones, and others at random."""
    rows = np.random.default_rng(seed).standard_normal((len(known), size), np.float32)
    rows /= np.float32(np.sqrt(len(known)))  # as long as the earlier ones, or they were rounding
    if earlier is None or earlier.shared is None:
        return rows
    lines = look_up(earlier.index, known.accounts, NONE)
    mine, width = np.flatnonzero(lines != NONE), min(size, earlier.shared.shape[1])
    rows[:, :width] = 0
    rows[mine, :width] = earlier.shared[lines[mine], :width]
    return rows


def _apart(rows: F32, fame: F32) -> F32:
    """Return an orthonormal basis of what the columns of `rows` hold beside `fame`.

    By their inner products: many times as fast as by reflections where rows are many. Columns that
    say nothing new are dropped.
    """
    rest = rows - fame @ (fame.T @ rows)
    weights, turned = np.linalg.eigh(rest.T @ rest)
    some = weights > LEAST
    return np.asarray(rest @ (turned[:, some] / np.sqrt(weights[some])), np.float32)


@kernel
def _masses(bags: Bags, accounts: int) -> F64:
    """Return [m] float64, the sum of each account's column of the table."""
    counts, met = np.zeros(accounts, np.int32), np.empty(accounts, np.int32)
    found = np.zeros(accounts, np.float64)
    sentence = 0
    while sentence < len(bags.users):
        sentence, size = _bag(bags, sentence, counts, met)
        for line in met[:size]:
            found[line] += np.log1p(counts[line])
            counts[line] = 0
    return found


@kernel
def _product(bags: Bags, rows: F32) -> F32:
    """Return T' P T `rows` [m, k], T being the table and P one over the sum of each person."""
    accounts, width = rows.shape
    counts, met = np.zeros(accounts, np.int32), np.empty(accounts, np.int32)
    found, taste = np.zeros((accounts, width), np.float32), np.empty(width, np.float32)
    sentence = 0
    while sentence < len(bags.users):
        sentence, size = _bag(bags, sentence, counts, met)
        for line in met[:size]:
            for d in range(0, width, LINE):
                fetch_cell(rows, line, d)
                fetch_cell(found, line, d)
        taste[:] = 0
        mass = np.float32(0)
        for at in range(size):
            line = np.uint64(met[at])  # never from the end, so that the loop below is all lanes
            share = np.float32(np.log1p(counts[line]))
            mass += share
            for d in range(width):
                taste[d] += share * rows[line, d]
        for at in range(size):
            line = np.uint64(met[at])
            share = np.float32(np.log1p(counts[line])) / mass
            for d in range(width):
                found[line, d] += share * taste[d]
            counts[line] = 0
    return found


@inner
def _bag(bags: Bags, sentence: int, counts: I32, met: I32) -> tuple[int, int]:
    """Count into `counts` the words of the person whose sentences begin at `sentence`.

    Returns:
        The first sentence of the next person, and how many lines, put into `met`, were counted.
    """
    person, size = bags.users[sentence], 0
    while sentence < len(bags.users) and bags.users[sentence] == person:
        for t in range(bags.starts[sentence], bags.starts[sentence + 1]):
            line = bags.line_of[bags.tokens[t]]
            if line != NONE:
                if counts[line] == 0:
                    met[size] = line
                    size += 1
                counts[line] += 1
        sentence += 1
    return sentence, size
