"""Skip-gram with negative sampling (Mikolov et al. 2013), one pair at a time, without a lock.

For input x and output o with label y, the loss is
-log sigmoid((2y - 1) x.o) + decay / 2 (x.x + o.o), and a step goes against its gradient:
x += lr ((y - sigmoid(x.o)) o - decay x), and o likewise with the x before it. The decay, which
word2vec has not, keeps rare accounts from learning their few sessions by heart. The negatives of a
word are drawn once and shared by all pairs of its window, so that their rows are in cache.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from bowerbird.core.facts import F32, I32, I64
from bowerbird.core.kernels import inner, kernel

U64 = NDArray[np.uint64]


class Words(NamedTuple):
    """The corpus by line of the vocabulary."""

    lines: I32  # [t]
    keep: F32  # [t] in what share of the epochs a word is read
    starts: I64  # [s + 1]


class Weights(NamedTuple):
    """What is learned; written to in place."""

    vectors: F32  # [m, d] input
    out: F32  # [m, d] output


class Draws(NamedTuple):
    """Where negatives come from: an alias table."""

    chance: F32  # [m]
    alias: I32  # [m]


@inner
def _random(state: U64) -> Any:  # a numpy uint64: Python's int would be signed here
    """Return 64 random bits and move `state` ([1]) on: xorshift64* (Vigna 2016)."""
    x = state[0]
    x ^= x >> np.uint64(12)
    x ^= x << np.uint64(25)
    x ^= x >> np.uint64(27)
    state[0] = x
    return x * np.uint64(0x2545F4914F6CDD1D)


@inner
def _below(state: U64, limit: int) -> int:
    """Return a random number in 0 .. limit - 1; limit under 2^31."""
    return int(((_random(state) >> np.uint64(33)) * np.uint64(limit)) >> np.uint64(31))


@inner
def _share(state: U64) -> np.float32:
    """Return a random float32 in [0, 1)."""
    return np.float32(_random(state) >> np.uint64(40)) * np.float32(2.0**-24)


@inner
def _dot(a: F32, b: F32) -> np.float32:
    """Return a.b in eight sums, which keeps the adders busy where order must not change."""
    s0 = s1 = s2 = s3 = s4 = s5 = s6 = s7 = np.float32(0)
    whole = len(a) - len(a) % 8
    for i in range(0, whole, 8):
        s0 += a[i] * b[i]
        s1 += a[i + 1] * b[i + 1]
        s2 += a[i + 2] * b[i + 2]
        s3 += a[i + 3] * b[i + 3]
        s4 += a[i + 4] * b[i + 4]
        s5 += a[i + 5] * b[i + 5]
        s6 += a[i + 6] * b[i + 6]
        s7 += a[i + 7] * b[i + 7]
    for i in range(whole, len(a)):
        s0 += a[i] * b[i]
    return ((s0 + s1) + (s2 + s3)) + ((s4 + s5) + (s6 + s7))


@kernel
def step(x: F32, out: F32, targets: I32, rates: tuple[np.float32, np.float32], move: F32) -> None:
    """Learn one input with its outputs: `targets[0]` goes with it, the rest do not.

    Args:
        x: [d] input vector, moved in place, once, by the sum over its targets.
        out: [m, d] output vectors; the targets' are moved in place, one after the other.
        targets: [k] lines of `out`.
        rates: learning rate, and learning rate times decay.
        move: [d] working space.
    """
    lr, shrink = rates
    move[:] = 0
    label = np.float32(1)
    for target in targets:
        o = out[target]
        pull = lr * (label - np.float32(1) / (np.float32(1) + np.exp(-_dot(x, o))))
        for i in range(len(x)):
            move[i] += pull * o[i]
            o[i] += pull * x[i] - shrink * o[i]
        label = np.float32(0)
    shrink *= np.float32(len(targets))
    for i in range(len(x)):
        x[i] += move[i] - shrink * x[i]


@inner
def _draw(draws: Draws, targets: I32, state: U64) -> int:
    """Fill `targets[1:]` with negatives other than `targets[0]`; return how many targets are."""
    filled = 1
    for _ in range(1, len(targets)):
        line = _below(state, len(draws.alias))
        if _share(state) >= draws.chance[line]:
            line = draws.alias[line]
        if line != targets[0]:
            targets[filled] = line
            filled += 1
    return filled


@inner
def _read(words: Words, sentence: int, read: I32, state: U64) -> int:
    """Copy the words of a sentence that this epoch reads into `read`; return how many."""
    size = 0
    for t in range(words.starts[sentence], words.starts[sentence + 1]):
        if words.keep[t] >= 1 or _share(state) < words.keep[t]:
            read[size] = words.lines[t]
            size += 1
    return size


@kernel
def train_sentences(
    words: Words,
    span: tuple[int, int],
    weights: Weights,
    draws: Draws,
    shape: tuple[int, int, float],
    rates: tuple[float, float],
    state: U64,
) -> None:
    """Read sentences `span[0] .. span[1] - 1` once.

    Args:
        words: the corpus.
        span: first sentence, and the one after the last.
        weights: vectors, moved in place.
        draws: of negatives.
        shape: window, negatives and decay.
        rates: learning rate at the first and after the last sentence of the span.
        state: [1] uint64 of the random draws, not 0, moved in place.
    """
    window, negatives, decay = shape
    longest = 0
    for sentence in range(span[0], span[1]):
        longest = max(longest, words.starts[sentence + 1] - words.starts[sentence])
    read = np.empty(longest, np.int32)
    targets = np.empty(negatives + 1, np.int32)
    move = np.empty(weights.vectors.shape[1], np.float32)
    for sentence in range(span[0], span[1]):
        done = (sentence - span[0]) / (span[1] - span[0])
        lr = np.float32(rates[0] + (rates[1] - rates[0]) * done)
        both = (lr, lr * np.float32(decay))
        size = _read(words, sentence, read, state)
        for at in range(size):
            targets[0] = read[at]
            reach = 1 + _below(state, window)
            drawn = targets[: _draw(draws, targets, state)]
            for near in range(max(at - reach, 0), min(at + reach + 1, size)):
                if read[near] != read[at]:
                    step(weights.vectors[read[near]], weights.out, drawn, both, move)
