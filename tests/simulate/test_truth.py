from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from bowerbird.core.errors import InputError, NotFound
from bowerbird.core.facts import Action
from bowerbird.simulate import Truth
from bowerbird.simulate.draws import pick
from bowerbird.simulate.sessions import TWO_MOODS, leaning
from bowerbird.simulate.town import found
from tests.simulate.conftest import VILLAGE, Run

ALLOWED = {
    "accounts": {"account_id", "ts", "user_id", "text", "topics"},
    "media": {
        *("media_id", "account_id", "ts", "media_type", "text", "topics", "duration_s"),
        "expires_at",
    },
    "events": {
        *("event_id", "user_id", "action", "ts", "media_id", "account_id", "dwell_ms"),
        *("session_id", "surface", "position", "request_id"),
    },
    "controls": {"user_id", "control", "ts", "account_id"},
    "labels": {"policy", "violates", "ts", "media_id", "account_id"},
    "removals": {"ts", "user_id", "account_id", "media_id", "reason"},
}


def test_facts_have_the_public_columns_and_no_others(village: Run) -> None:
    for table, columns in ALLOWED.items():
        assert {row[0] for row in village.facts.execute(f"DESCRIBE {table}").fetchall()} == columns


def test_declared_topics_are_partial_and_sometimes_wrong(village: Run) -> None:
    rows = village.facts.execute(
        "SELECT media_id, coalesce(topics[1], '') AS tag FROM media"
    ).fetchnumpy()
    tag = rows["tag"]
    told = tag != ""
    main = village.truth.media_topics[village.truth.media_rows(rows["media_id"]), 0]
    names = np.array(village.truth.topics.names, object)[main]
    assert 0.6 < told.mean() < 0.8
    assert 0.85 < (names == tag)[told].mean() < 0.98
    accounts = village.facts.execute("SELECT count(topics) / count(*) FROM accounts").fetchone()
    assert accounts is not None
    assert 0.5 < accounts[0] < 0.7


def test_the_town_on_disk_is_the_town_that_lived(village: Run) -> None:
    again = found(VILLAGE, 11)
    assert village.truth.town.society == VILLAGE
    assert village.truth.town.accounts.handle == again.accounts.handle
    for column in ("account", "ts", "topics", "weights", "quality", "spam"):
        np.testing.assert_array_equal(
            getattr(village.truth.town.media, column), getattr(again.media, column)
        )


def test_topics_mixtures_and_interests_have_their_shapes(village: Run) -> None:
    truth, leaves = village.truth, len(village.truth.topics)
    np.testing.assert_allclose(truth.account_mixture.sum(axis=1), 1, atol=1e-5)
    assert (truth.account_mixture.argmax(axis=1) == truth.account_topic).mean() > 0.95
    np.testing.assert_allclose(truth.media_weights.sum(axis=1), 1, atol=1e-6)
    assert truth.interests.shape == (5, 300, leaves)
    assert (truth.topics.parent[:leaves] >= leaves).all()
    assert (truth.topics.parent[leaves:] == -1).all()


def test_interests_drift_from_day_to_day_but_not_at_once(village: Run) -> None:
    days = village.truth.interests.astype(np.float32)
    assert (days[1:] != days[:-1]).any(axis=2).all(), "somebody stood still"
    kept = (village.truth.main[0] == village.truth.main[-1]).mean()
    assert 0.5 < kept < 0.98


def test_expected_value_foretells_what_people_do_in_the_first_slot(village: Run) -> None:
    rows = village.facts.execute(
        """
        SELECT user_id, media_id, ts, EXISTS (FROM events AS c WHERE c.action = 'click'
          AND c.request_id = i.request_id AND c.media_id = i.media_id) AS clicked
        FROM events AS i WHERE action = 'impression' AND position = 0
        """
    ).fetchnumpy()
    truth = village.truth
    person, media = truth.person_rows(rows["user_id"]), truth.media_rows(rows["media_id"])
    day = np.array([truth.day_of(int(ts)) for ts in rows["ts"]])
    told = np.concatenate(
        [
            truth.expected_value(person[day == d], media[day == d], d, {Action.CLICK: 1})
            for d in range(5)
        ]
    )
    clicked = np.concatenate([np.asarray(rows["clicked"], float)[day == d] for d in range(5)])
    fifths = np.array_split(clicked[np.argsort(told)], 5)
    rates = [float(part.mean()) for part in fifths]
    assert rates == sorted(rates)
    assert rates[-1] > 2.5 * rates[0]
    assert told.mean() == pytest.approx(clicked.mean(), rel=0.2)  # pages are asked for in a mood


def test_the_chance_of_a_mood_is_that_of_the_sessions(village: Run) -> None:
    truth, rng = village.truth, np.random.default_rng(3)
    person, media = np.full(1, 7, np.int32), np.full(1, 40, np.int32)
    cares = truth.interests[2][np.full(200_000, 7)].astype(np.float32)
    mood = pick(leaning(cares), rng)
    second = np.where(rng.random(len(mood)) < TWO_MOODS, pick(leaning(cares), rng), mood)
    weights, leaves = truth.media_weights[40], truth.media_topics[40]
    overlap = sum(
        weight * ((mood == leaf) | (second == leaf))
        for leaf, weight in zip(leaves, weights, strict=True)
    )
    moods = list(truth._moods(person, media, 2))
    assert sum(float(chance[0]) for chance, _ in moods) == pytest.approx(1, abs=1e-5)
    mean = sum(float(chance[0]) * float(share[0]) for chance, share in moods)
    assert mean == pytest.approx(float(np.mean(overlap)), abs=0.005)


def test_chances_are_chances_of_every_action_of_a_page(village: Run) -> None:
    rng = np.random.default_rng(0)
    person = rng.integers(0, 300, 2_000).astype(np.int32)
    media = rng.integers(0, 5_000, 2_000).astype(np.int32)
    chances = village.truth.probabilities(person, media, 4)
    assert set(chances) == set(Action) - {
        *(Action.IMPRESSION, Action.VIEW, Action.UNLIKE, Action.UNSAVE, Action.UNFOLLOW)
    }
    for action, chance in chances.items():
        assert chance.shape == (2_000,)
        assert chance.dtype == np.float32
        assert ((chance > 0) & (chance < 1)).all(), action
    assert (chances[Action.LIKE] < chances[Action.CLICK]).all()


def test_unknown_ids_and_folders_are_named(village: Run, tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="'nobody'"):
        village.truth.person_rows(["ana", "nobody"])
    with pytest.raises(NotFound, match="'m999999'"):
        village.truth.media_rows(["m000001", "m999999"])
    with pytest.raises(InputError, match="holds no truth"):
        Truth.load(tmp_path)
    assert village.truth.person_rows(["ana"]).tolist() == [0]
    assert village.truth.media_rows(["m000040"]).tolist() == [40]
