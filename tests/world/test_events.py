import numpy as np
import pytest

from bowerbird.core.facts import NONE, UNKNOWN, Action, MediaType
from bowerbird.world.probe import find_pair
from bowerbird.world.rules import AFFINITY, AFFINITY_FLOOR
from bowerbird.world.world import World
from tests.world.stream import DAY, HOUR, MINUTE, START, account, event, folded, media

LIKE, VIEW, LONG_VIEW = Action.LIKE, Action.VIEW, Action.LONG_VIEW


def pair(world: World, user: int, account: int) -> int:
    return int(find_pair(world.tables.pairs.key, user, account))


def history(world: World, user: int = 0) -> list[tuple[int, int]]:
    """Return (media, action) of a person's history, oldest first."""
    users, arenas = world.tables.users, world.tables.arenas
    at = users.history_at[user]
    window = slice(at, at + users.history_len[user])
    return [*zip(arenas.history_media[window], arenas.history_action[window], strict=True)]


def seen(world: World, user: int = 0) -> set[int]:
    users = world.tables.users
    at, capacity = users.seen_at[user], users.seen_cap[user]
    return {*world.tables.arenas.seen[at : at + capacity].tolist()} - {NONE}


def test_an_event_counts_on_its_media_its_account_and_its_person() -> None:
    tables = folded(media(3, 2), event(LIKE, 3, user=1)).tables

    assert tables.media.total[3, LIKE] == 1
    assert tables.accounts.total[2, LIKE] == 1
    assert tables.users.total[1, LIKE] == 1
    assert (tables.media.total.sum(), tables.sizes) == (1, (2, 3, 4, 0))


def test_recent_counts_halve_in_a_day() -> None:
    tables = folded(event(LIKE, 1, ts=START), event(VIEW, 1, ts=START + DAY)).tables

    assert tables.media.recent[1, [LIKE, VIEW]].tolist() == [0.5, 1.0]
    assert tables.media.recent_ts[1] == START + DAY


def test_a_late_event_counts_for_less_and_does_not_move_the_clock() -> None:
    tables = folded(event(LIKE, 1, ts=START), event(LIKE, 1, ts=START - 2 * DAY)).tables

    assert tables.media.recent[1, LIKE] == 1.25
    assert tables.media.recent_ts[1] == START
    assert tables.users.last_ts[0] == START


def test_a_made_up_time_counts_but_is_never_recent_nor_a_session_nor_the_newest() -> None:
    world = folded(media(1, 0, flags=0), event(LIKE, 1, flags=0))
    users, arenas = world.tables.users, world.tables.arenas

    assert users.total[0, LIKE] == 1
    assert users.recent[0].sum() == 0
    assert (users.session_events[0], users.last_ts[0], world.newest) == (0, 0, 0)
    assert arenas.history_known[users.history_at[0]] == 0
    assert world.tables.pairs.affinity[pair(world, 0, 0)] == AFFINITY[LIKE]
    assert seen(world) == {1}


def test_a_session_ends_after_half_an_hour_of_nothing() -> None:
    times = [START, START + 30 * MINUTE, START + 30 * MINUTE + 1, START + HOUR]
    users = folded(*(event(VIEW, 1, ts=ts) for ts in times)).tables.users
    assert (users.session_ts[0], users.session_events[0]) == (START, 4)

    users = folded(
        event(VIEW, 1, ts=START), event(VIEW, 1, ts=START + 30 * MINUTE + 1)
    ).tables.users
    assert (users.session_ts[0], users.session_events[0]) == (START + 30 * MINUTE + 1, 1)


def test_a_late_event_joins_the_running_session_or_none() -> None:
    rows = [event(VIEW, 1, ts=START + minutes * MINUTE) for minutes in (0, 10, 5, -5)]

    users = folded(*rows).tables.users

    assert (users.session_events[0], users.last_ts[0]) == (3, START + 10 * MINUTE)


@pytest.mark.parametrize(
    ("form", "seconds", "dwell", "long"),
    [
        (MediaType.PHOTO, np.nan, 4_999, False),
        (MediaType.PHOTO, np.nan, 5_000, True),
        (MediaType.VIDEO, np.nan, 14_999, False),
        (MediaType.VIDEO, 60, 15_000, True),
        (MediaType.VIDEO, 10, 8_999, False),
        (MediaType.VIDEO, 10, 9_000, True),
        (MediaType.STORY, np.nan, 5_000, True),
        (MediaType.LIVE, np.nan, 29_999, False),
        (MediaType.LIVE, np.nan, 30_000, True),
        (UNKNOWN, np.nan, 9_999, False),
        (UNKNOWN, np.nan, 10_000, True),
        (UNKNOWN, np.nan, np.nan, False),
    ],
)
def test_a_long_enough_view_is_a_long_one(
    form: int, seconds: float, dwell: float, long: bool
) -> None:
    world = folded(media(1, 0, code=form, value=seconds), event(VIEW, 1, value=dwell))

    assert world.tables.media.total[1, [VIEW, LONG_VIEW]].tolist() == [1, long]
    assert history(world) == [(1, LONG_VIEW if long else VIEW)]


def test_an_event_belongs_to_the_account_it_names_or_else_to_the_owner() -> None:
    world = folded(
        media(1, 5), event(LIKE, 1), event(LIKE, 1, account=6), event(Action.FOLLOW, account=7)
    )

    assert world.tables.accounts.total[[5, 6], LIKE].tolist() == [1, 1]
    assert world.tables.accounts.total[7, Action.FOLLOW] == 1
    assert history(world)[-1] == (NONE, Action.FOLLOW)


def test_an_event_before_its_media_is_described_stays_without_an_account() -> None:
    world = folded(event(LIKE, 1), media(1, 5))

    assert world.tables.accounts.total[5, LIKE] == 0
    assert world.tables.arenas.history_account[world.tables.users.history_at[0]] == NONE


def test_impressions_and_hides_are_seen_but_are_no_engagement() -> None:
    world = folded(media(1, 0), media(2, 0), event(Action.IMPRESSION, 1), event(Action.HIDE, 2))

    assert seen(world) == {1, 2}
    assert history(world) == []
    assert world.tables.accounts.engagers_len[0] == 0
    assert world.tables.pairs.affinity[pair(world, 0, 0)] == AFFINITY[Action.HIDE]


def test_history_keeps_the_newest_200_in_order_of_arrival() -> None:
    world = folded(*(event(LIKE, m, ts=START - m) for m in range(1_000)))

    assert history(world) == [(m, LIKE) for m in range(800, 1_000)]


def test_engagements_are_counted_by_type() -> None:
    rows = [media(0, 0, code=MediaType.PHOTO), media(1, 0, code=MediaType.VIDEO), media(2, 0)]
    likes = [event(LIKE, m) for m in (0, 1, 1, 2)]

    assert folded(*rows, *likes).tables.users.by_type[0].tolist() == [1, 2, 0, 0]


def test_affinity_halves_in_thirty_days_and_never_falls_below_its_floor() -> None:
    world = folded(media(1, 0), event(LIKE, 1), event(Action.SAVE, 1, ts=START + 30 * DAY))
    assert world.tables.pairs.affinity[pair(world, 0, 0)] == 1.0 + 3.0

    world = folded(media(1, 0), *[event(Action.REPORT, 1)] * 9)
    assert world.tables.pairs.affinity[pair(world, 0, 0)] == AFFINITY_FLOOR


def test_undoing_takes_back_all_that_is_left_of_it() -> None:
    before = folded(media(1, 0, code=0), event(VIEW, 1, value=0), event(VIEW, 1, ts=START + DAY))
    after = folded(
        media(1, 0, code=0),
        event(VIEW, 1, value=0),
        event(LIKE, 1),
        event(VIEW, 1, ts=START + DAY),
        event(Action.UNLIKE, 1, ts=START + DAY),
    )
    assert history(after) == history(before)
    for name in ("media", "accounts", "users"):
        ours, theirs = getattr(after.tables, name), getattr(before.tables, name)
        assert np.array_equal(ours.total[:2], theirs.total[:2])
        assert np.array_equal(ours.recent[:2], theirs.recent[:2])
    assert np.array_equal(after.tables.users.by_type[0], before.tables.users.by_type[0])
    lines = [pair(world, 0, 0) for world in (after, before)]
    warmth = [w.tables.pairs.affinity[line] for w, line in zip((after, before), lines, strict=True)]
    assert warmth[0] == pytest.approx(warmth[1], abs=1e-6)
    assert after.tables.pairs.counts[lines[0], LIKE] == 0


def test_undoing_takes_the_newest_entry_only() -> None:
    world = folded(event(LIKE, 1), event(LIKE, 2), event(LIKE, 1), event(Action.UNLIKE, 1))

    assert history(world) == [(1, LIKE), (2, LIKE)]


def test_undoing_what_was_never_done_changes_no_counter() -> None:
    world = folded(media(1, 0), event(LIKE, 1, user=1), *[event(Action.UNLIKE, 1, user=0)] * 3)

    assert world.tables.media.total[1, LIKE] == 1
    assert world.tables.accounts.recent[0, LIKE] == 1


def test_undoing_what_left_the_history_takes_the_total_only() -> None:
    likes = [event(LIKE, m) for m in range(250)]
    world = folded(*(media(m, 0) for m in range(250)), *likes, event(Action.UNLIKE, 3))

    assert world.tables.media.total[3, LIKE] == 0
    assert world.tables.media.recent[3, LIKE] == 1
    assert world.tables.pairs.counts[pair(world, 0, 0), LIKE] == 249
    assert len(history(world)) == 200


def test_unfollowing_takes_back_the_follow_of_that_account() -> None:
    world = folded(
        event(Action.FOLLOW, account=1),
        event(Action.FOLLOW, account=2),
        event(Action.UNFOLLOW, account=1),
    )

    assert world.tables.accounts.total[[1, 2], Action.FOLLOW].tolist() == [0, 1]
    assert len(history(world)) == 1


def test_engagers_are_distinct_and_the_newest_first() -> None:
    people = [*range(40), 20]
    accounts = folded(media(1, 0), *(event(LIKE, 1, user=u) for u in people)).tables.accounts

    assert accounts.engagers[0].tolist() == [20, *range(39, 20, -1), *range(19, 7, -1)]
    assert accounts.engagers_len[0] == 32


def test_codes_and_kinds_that_nobody_knows_are_passed_over() -> None:
    world = folded(event(99, 1), event(UNKNOWN, 1), {"kind": 77, "user": 0, "media": 1})

    assert world.offset == 3
    assert world.tables.media.total.sum() == 0
    assert (seen(world), history(world)) == (set(), [])


def test_an_account_is_dated_by_the_first_fact_that_names_it_until_it_dates_itself() -> None:
    rows = [media(1, 0, ts=START + 5), event(LIKE, 1, ts=START + 9)]
    assert folded(*rows).tables.accounts.ts[0] == START + 5
    assert folded(*rows, account(0, ts=START - DAY)).tables.accounts.ts[0] == START - DAY
