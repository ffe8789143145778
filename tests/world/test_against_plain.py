from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bowerbird.core.facts import NONE, UNKNOWN, FactKind, Flag
from bowerbird.world.world import World
from tests.world.stream import DAY, START, batch, chance, plain_world

PLAIN: Any = plain_world()
MOSTLY_EVENTS = (FactKind.MEDIA, *[FactKind.EVENT] * 9)


@settings(max_examples=150)
@given(st.integers(0, 2**32 - 1), st.integers(1, 40))
def test_the_kernels_agree_with_the_rules_in_plain_python(seed: int, people: int) -> None:
    facts = chance(seed, 900, kinds=MOSTLY_EVENTS, users=people, accounts=12, all=80)
    world, plain = World(), PLAIN.PlainWorld()

    world.fold(facts)
    plain.fold(facts)

    assert PLAIN.differences(world, plain) == []


rows = st.fixed_dictionaries(
    {
        "kind": st.sampled_from([FactKind.EVENT, FactKind.EVENT, FactKind.MEDIA]),
        "ts": st.integers(START, START + 2 * DAY),
        "user": st.integers(NONE, 1),
        "account": st.integers(NONE, 1),
        "media": st.integers(NONE, 2),
        "code": st.sampled_from([*range(16), UNKNOWN]),
        "value": st.sampled_from([0.0, 4_000.0, 5_000.0, 20_000.0, 60_000.0]),
        "flags": st.sampled_from([0, int(Flag.TIME_KNOWN)]),
    }
)


@settings(max_examples=150)
@given(st.lists(rows, max_size=25))
def test_they_agree_on_every_short_story(rows: list[dict[str, Any]]) -> None:
    facts = batch(rows)
    world, plain = World(), PLAIN.PlainWorld()

    world.fold(facts)
    plain.fold(facts)

    assert PLAIN.differences(world, plain) == []


@pytest.mark.parametrize("people", [1, 3])
def test_they_agree_on_histories_that_outgrow_every_slice(people: int) -> None:
    facts = chance(1, 4_000, kinds=[FactKind.EVENT], users=people, accounts=5, all=900)
    world, plain = World(), PLAIN.PlainWorld()

    world.fold(facts)
    plain.fold(facts)

    assert world.tables.users.history_len.max() == 200
    assert PLAIN.differences(world, plain) == []
