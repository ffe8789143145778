import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from bowerbird.core.candidates import Kind
from bowerbird.core.facts import NONE
from bowerbird.core.ids import Ids, IdTable
from bowerbird.core.signals import Condition, Context
from bowerbird.world.sift import COMPARES, FLAGS
from bowerbird.world.signals import WorldSignals
from bowerbird.world.world import World
from tests.world.stream import EVERY_KIND, chance

SIGNALS = []
for seed in range(3):
    world = World()
    world.fold(chance(seed, 1_200, kinds=EVERY_KIND, users=6))
    SIGNALS.append((WorldSignals(world, Ids(names=IdTable(["spam", "nudity"]))), world))

flags = st.builds(
    lambda name, value: Condition(name, "", value), st.sampled_from(FLAGS), st.integers(0, 1)
)
scores = st.builds(
    Condition, st.sampled_from(["spam", "policy"]), st.sampled_from(COMPARES), st.floats(0, 1)
)


@settings(max_examples=120)
@given(
    st.sampled_from(SIGNALS),
    st.lists(flags | scores, min_size=1, max_size=6),
    st.sampled_from([NONE, 0, 1, 2, 5, 10_000]),
    st.integers(0, 10**9),
)
def test_one_pass_answers_as_the_signals_do_one_by_one(
    known: tuple[WorldSignals, World], asked: list[Condition], user: int, later: int
) -> None:
    signals, world = known
    context = Context(user, world.newest + later)
    rows = np.array([*range(-1, 40), 10_000, 2_000_000_000, *range(20)], np.int32)
    expected = np.ones(len(rows), np.bool_)
    for one in asked:
        assert signals.sifts(Kind.MEDIA, one)
        found = signals.compute(Kind.MEDIA, one.name, rows, context)
        if not one.compare:
            expected &= found.astype(np.bool_) == bool(one.value)
        else:
            compare = [np.less, np.less_equal, np.greater, np.greater_equal]
            expected &= compare[COMPARES.index(one.compare)](found.astype(np.float64), one.value)

    assert signals.sift(Kind.MEDIA, asked, rows, context).tolist() == expected.tolist()


def test_what_one_pass_does_not_know_it_says() -> None:
    signals, _ = SIGNALS[0]
    assert not signals.sifts(Kind.ACCOUNTS, Condition("recommendable", "", 1))
    assert not signals.sifts(Kind.MEDIA, Condition("popularity", "<", 0.5))
    assert not signals.sifts(Kind.MEDIA, Condition("affinity", "", 1))
