"""How people behave, read from the facts alone or from facts and truth together."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np

from bowerbird.core.facts import Action
from bowerbird.simulate import simulate
from bowerbird.simulate.life import Life
from bowerbird.simulate.signup import sign_ups
from bowerbird.simulate.society import CARELESS
from bowerbird.simulate.town import Town, found
from tests.simulate.conftest import VILLAGE, Run

PURPOSEFUL = "('click', 'like', 'comment', 'save', 'share', 'follow', 'profile_visit')"


def one(run: Run, query: str) -> float:
    row = run.facts.execute(query).fetchone()
    assert row is not None
    return float(row[0])


def test_at_least_two_fifths_of_engagements_are_off_the_main_interests(village: Run) -> None:
    rows = village.facts.execute(
        f"SELECT user_id, media_id, ts FROM events WHERE action IN {PURPOSEFUL} AND surface NOTNULL"
    ).fetchnumpy()
    truth = village.truth
    person, media = truth.person_rows(rows["user_id"]), truth.media_rows(rows["media_id"])
    day = np.array([truth.day_of(int(ts)) for ts in rows["ts"]])
    leaf = truth.media_topics[media, 0]
    off = ~(truth.main[day, person] == leaf[:, None]).any(axis=1)
    assert 0.40 <= off.mean() <= 0.75
    # a deed just after midnight belongs to the day before
    assert abs(off.mean() - village.report.off_main) < 0.01


def test_people_choose_what_they_care_for_more_often(village: Run) -> None:
    on_main = {a: 1 - share for a, share in village.report.off_main_by.items()}
    assert on_main["click"] > 1.3 * on_main["impression"]
    assert on_main["like"] > on_main["click"]


def test_the_head_has_most_of_the_likes(village: Run) -> None:
    assert village.report.top_share > 0.08  # 50 of 5,000 media
    liked = "SELECT count(*) AS n FROM events WHERE action = 'like' GROUP BY media_id"
    ten = one(village, f"SELECT sum(n) FROM (SELECT n FROM ({liked}) ORDER BY n DESC LIMIT 500)")
    assert ten / village.report.actions["like"] > 0.4


def test_every_choice_is_among_what_that_page_showed_before(village: Run) -> None:
    unseen = one(
        village,
        """
        SELECT count(*) FROM events AS e WHERE request_id NOTNULL AND NOT EXISTS (
          FROM events AS i WHERE i.action = 'impression' AND i.request_id = e.request_id
            AND i.user_id = e.user_id AND i.media_id = e.media_id AND i.position = e.position
            AND i.ts <= e.ts)
        """,
    )
    assert unseen == 0
    free = village.facts.execute("SELECT DISTINCT action FROM events WHERE request_id ISNULL")
    assert free.fetchall() == [("follow",)]


def test_events_are_numbered_through_in_order_of_time(village: Run) -> None:
    gaps = "SELECT ts - lag(ts) OVER (ORDER BY event_id) AS gap FROM events"
    assert one(village, f"SELECT min(gap) FROM ({gaps})") >= 0
    assert one(village, "SELECT count(*) - count(DISTINCT event_id) FROM events") == 0


def test_a_page_shows_a_media_once_and_numbers_its_slots(village: Run) -> None:
    pages = """
        SELECT count(*) AS n, count(DISTINCT media_id) AS m, max(position) AS last FROM events
        WHERE action = 'impression' GROUP BY request_id
    """
    assert one(village, f"SELECT count(*) FROM ({pages}) WHERE n <> m OR last <> n - 1") == 0


def test_clicks_fall_with_the_position(village: Run) -> None:
    rate = """
        SELECT count(*) FILTER (action = 'click') / count(*) FILTER (action = 'impression')
        FROM events WHERE position BETWEEN {} AND {}
    """
    assert one(village, rate.format(0, 2)) > 1.15 * one(village, rate.format(9, 13))


def test_nothing_is_shown_before_it_is_posted_or_after_it_is_gone(village: Run) -> None:
    early_or_late = """
        SELECT count(*) FROM events JOIN media USING (media_id) WHERE events.ts < media.ts
          OR (action = 'impression' AND events.ts > expires_at)
    """
    assert one(village, early_or_late) == 0
    assert one(village, "SELECT count(*) FROM media WHERE expires_at NOTNULL") > 0
    removed = """
        SELECT count(*) FROM events JOIN media USING (media_id) JOIN removals AS r
          ON r.media_id = media.media_id OR r.account_id = media.account_id
          OR r.user_id = events.user_id
        WHERE events.ts >= r.ts
    """
    assert one(village, removed) == 0


def test_what_was_muted_is_not_shown_again(village: Run) -> None:
    shown = """
        SELECT count(*) FROM events JOIN media USING (media_id) JOIN controls AS c
          ON c.user_id = events.user_id AND c.account_id = media.account_id
        WHERE events.action = 'impression' AND events.ts > c.ts + 1800000
    """
    assert one(village, "SELECT count(*) FROM controls") > 0
    assert one(village, shown) == 0


def test_spam_is_hidden_and_reported_more_than_the_rest(village: Run) -> None:
    rows = village.facts.execute(
        "SELECT media_id, action IN ('hide', 'report') AS averse FROM events "
        "WHERE action IN ('impression', 'hide', 'report')"
    ).fetchnumpy()
    spam = village.truth.town.media.spam[village.truth.media_rows(rows["media_id"])]
    averse = np.asarray(rows["averse"], bool)
    assert averse[spam].mean() > 4 * averse[~spam].mean()


def test_labels_are_right_but_for_a_few(village: Run) -> None:
    rows = village.facts.execute(
        "SELECT media_id, policy, violates FROM labels WHERE media_id NOTNULL"
    ).fetchnumpy()
    media, posts = village.truth.media_rows(rows["media_id"]), village.truth.town.media
    truth = np.where(rows["policy"] == "spam", posts.spam[media], posts.violates[media])
    agreed = truth == rows["violates"]
    assert 0.9 < agreed.mean() < 1
    assert truth.sum() > 10


def test_with_no_taste_for_topics_nobody_prefers_a_main_interest(tmp_path: Path) -> None:
    null = replace(VILLAGE, days=3, taste=CARELESS)
    report = simulate(null, tmp_path, 5, lambda done, of: None)
    on = {action: 1 - share for action, share in report.off_main_by.items()}
    assert abs(on["click"] / on["impression"] - 1) < 0.12
    assert report.actions[Action.CLICK.name.lower()] > 1_000


def test_some_never_like_anything_and_some_like_nearly_everything(village: Run) -> None:
    shares = village.facts.execute(
        """
        SELECT user_id, count(*) FILTER (action = 'click') AS clicks,
          count(*) FILTER (action IN ('like', 'save', 'share')) AS likes
        FROM events GROUP BY 1 HAVING clicks > 15
        """
    ).fetchnumpy()
    generous = village.truth.town.people.generous[village.truth.person_rows(shares["user_id"])]
    liking = shares["likes"] / shares["clicks"]
    assert (generous < -6).mean() > 0.1
    assert liking[generous < -6].max() < 0.1
    assert liking[generous > 3].mean() > 5 * liking[abs(generous) < 2].mean()


def test_some_likes_come_hours_after_the_page(village: Run) -> None:
    late = """
        SELECT (count(*) FILTER (e.ts - i.ts > 3600000)) / count(*) FROM events AS e
        JOIN events AS i USING (request_id, media_id)
        WHERE i.action = 'impression' AND e.action IN ('like', 'save', 'share')
    """
    assert 0.005 < one(village, late) < 0.15


def test_accounts_close_as_well_as_being_banned(village: Run) -> None:
    why = dict(village.facts.execute("SELECT reason, count(*) FROM removals GROUP BY 1").fetchall())
    assert {"spam", "closed", "deleted", "left"} <= set(why)


def test_in_a_shuffled_society_no_account_is_about_anything(tmp_path: Path) -> None:
    town = found(replace(VILLAGE, shuffled=True), 11)
    plain = found(VILLAGE, 11)

    def on_topic(t: Town) -> float:
        return float((t.accounts.topics[t.media.account, 0] == t.media.topics[:, 0]).mean())

    base = np.bincount(plain.media.topics[:, 0]) / len(plain.media)
    assert on_topic(plain) > 0.5
    assert on_topic(town) < 2 * float((base**2).sum())
    follows = sign_ups(town, Life(town).minds.cares)
    cares = Life(town).minds.cares[follows.person, town.accounts.topics[follows.account, 0]]
    assert cares.mean() < 1.3 * Life(town).minds.cares.mean()


def test_the_app_knows_whom_people_follow_before_the_first_day() -> None:
    town = found(VILLAGE, 11)
    life = Life(town)
    signed = life.before()
    assert len(signed) > len(town.people.name)
    assert life.standing.follows.holds(signed.person, signed.account).all()
