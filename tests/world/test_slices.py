"""Slices of an arena: taken and freed at random, none ever overlaps another."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from bowerbird.core.facts import I32, I64, NONE
from bowerbird.core.kernels import kernel
from bowerbird.world.ledger import HISTORY_FREE, HISTORY_USED, new_ledger
from bowerbird.world.slices import free_slice, has_room, take_slice

ROOM = 1 << 17


@kernel
def drive(chain: I32, ledger: I64, lengths: I64, frees: I64, taken: I64) -> None:
    """Take a slice of each length, freeing before it the one taken `frees` steps before."""
    for i in range(len(lengths)):
        victim = i - frees[i]
        if frees[i] > 0 and victim >= 0 and taken[victim] != NONE:
            for cell in range(taken[victim], taken[victim] + lengths[victim]):
                chain[cell] = NONE
            free_slice(chain, ledger, HISTORY_USED, HISTORY_FREE, taken[victim], lengths[victim])
            taken[victim] = NONE
        if has_room(chain, ledger, HISTORY_USED, HISTORY_FREE, lengths[i]):
            taken[i] = take_slice(chain, ledger, HISTORY_USED, HISTORY_FREE, lengths[i])
            for cell in range(taken[i], taken[i] + lengths[i]):
                if chain[cell] != NONE:
                    taken[i] = -2  # it was handed out unwiped, or twice
                    return
                chain[cell] = i


def driven(lengths: list[int], frees: list[int]) -> tuple[I32, I64, I64]:
    chain, ledger = np.full(ROOM, NONE, np.int32), new_ledger()
    taken = np.full(len(lengths), NONE, np.int64)
    drive(chain, ledger, np.array(lengths, np.int64), np.array(frees, np.int64), taken)
    return chain, ledger, taken


lengths = st.integers(3, 9).map(lambda exponent: 1 << exponent)


@given(steps=st.lists(st.tuples(lengths, st.integers(0, 20)), min_size=1, max_size=150))
def test_slices_never_overlap_and_what_is_free_is_joined(steps: list[tuple[int, int]]) -> None:
    sizes, frees = [size for size, _ in steps], [free for _, free in steps]
    chain, ledger, taken = driven(sizes, frees)
    for nth, at in enumerate(taken.tolist()):
        assert at != -2
        if at != NONE:
            assert at % sizes[nth] == 0
            assert (chain[at : at + sizes[nth]] == nth).all()
    in_use = sum(size for size, at in zip(sizes, taken.tolist(), strict=True) if at != NONE)
    free: list[tuple[int, int]] = []
    for exponent in range(16):
        at, before = int(ledger[HISTORY_FREE + exponent]), NONE
        while at != NONE:
            free.append((at, 1 << exponent))
            assert chain[at + 1] == before
            before = at // 8
            at = NONE if chain[at] == NONE else int(chain[at]) * 8
    assert in_use + sum(size for _, size in free) == ledger[HISTORY_USED]
    starts = dict(free)
    for at, size in free:
        assert starts.get(at ^ size) != size, "two free halves were not joined"


def test_everybody_outgrowing_a_slice_makes_room_for_longer_ones() -> None:
    people, sizes, frees = 64, [], []
    for exponent in range(3, 9):  # all of them grow side by side
        sizes += [1 << exponent] * people
        frees += [0 if exponent == 3 else people] * people
    _, ledger, _ = driven(sizes, frees)
    assert ledger[HISTORY_USED] <= 1.3 * people * 256
