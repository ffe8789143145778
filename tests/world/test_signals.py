from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bowerbird.core.candidates import Kind, Mask, Rows
from bowerbird.core.facts import (
    COUNTED,
    F64,
    NONE,
    UNKNOWN,
    Action,
    Control,
    FactKind,
    Flag,
    MediaType,
)
from bowerbird.core.ids import Ids, IdTable
from bowerbird.core.signals import Context, Type
from bowerbird.world.ledger import NEWEST
from bowerbird.world.rules import AFFINITY, DAY, TREND
from bowerbird.world.signals import COUNTERS, SIGNALS, WorldSignals
from bowerbird.world.tables import BLOCKED, REMOVED, VIOLATES, Tables
from bowerbird.world.trending import considered
from bowerbird.world.world import World
from tests.world.stream import (
    EVERY_KIND,
    KNOWN,
    START,
    account,
    chance,
    control,
    event,
    exposure,
    folded,
    media,
    removal,
)

IDS = Ids(names=IdTable(["spam", "nudity"]))
MEDIA, ACCOUNTS, USERS = Kind.MEDIA, Kind.ACCOUNTS, Kind.USERS
NO = KNOWN | int(Flag.RECOMMENDABLE_GIVEN)
DTYPES = {Type.BOOL: "b", Type.NUMBER: "fui", Type.TIME: "i", Type.DURATION: "if"}


def ask(
    world: World, name: str, rows: list[int], kind: Kind = MEDIA, user: int = 0, now: int = START
) -> list[Any]:
    found = WorldSignals(world, IDS).compute(
        kind, name, np.array(rows, np.int32), Context(user, now)
    )
    return [*found.tolist()]


NAMES = [(kind, name) for kind, names in SIGNALS.items() for name in names]


@pytest.mark.parametrize(("kind", "name"), NAMES, ids=[f"{k}-{n}" for k, n in NAMES])
def test_rows_and_people_that_nobody_named_get_the_defaults(kind: Kind, name: str) -> None:
    world = World()
    world.fold(chance(6, 900, kinds=EVERY_KIND))
    rows = np.array([NONE, 0, 3, 10_000, 2_000_000_000], np.int32)
    rows.flags.writeable = False

    for signals, user in [(WorldSignals(World(), IDS), 0)] + [
        (WorldSignals(world, IDS), user) for user in (NONE, 0, 10_000)
    ]:
        found = signals.compute(kind, name, rows, Context(user, world.newest))
        assert found.shape == (5,)
        assert found.dtype.kind in DTYPES.get(SIGNALS[kind][name], "iu")
        assert np.isfinite(found).all()
        if kind is not ACCOUNTS or name != "account_id":
            assert found[0] == found[3] == found[4]


def test_a_name_nobody_declared_is_a_key_error() -> None:
    signals, none = WorldSignals(World(), IDS), np.zeros(0, np.int32)

    with pytest.raises(KeyError):
        signals.compute(MEDIA, "likd", none, Context(0, 0))
    with pytest.raises(KeyError):
        signals.compute(USERS, "spam", none, Context(0, 0))
    for ask in (signals.links, signals.listed):
        with pytest.raises(KeyError):
            ask("nothing")
    with pytest.raises(KeyError):
        signals.array(MEDIA, "age")


def test_a_media_says_what_it_is() -> None:
    world = folded(media(1, 4, code=MediaType.VIDEO, value=12.5, expires=START + 50))

    assert ask(world, "account_id", [0, 1]) == [NONE, 4]
    assert ask(world, "media_type", [0, 1]) == [UNKNOWN, MediaType.VIDEO]
    assert ask(world, "duration", [0, 1]) == [0, 12_500]
    assert ask(world, "age", [1], now=START + 9) == [9]
    assert ask(world, "age", [1], now=START - 9) == [0]
    assert ask(world, "expired", [0, 1], now=START + 49) == [False, False]
    assert ask(world, "expired", [0, 1], now=START + 50) == [False, True]


def test_recommendable_asks_media_owner_and_time() -> None:
    violates = {"kind": FactKind.LABEL, "flags": KNOWN | int(Flag.VIOLATES)}
    world = folded(
        media(1, 0),
        media(2, 1),
        media(3, 0, flags=NO),
        media(4, 0, expires=START),
        media(5, 0),
        media(6, 2),
        account(1, flags=NO),
        {**violates, "media": 5},
        {**violates, "account": 2},
        event(Action.LIKE, 7),
        removal(media=8),
    )

    assert ask(world, "recommendable", [*range(1, 9)]) == [True] + [False] * 7
    assert ask(world, "recommendable", [0, 1, 2, 9], ACCOUNTS) == [True, False, False, False]
    assert ask(world, "removed", [1, 8, 99]) == [False, True, True]


def test_media_beyond_posted_follow_their_removed_owner() -> None:
    world = folded(*(media(m, 0, ts=START + m) for m in range(100)), removal(account=0))

    assert not any(ask(world, "recommendable", [*range(100)]))
    assert all(ask(world, "removed", [*range(100)]))


def test_seen_is_an_impression_or_one_of_the_last_three_pages() -> None:
    world = folded(event(Action.IMPRESSION, 1), exposure(2), exposure(3), exposure(4), exposure(5))

    assert ask(world, "seen", [1, 2, 3, 4, 5, 6]) == [True, False, True, True, True, False]
    assert ask(world, "seen", [1, 5], user=1) == [False, False]


@settings(max_examples=20)
@given(st.integers(0, 2**32 - 1))
def test_seen_agrees_with_a_python_set(seed: int) -> None:
    facts = chance(seed, 1_500, kinds=(FactKind.EVENT,), users=4, all=900)
    world = World()
    world.fold(facts)

    for user in range(4):
        mine = (facts.user == user) & (facts.code < COUNTED + 3)
        truth = {*facts.media[mine].tolist()} - {NONE}
        found = ask(world, "seen", [*range(900)], user=user)
        assert {row for row, seen in enumerate(found) if seen} == truth


def test_muted_is_of_owners_and_of_topics() -> None:
    world = folded(
        media(1, 0),
        media(2, 1, items=(5, 6)),
        media(3, 1, items=(7,)),
        account(2, items=(6,)),
        control(Control.MUTE, account=0),
        control(Control.HIDE_TOPIC, items=(6,)),
    )

    assert ask(world, "muted", [1, 2, 3]) == [True, True, False]
    assert ask(world, "muted", [0, 1, 2], ACCOUNTS) == [True, False, True]
    assert ask(world, "muted", [1, 2, 3], user=1) == [False] * 3


def test_own_is_what_the_persons_account_posted() -> None:
    world = folded(account(0, user=0), media(1, 0), media(2, 1))

    assert ask(world, "own", [1, 2, 99]) == [True, False, False]
    assert ask(world, "own", [0, 1], ACCOUNTS) == [True, False]
    assert ask(world, "own", [1, 2], user=1) == [False, False]


def test_counters_are_ever_and_of_late() -> None:
    world = folded(media(1, 0), *[event(Action.LIKE, 1)] * 3, event(Action.FOLLOW, account=0))

    assert ask(world, "likes", [0, 1]) == [0, 3]
    assert ask(world, "recent_likes", [0, 1], now=START + int(DAY)) == [0, 1.5]
    assert ask(world, "likes", [0], ACCOUNTS) == [3]
    assert ask(world, "followers", [0], ACCOUNTS) == [1]
    assert ask(world, "likes", [0], USERS) == [3]
    assert ask(world, "posts", [0], ACCOUNTS) == [1]
    assert {*COUNTERS.values()} == {Action(code) for code in range(COUNTED)}


def test_trend_and_affinity_fade() -> None:
    world = folded(media(1, 0), event(Action.SAVE, 1))

    assert ask(world, "trend", [1]) == [TREND[Action.SAVE]]
    assert ask(world, "trend", [1], now=START + int(DAY)) == [TREND[Action.SAVE] / 2]
    assert ask(world, "affinity", [1]) == [AFFINITY[Action.SAVE]]
    assert ask(world, "affinity", [0], ACCOUNTS, now=START + int(30 * DAY)) == [1.5]
    assert ask(world, "affinity", [1], user=1) == [0]


def test_one_like_of_one_impression_is_less_popular_than_fifty_of_a_hundred() -> None:
    few = [event(Action.IMPRESSION, 1), event(Action.LIKE, 1)]
    many = [event(Action.IMPRESSION, 2)] * 100 + [event(Action.LIKE, 2)] * 50
    never, one, often = ask(folded(*few, *many), "popularity", [0, 1, 2])

    assert never == 0 < one < often


def test_a_score_nobody_gave_counts_as_nothing() -> None:
    score = {"kind": FactKind.SCORE, "name": 1, "value": 0.75}
    world = folded({**score, "media": 1}, {**score, "account": 0})

    assert ask(world, "nudity", [0, 1]) == [0, 0.75]
    assert ask(world, "nudity", [0], ACCOUNTS) == [0.75]
    for name in ("spam", "policy", "non_recommendable"):
        assert ask(world, name, [0, 1]) == [0, 0]


def test_whole_columns_are_those_of_the_rows() -> None:
    world = World()
    world.fold(chance(2, 800, kinds=EVERY_KIND))
    signals = WorldSignals(world, IDS)
    named = {
        MEDIA: ["account_id", "media_type", "ts", "likes"],
        ACCOUNTS: ["ts", "posts", "likes"],
        USERS: ["account_id", "last_seen", "likes"],
    }
    for kind, names in named.items():
        for name in names:
            whole = signals.array(kind, name)
            assert len(whole) == getattr(world.tables.sizes, kind)
            assert whole.tolist() == ask(world, name, [*range(len(whole))], kind)


def test_links_are_the_lists_of_accounts() -> None:
    world = folded(media(1, 0), media(2, 2), event(Action.LIKE, 2, user=3))
    signals = WorldSignals(world, IDS)

    (posted,), (engagers,) = signals.links("posted"), signals.links("engagers")

    assert posted.index.tolist() == [0, 1, 2]
    assert posted.length.tolist() == [1, 0, 1]
    assert posted.rows[2, 0] == 2
    assert engagers.rows[2, 0] == 3
    assert posted.scores.shape == posted.rows.shape
    assert (posted.scores == 1).all()


def test_histories_are_windows_on_shared_columns() -> None:
    world = folded(
        media(1, 4, code=0), event(Action.LIKE, 1, user=1), event(Action.SAVE, 1, user=1)
    )
    histories = WorldSignals(world, IDS).histories()
    window = slice(histories.start[1], histories.start[1] + histories.length[1])

    assert histories.length.tolist() == [0, 2]
    assert histories.action[window].tolist() == [Action.LIKE, Action.SAVE]
    assert histories.account[window].tolist() == [4, 4]
    assert histories.media_type[window].tolist() == [0, 0]


def test_a_like_shows_in_what_trends_with_the_next_page() -> None:
    world = folded(*(media(m, 0) for m in range(5)), *[event(Action.LIKE, 3)] * 2)
    folded(event(Action.LIKE, 1), event(Action.IMPRESSION, 2), world=world)

    rows, scores = WorldSignals(world, IDS).listed("trending")

    assert rows.tolist() == [3, 1]
    assert scores.tolist() == [2, 1]


def test_what_may_not_be_shown_is_on_no_list() -> None:
    world = folded(
        *(
            media(m, m // 2, expires=START * (m == 5), flags=NO if m == 4 else KNOWN)
            for m in range(7)
        ),
        *(event(Action.LIKE, m) for m in range(7)),
        removal(media=0),
        removal(account=1),
    )
    signals = WorldSignals(world, IDS)

    assert sorted(signals.listed("trending")[0].tolist()) == [1, 6]
    assert signals.listed("fresh")[0].tolist() == [6, 1]


def test_fresh_is_newest_first_and_forgets_all_but_the_last_4096() -> None:
    world = folded(*(media(m, 0, ts=START + 1_000 * (m % 3)) for m in range(5_000)))

    rows, scores = WorldSignals(world, IDS).listed("fresh")

    assert sorted(rows.tolist()) == [*range(904, 5_000)]
    assert rows[:2].tolist() == [4_997, 4_994]
    assert (np.diff(world.tables.media.ts[rows]) <= 0).all()
    assert (np.diff(scores) <= 0).all()


def may_show(tables: Tables, media: Rows) -> Mask:
    owner, expires = tables.media.account[media], tables.media.expires[media]
    flags = tables.media.flags[media] | np.where(owner < 0, 0, tables.accounts.flags[owner])
    barred = (flags & (BLOCKED | REMOVED | VIOLATES)) != 0
    shown: Mask = ~barred & ((expires == 0) | (expires > tables.ledger[NEWEST]))
    return shown


def trend_keys(tables: Tables, media: Rows) -> F64:
    total = np.zeros(len(media))
    for weight, counts in zip(TREND, tables.media.recent[media].T, strict=True):
        total += np.float32(weight) * counts
    with np.errstate(divide="ignore"):
        keys: F64 = np.log2(total) + tables.media.recent_ts[media] / DAY
    return keys


@settings(max_examples=10)
@given(st.integers(0, 2**32 - 1), st.integers(1, 9_000))
def test_what_trends_is_what_a_look_at_every_media_finds(seed: int, stop: int) -> None:
    kinds = (FactKind.MEDIA, *[FactKind.EVENT] * 9)
    world = World()
    world.fold(chance(seed, 9_000, kinds=kinds, all=3_000).slice(0, stop))
    everything = np.arange(world.tables.sizes.media, dtype=np.int32)
    everything = everything[may_show(world.tables, everything)]
    keys = trend_keys(world.tables, everything)
    order = np.lexsort((everything, -keys))
    best = everything[order][keys[order] > -np.inf][:2_048]

    rows, scores = WorldSignals(world, IDS).listed("trending")

    assert rows.tolist() == best.tolist()
    assert (np.diff(scores) <= 0).all()
    assert len(np.unique(considered(world.tables))) == len(considered(world.tables))


def test_the_pool_holds_a_catalogue_larger_than_itself_to_the_best() -> None:
    rows = [event(Action.LIKE, m, user=NONE) for m in range(9_000)]
    rows += [event(Action.LIKE, m, user=NONE) for m in range(0, 9_000, 4)]

    found, scores = WorldSignals(folded(*rows), IDS).listed("trending")

    assert len(found) == 2_048
    assert (found % 4 == 0).all()
    assert (scores == 2).all()
