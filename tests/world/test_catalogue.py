import numpy as np

from bowerbird.core.facts import NONE, Action, Control, FactKind, Flag
from bowerbird.world.probe import find_pair
from bowerbird.world.tables import BLOCKED, KNOWN, REMOVED, VIOLATES
from bowerbird.world.world import World
from tests.world.stream import (
    KNOWN as TIME,
)
from tests.world.stream import (
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

SAYS_NO = TIME | int(Flag.RECOMMENDABLE_GIVEN)
SAYS_YES = SAYS_NO | int(Flag.RECOMMENDABLE)


def posted(world: World, row: int) -> list[int]:
    accounts = world.tables.accounts
    return [*accounts.posted[row, : accounts.posted_len[row]].tolist()]


def text(world: World, row: int) -> bytes:
    at, length = world.tables.media.details_at[row], world.tables.media.details_len[row]
    return world.tables.arenas.details[at : at + length].tobytes()


def shown(world: World, user: int = 0) -> list[int]:
    line = world.tables.users.shown[user]
    return [*line[line != NONE].tolist()]


def test_what_a_later_fact_gives_replaces_and_what_it_leaves_out_stays() -> None:
    world = folded(
        media(1, 0, code=1, value=9.5, expires=77, items=(3, 4), details=b"{}"),
        media(1, NONE, ts=START + 1, items=(5,), details=b'{"text":"longer"}'),
    )
    lines = world.tables.media

    assert (lines.account[1], lines.media_type[1], lines.duration_s[1]) == (0, 1, 9.5)
    assert (lines.expires[1], lines.ts[1], lines.flags[1]) == (77, START + 1, KNOWN)
    assert lines.topics[1].tolist() == [5, NONE, NONE, NONE]
    assert text(world, 1) == b'{"text":"longer"}'


def test_only_the_first_four_topics_are_kept() -> None:
    assert folded(media(0, 0, items=range(9))).tables.media.topics[0].tolist() == [0, 1, 2, 3]


def test_posted_is_newest_first_and_a_tie_goes_to_the_later_fact() -> None:
    times = {1: 5, 2: 9, 3: 5, 4: 7}
    world = folded(*(media(row, 0, ts=START + ts) for row, ts in times.items()))

    assert posted(world, 0) == [2, 4, 3, 1]
    assert world.tables.accounts.posts[0] == 4


def test_posted_keeps_the_64_newest_whatever_the_order_of_arrival() -> None:
    order = np.random.default_rng(2).permutation(150)
    world = folded(*(media(int(row), 0, ts=START + int(row)) for row in order))

    assert posted(world, 0) == [*range(149, 85, -1)]
    assert world.tables.accounts.posts[0] == 150


def test_a_media_described_again_is_posted_once() -> None:
    world = folded(media(1, 0), media(2, 0), media(1, 0), media(2, 0, ts=START - 1))

    assert posted(world, 0) == [1, 2]
    assert world.tables.accounts.posts[0] == 2


def test_a_media_that_changes_hands_leaves_its_former_owner() -> None:
    world = folded(media(1, 0), media(2, 0), media(1, 3))

    assert (posted(world, 0), posted(world, 3)) == ([2], [1])
    assert world.tables.accounts.posts[[0, 3]].tolist() == [1, 1]


def test_blocking_holds_until_the_owner_says_otherwise() -> None:
    flags = [
        folded(*rows).tables.media.flags[1]
        for rows in (
            [media(1, 0, flags=SAYS_NO)],
            [media(1, 0, flags=SAYS_NO), media(1, 0)],
            [media(1, 0, flags=SAYS_NO), media(1, 0, flags=SAYS_YES)],
        )
    ]

    assert flags == [KNOWN | BLOCKED, KNOWN | BLOCKED, KNOWN]


def test_an_account_and_a_person_belong_to_one_another_and_to_nobody_else() -> None:
    tables = folded(account(0, user=5), account(1, user=5), account(1, user=6)).tables

    assert tables.accounts.user[:2].tolist() == [NONE, 6]
    assert tables.users.account[[5, 6]].tolist() == [NONE, 1]


def test_a_row_violates_while_any_policy_says_so() -> None:
    yes, label = TIME | int(Flag.VIOLATES), {"kind": FactKind.LABEL, "media": 0}
    world = folded({**label, "name": 1, "flags": yes}, {**label, "name": 2, "flags": yes})
    folded({**label, "name": 1}, world=world)
    assert world.tables.media.flags[0] & VIOLATES

    folded({**label, "name": 2}, world=world)
    assert not world.tables.media.flags[0] & VIOLATES


def test_scores_widen_with_their_names_and_are_nan_where_nobody_gave_one() -> None:
    score = {"kind": FactKind.SCORE, "value": 0.25}
    tables = folded({**score, "media": 1, "name": 0}, {**score, "account": 0, "name": 3}).tables

    assert tables.sizes.names == 4
    assert tables.media.scores[1, 0] == 0.25
    assert tables.accounts.scores[0, 3] == 0.25
    assert np.isnan(tables.media.scores[1, 1:4]).all()


def test_muting_lasts_until_it_is_undone() -> None:
    world = folded(media(1, 7), control(Control.MUTE, media=1), control(Control.MUTE, account=8))
    pairs = world.tables.pairs
    assert [pairs.muted[find_pair(pairs.key, 0, a)] for a in (7, 8)] == [1, 1]

    folded(control(Control.UNMUTE, account=8), world=world)
    assert [pairs.muted[find_pair(pairs.key, 0, a)] for a in (7, 8)] == [1, 0]


def test_hidden_topics_are_the_last_eight_asked_for() -> None:
    hide = [control(Control.HIDE_TOPIC, items=(topic,)) for topic in (*range(9), 3)]
    world = folded(*hide, control(Control.SHOW_TOPIC, items=(7, 99)))

    assert world.tables.users.hidden_topics[0].tolist() == [3, 8, 6, 5, 4, 2, 1, NONE]


def test_shown_holds_the_last_three_pages_newest_first() -> None:
    world = folded(exposure(1, 2), exposure(3), exposure(4, 5), exposure(6))

    assert shown(world) == [6, 4, 5, 3]
    assert world.tables.users.pages[0] == 4


def test_facts_of_one_request_are_one_page() -> None:
    rows = [exposure(user=0, media=m, request=r) for m, r in ((1, 7), (2, 7), (3, 8), (4, 8))]

    world = folded(exposure(9), *rows)

    assert shown(world) == [3, 4, 1, 2, 9]
    assert world.tables.users.pages[0] == 3


def test_shown_never_outgrows_its_line() -> None:
    world = folded(exposure(*range(90)), exposure(*range(100, 120)))
    assert shown(world) == [*range(100, 120), *range(76)]

    assert shown(folded(exposure(*range(200)))) == [*range(96)]


def test_a_removed_media_is_flagged_withdrawn_and_speechless_for_good() -> None:
    world = folded(media(1, 0, items=(3,), details=b"secret"), media(2, 0), removal(media=1))
    folded(media(1, 0, details=b"again", ts=START + 9), world=world)

    assert world.tables.media.flags[1] == KNOWN | REMOVED
    assert posted(world, 0) == [2]
    assert (text(world, 1), world.tables.media.topics[1, 0]) == (b"", NONE)
    assert b"secret" not in world.tables.arenas.details.tobytes()


def test_a_removed_account_takes_all_its_media_along_and_those_to_come() -> None:
    world = folded(*(media(m, 0, ts=START + m, details=b"secret") for m in range(80)), media(80, 1))
    folded(account(0, user=3), event(Action.LIKE, 1), removal(account=0), media(81, 0), world=world)

    assert (world.tables.media.flags[:82] & REMOVED).astype(bool).tolist() == [True] * 80 + [
        False,
        True,
    ]
    assert world.tables.accounts.flags[0] & REMOVED
    assert (posted(world, 0), world.tables.accounts.engagers_len[0]) == ([], 0)
    assert world.tables.users.account[3] == NONE
    assert b"secret" not in world.tables.arenas.details.tobytes()


def test_a_removed_person_is_nowhere_and_everyone_else_is_untouched() -> None:
    kinds = (FactKind.MEDIA, FactKind.EXPOSURE, FactKind.CONTROL, *[FactKind.EVENT] * 7)
    facts = chance(8, 3_000, kinds=kinds, users=50, accounts=60)
    world, before = World(), World()
    for w in (world, before):
        w.fold(facts)
    folded(account(0, user=7), removal(user=7), world=world)

    tables, then = world.tables, before.tables
    held = tables.pairs.key[tables.pairs.key != NONE]
    assert not (held >> 32 == 7).any()
    for key in then.pairs.key[(then.pairs.key != NONE) & (then.pairs.key >> 32 != 7)].tolist():
        user, of = key >> 32, key & 0xFFFFFFFF
        line, old = find_pair(tables.pairs.key, user, of), find_pair(then.pairs.key, user, of)
        assert tables.pairs.affinity[line] == then.pairs.affinity[old]
        assert np.array_equal(tables.pairs.counts[line], then.pairs.counts[old])
    assert not (tables.accounts.engagers[:60] == 7).any()
    empty = World().tables.users
    for name in set(empty._fields) - {"flags"}:
        assert np.array_equal(getattr(tables.users, name)[7], getattr(empty, name)[7]), name
    assert tables.users.flags[7] == REMOVED
    assert np.array_equal(tables.media.total, then.media.total)
    at, length = then.users.history_base[7], then.users.history_cap[7]
    assert not tables.arenas.history_media[at : at + length].any()
    assert not tables.arenas.history_ts[at : at + length].any()


def test_a_person_who_comes_back_starts_anew() -> None:
    world = folded(event(Action.LIKE, 1), removal(user=0), event(Action.LIKE, 2))
    users = world.tables.users

    assert users.total[0, Action.LIKE] == 1
    assert (users.history_len[0], users.seen_len[0], users.flags[0]) == (1, 1, 0)


def test_freed_slices_are_used_again() -> None:
    world = folded(*(event(Action.LIKE, m) for m in range(300)), removal(user=0))
    used = world.tables.ledger[6:8].copy()

    folded(*(event(Action.LIKE, m, user=1) for m in range(300)), world=world)

    assert world.tables.ledger[6:8].tolist() == used.tolist()
    assert world.tables.users.history_len[1] == 200
