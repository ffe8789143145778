"""Skip-gram with negative sampling (Mikolov et al. 2013), laid out for the memory of a CPU.

For input x and output o with label y, the loss is
-log sigmoid((2y - 1) x.o) + decay / 2 (x.x + o.o), and a step goes against its gradient. The decay,
which word2vec has not, keeps rare accounts from learning their few sessions by heart.

word2vec touches a random row for every negative of every pair. Here

- a word is an input once, together with all outputs of its window (as pWord2Vec turns the loops:
  Ji et al. 2016), so that its row is read and written once;
- negatives are drawn once for `HELD` words, so that their rows stay in the first cache (as
  FULL-W2V keeps them: Randall et al. 2021);
- a word meets each negative once, with the weight of all its pairs, instead of once a pair: the
  same gradient, at a third of the arithmetic.

So a word costs two random rows instead of 29, and 11 inner products instead of 36.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from bowerbird.core.facts import F32, I32, I64
from bowerbird.core.kernels import fast, learner
from bowerbird.core.prefetch import fetch_cell
from bowerbird.ig2vec.randomness import U64, Draws, below, draw, share

HELD = 32
"""Words for which the same negatives are held."""

LINE = 16
"""Numbers a cache line holds."""


class Words(NamedTuple):
    """The corpus by line of the vocabulary."""

    lines: I32  # [t]
    keep: F32  # [t] in what share of the epochs a word is read
    starts: I64  # [s + 1]


class Weights(NamedTuple):
    """What is learned; written to in place."""

    vectors: F32  # [m, d] input
    out: F32  # [m, d] output


class Targets(NamedTuple):
    """The outputs that one input learns with: first those that go with it, then those that do not.

    Working space: `rows`, `weight` and `pull` are as long as a window and the negatives can be.
    """

    rows: I64  # lines of `Weights.out`
    weight: F32  # pairs that each stands for
    pull: F32  # of each on the input, once worked out
    move: F32  # [d] of the input, summed over all


class Shape(NamedTuple):
    """What a pass does not change."""

    window: int
    negatives: int
    held: int  # negatives kept at a time, each with the weight of negatives / held
    decay: float


@fast
def _sigmoid(z: np.float32) -> np.float32:
    """Return 1 / (1 + exp(-z)) within 2e-4: a fraction of polynomials, which vectorises.

    tanh by its continued fraction, cut after four terms, on arguments within +-4.97, where the
    fraction reaches 1.
    """
    h = min(max(np.float32(0.5) * z, np.float32(-4.97)), np.float32(4.97))
    q = h * h
    above = np.float32(135135) + q * (np.float32(17325) + q * (np.float32(378) + q))
    under = np.float32(62370) + q * (np.float32(3150) + q * np.float32(28))
    return np.float32(0.5) + np.float32(0.5) * h * above / (np.float32(135135) + q * under)


@fast
def _dots(x: int, count: int, weights: Weights, targets: Targets) -> None:
    """Put the inner products of one input with `count` outputs into `targets.pull`.

    Four at a time, so that the input is loaded once for four.
    """
    vectors, out = weights
    rows, _, pull, move = targets
    width, t = len(move), 0
    while t + 3 < count:
        a, b, c, e = rows[t], rows[t + 1], rows[t + 2], rows[t + 3]
        da, db, dc, de = np.float32(0), np.float32(0), np.float32(0), np.float32(0)
        for d in range(width):
            v = vectors[x, d]
            da += v * out[a, d]
            db += v * out[b, d]
            dc += v * out[c, d]
            de += v * out[e, d]
        pull[t], pull[t + 1], pull[t + 2], pull[t + 3] = da, db, dc, de
        t += 4
    while t < count:
        a, da = rows[t], np.float32(0)
        for d in range(width):
            da += vectors[x, d] * out[a, d]
        pull[t] = da
        t += 1


@fast
def _move(x: int, count: int, weights: Weights, targets: Targets, shrink: np.float32) -> None:
    """Move `count` outputs along one input, and add up in `targets.move` what moves it.

    Two at a time, so that the input and its move are loaded and stored once for two; more would be
    too many rows for the compiler to know apart.
    """
    vectors, out = weights
    rows, weight, pull, move = targets
    width, t = len(move), 0
    while t + 1 < count and rows[t] != rows[t + 1]:
        a, b, ga, gb = rows[t], rows[t + 1], pull[t], pull[t + 1]
        ha, hb = np.float32(1) - shrink * weight[t], np.float32(1) - shrink * weight[t + 1]
        for d in range(width):
            v, oa, ob = vectors[x, d], out[a, d], out[b, d]
            move[d] += ga * oa + gb * ob
            out[a, d] = ha * oa + ga * v
            out[b, d] = hb * ob + gb * v
        t += 2
    while t < count:
        a, ga, ha = rows[t], pull[t], np.float32(1) - shrink * weight[t]
        for d in range(width):
            oa = out[a, d]
            move[d] += ga * oa
            out[a, d] = ha * oa + ga * vectors[x, d]
        t += 1


@fast
def _learn(
    x: int, near: int, count: int, weights: Weights, targets: Targets, lr: float, decay: float
) -> None:
    """Move one input and its outputs: the first `near` targets go with it, of `count`."""
    vectors = weights.vectors
    _, weight, pull, move = targets
    rate, pairs = np.float32(lr), np.float32(0)
    _dots(x, count, weights, targets)
    for t in range(count):
        label = np.float32(1) if t < near else np.float32(0)
        pull[t] = rate * weight[t] * (label - _sigmoid(pull[t]))
        pairs += weight[t]
    shrink = rate * np.float32(decay)
    for d in range(len(move)):
        move[d] = -shrink * pairs * vectors[x, d]
    _move(x, count, weights, targets, shrink)
    for d in range(len(move)):
        vectors[x, d] += move[d]


@learner
def step(
    x: int, near: int, count: int, weights: Weights, targets: Targets, rates: tuple[float, float]
) -> None:
    """Learn one input with its outputs, by rates `(lr, decay)`: a door for tests."""
    _learn(x, near, count, weights, targets, rates[0], rates[1])


@fast
def _read(words: Words, sentence: int, read: I64, state: U64) -> int:
    """Copy the words of a sentence that this epoch reads into `read`; return how many."""
    size = 0
    for t in range(words.starts[sentence], words.starts[sentence + 1]):
        if words.keep[t] >= 1 or share(state) < words.keep[t]:
            read[size] = words.lines[t]
            size += 1
    return size


@fast
def _ask(read: I64, first: int, last: int, weights: Weights) -> None:
    """Ask for the rows of the words `first .. last - 1`, while others are learned from."""
    for at in range(first, last):
        for d in range(0, weights.vectors.shape[1], LINE):
            fetch_cell(weights.vectors, read[at], d)
            fetch_cell(weights.out, read[at], d)


@fast
def _near(read: I64, size: int, at: int, window: int, reach: I64, targets: Targets) -> int:
    """Collect the words whose window holds the word `at`; return how many."""
    found = 0
    for other in range(max(at - window, 0), min(at + window + 1, size)):
        if abs(at - other) <= reach[other] and read[other] != read[at]:
            targets.rows[found] = read[other]
            targets.weight[found] = np.float32(1)
            found += 1
    return found


@fast
def _far(negatives: I64, x: int, near: int, pairs: float, targets: Targets) -> int:
    """Add the negatives other than `x`, each for so many `pairs`; return how many in all."""
    count = near
    for line in negatives:
        if line != x:
            targets.rows[count] = line
            targets.weight[count] = np.float32(pairs)
            count += 1
    return count


@fast
def _redraw(negatives: I64, draws: Draws, state: U64) -> None:
    for n in range(len(negatives)):
        negatives[n] = draw(draws, state)


@learner
def train_sentences(
    words: Words,
    span: tuple[int, int],
    weights: Weights,
    draws: Draws,
    shape: Shape,
    rates: tuple[float, float],
    state: U64,
) -> None:
    """Read sentences `span[0] .. span[1] - 1` once.

    While one sentence is learned from, the rows of the next are on their way.

    Args:
        words: the corpus.
        span: first sentence, and the one after the last.
        weights: vectors, moved in place.
        draws: of negatives.
        shape: window, negatives and decay.
        rates: learning rate at the first and after the last sentence of the span.
        state: [1] uint64 of the random draws, not 0, moved in place.
    """
    longest = 0
    for sentence in range(span[0], span[1]):
        longest = max(longest, words.starts[sentence + 1] - words.starts[sentence])
    read, coming = np.empty(longest, np.int64), np.empty(longest, np.int64)
    reach = np.empty(longest, np.int64)
    most = 2 * min(shape.window, longest) + shape.held
    targets = Targets(
        np.empty(most, np.int64),
        np.empty(most, np.float32),
        np.empty(most, np.float32),
        np.empty(weights.vectors.shape[1], np.float32),
    )
    negatives = np.empty(shape.held, np.int64)
    held, ahead = 0, 0
    if span[0] < span[1]:
        ahead = _read(words, span[0], coming, state)
    for sentence in range(span[0], span[1]):
        done = (sentence - span[0]) / (span[1] - span[0])
        lr = rates[0] + (rates[1] - rates[0]) * done
        read, coming, size, ahead = coming, read, ahead, 0
        if sentence + 1 < span[1]:
            ahead = _read(words, sentence + 1, coming, state)
        for at in range(size):
            reach[at] = 1 + below(state, shape.window)
        for at in range(size):
            _ask(coming, ahead * at // size, ahead * (at + 1) // size, weights)
            if held % HELD == 0:
                _redraw(negatives, draws, state)
            held += 1
            near = _near(read, size, at, shape.window, reach, targets)
            if near > 0:
                pairs = near * shape.negatives / shape.held
                count = _far(negatives, read[at], near, pairs, targets)
                _learn(read[at], near, count, weights, targets, lr, shape.decay)
