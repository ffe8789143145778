"""The closed loop, on `tiny` with every simple policy."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np
import pytest

from bowerbird.core.facts import I32, NONE
from bowerbird.simulate import CARELESS, PRESETS, Outcome
from bowerbird.simulate.draws import Rng
from bowerbird.simulate.feed import Feed, Row
from bowerbird.simulate.loop import WINDOW, live_on
from bowerbird.simulate.outcome import _hours_until
from bowerbird.simulate.policy import FEED, SHOWN, Requests, Shelves
from bowerbird.simulate.rivals import RIVALS
from bowerbird.simulate.society import DAY, HOUR, Society
from bowerbird.simulate.standing import Standing
from bowerbird.simulate.town import found
from tests.simulate.conftest import VILLAGE, Run

TINY = PRESETS["tiny"]


def lived(policy: str, society: Society, seed: int = 5) -> Outcome:
    return live_on(found(society, seed), RIVALS[policy], lambda done, of: None)


@pytest.fixture(scope="module")
def outcomes() -> dict[str, Outcome]:
    return {policy: lived(policy, TINY) for policy in RIVALS}


def test_who_knows_everything_satisfies_most_and_chance_less_than_popularity(
    outcomes: dict[str, Outcome],
) -> None:
    satisfied = {policy: outcome.mean("satisfied") for policy, outcome in outcomes.items()}
    assert satisfied["oracle"] > 1.3 * satisfied["popularity"]
    assert satisfied["popularity"] > satisfied["random"]
    assert outcomes["oracle"].mean("interests") > outcomes["random"].mean("interests")


def test_rules_show_what_they_say(outcomes: dict[str, Outcome]) -> None:
    assert outcomes["fresh"].mean("age_h") < 6
    assert outcomes["popularity"].mean("gini") > outcomes["random"].mean("gini")


def test_the_same_seed_gives_the_same_outcome(outcomes: dict[str, Outcome]) -> None:
    again = lived("random", TINY)
    assert again.satisfied == outcomes["random"].satisfied
    assert lived("random", TINY, seed=6).satisfied != again.satisfied


def test_in_the_null_world_nothing_personal_beats_popularity() -> None:
    null = replace(TINY, taste=CARELESS)
    popular, following = lived("popularity", null), lived("following", null)
    assert following.mean("satisfied") < popular.mean("satisfied")


@dataclass
class Watched:
    """A policy and an app in one: shows nothing, and keeps what it is asked and told."""

    asked: list[Requests] = field(default_factory=list)
    told: list[list[Row]] = field(default_factory=list)
    nights: list[int] = field(default_factory=list)

    def show(self, asked: Requests, shelves: Shelves, standing: Standing, rng: Rng) -> I32:
        self.asked.append(asked)
        return np.full((len(asked.person), SHOWN), NONE, np.int32)

    def tell(self, rows: list[Row]) -> None:
        self.told.append(rows)

    def night(self, day: int) -> None:
        self.nights.append(day)


@pytest.fixture(scope="module")
def watched() -> tuple[Watched, Outcome]:
    app = Watched()
    outcome = live_on(found(TINY, 5), lambda town, life: app, lambda done, of: None, app=app)
    return app, outcome


def test_the_feed_stays_the_apps_own_and_empty_pages_satisfy_nobody(
    watched: tuple[Watched, Outcome],
) -> None:
    app, outcome = watched
    assert all((asked.place != FEED).all() for asked in app.asked)
    assert sum(outcome.pages) == sum(len(asked.person) for asked in app.asked) > 100
    assert sum(outcome.satisfied) == 0
    assert app.nights == [0, 1, 2, 3]


def test_an_app_is_told_of_things_once_they_have_happened(
    watched: tuple[Watched, Outcome],
) -> None:
    app, _ = watched
    rows = [row for told in app.told for row in told]
    assert {row["kind"] for row in rows} >= {"account", "media", "event", "label"}
    for told in app.told:
        times = [row["ts"] for row in told]
        assert times == sorted(times)
    ends = np.maximum.accumulate([max((row["ts"] for row in told), default=0) for told in app.told])
    late = [
        row["ts"] - end
        for end, told in zip(ends[:-1].tolist(), app.told[1:], strict=True)
        for row in told
    ]
    assert min(late) > -WINDOW
    ids = [row["event_id"] for row in rows if row["kind"] == "event"]
    assert len(set(ids)) == len(ids) > 1_000
    posted = {row["media_id"] for row in rows if row["kind"] == "media"}
    shown = {row["media_id"] for row in rows if row.get("action") == "impression"}
    assert shown <= posted


def test_rows_of_media_say_what_the_files_say(village: Run) -> None:
    feed = Feed(found(VILLAGE, 11))
    feed.post(VILLAGE.starts)
    told = {r["media_id"]: r for r in feed.due(VILLAGE.starts + DAY) if r["kind"] == "media"}
    names = (
        *("media_id", "account_id", "ts", "media_type", "text", "topics", "duration_s"),
        "expires_at",
    )
    written = village.facts.execute(
        f"SELECT {', '.join(names)} FROM media WHERE ts < {VILLAGE.starts + DAY}"
    ).fetchall()
    assert len(told) == len(written)
    for values in written:
        row = {name: v for name, v in zip(names, values, strict=True) if v is not None}
        if "topics" in row:
            row["topics"] = "|".join(row["topics"])
        assert told[row["media_id"]] == row | {"kind": "media"}


def test_a_topic_is_found_when_half_of_those_who_care_and_came_have_met_it() -> None:
    never = np.iinfo(np.int64).max
    came = np.array([0, 1, 1, 2, 3, 9, never], np.int64) * HOUR
    came[-1] = never
    met = np.array([4, 5, never, 6, never, never, never], np.int64)
    met[met != never] *= HOUR
    assert _hours_until(0, came, met) == 7  # three of the five who came before the ninth hour
    assert np.isnan(_hours_until(0, came, np.full(7, never)))
