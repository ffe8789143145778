from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from bowerbird.core.facts import NONE, Action, MediaType
from bowerbird.ig2vec.config import EmbeddingConfig
from bowerbird.ig2vec.corpus import Corpus, collect
from tests.ig2vec.making import OWNERS, Did, batch, read

SESSIONS = EmbeddingConfig(min_session=0.1)  # never falls back to whole orders


def collected(*events: Did, config: EmbeddingConfig = SESSIONS) -> Corpus:
    return collect([batch(events)], OWNERS, config)


def test_a_pause_over_half_an_hour_begins_a_sentence() -> None:
    found = collected(Did(0, 1, 0), Did(0, 2, 30), Did(0, 3, 60.01), Did(1, 4, 61))
    assert read(found) == [[1, 2], [3], [4]]
    assert found.users.tolist() == [0, 0, 1]
    assert found.last_ts.tolist() == [30 * 60_000, 3_600_600, 61 * 60_000]


def test_engagements_an_embedding_does_not_read_still_hold_a_session_together() -> None:
    saves = replace(SESSIONS, actions=(Action.SAVE,))
    events = (Did(0, 1, 0, Action.SAVE), Did(0, 2, 25), Did(0, 3, 50, Action.SAVE))
    assert read(collected(*events, config=saves)) == [[1, 3]]


def test_a_session_id_holds_over_pauses_and_between_other_sessions() -> None:
    found = collected(
        Did(0, 1, 0, session=7), Did(0, 2, 1, session=8), Did(0, 3, 2), Did(0, 4, 99, session=7)
    )
    assert read(found) == [[1, 4], [2], [3]]


def test_two_people_may_use_the_same_session_id() -> None:
    assert read(collected(Did(0, 1, session=7), Did(1, 2, session=7))) == [[1], [2]]


def test_without_times_the_order_of_a_person_is_one_sentence() -> None:
    found = collected(
        Did(0, 1, 0, known=False), Did(0, 2, 500, known=False), Did(0, 3, 999), Did(0, 4, 1_000)
    )
    assert read(found) == [[1, 2], [3, 4]]


def test_where_sessions_are_single_events_the_whole_order_is_read() -> None:
    days = [Did(0, media, media * 1440) for media in range(4)]
    found = collected(*days, Did(0, 9, 0, known=False), config=EmbeddingConfig())
    assert read(found) == [[0, 9, 1, 2, 3]]
    assert not found.by_session


def test_a_run_of_one_account_is_one_word_with_its_greatest_weight() -> None:
    config = replace(SESSIONS, weights={Action.CLICK: 0.25, Action.SAVE: 0.75})
    found = collected(
        Did(0, 1, 0, Action.CLICK),
        Did(0, 1, 1, Action.SAVE),
        Did(0, 1, 2, Action.CLICK),
        Did(0, 2, 3, Action.CLICK),
        Did(0, 1, 4),
        config=config,
    )
    assert read(found) == [[1, 2, 1]]
    assert found.weights.tolist() == [0.75, 0.25, 1.0]
    assert found.last_ts.tolist() == [240_000]


def test_long_sentences_are_cut_and_only_a_persons_newest_words_stay() -> None:
    config = replace(SESSIONS, max_sentence=3, max_words=5)
    found = collected(*(Did(0, media, media) for media in range(9)), Did(1, 0, 0), config=config)
    assert read(found) == [[4, 5, 6], [7, 8], [0]]


def test_media_types_choose_the_words() -> None:
    types = np.array([MediaType.PHOTO, MediaType.VIDEO, 255], np.uint8)
    photos = replace(SESSIONS, media_types=(MediaType.PHOTO,))
    events = [Did(0, 0), Did(0, 1, 1), Did(0, 2, 2), Did(0, NONE, 3, Action.FOLLOW, account=5)]
    assert read(collect([batch(events)], OWNERS, photos, types)) == [[0]]
    assert read(collect([batch(events)], OWNERS, SESSIONS, types)) == [[0, 1, 2, 5]]


@pytest.mark.parametrize("config", [SESSIONS, EmbeddingConfig()])
def test_nothing_gives_an_empty_corpus(config: EmbeddingConfig) -> None:
    found = collect([], OWNERS, config)
    assert (len(found), found.starts.tolist(), len(found.tokens)) == (0, [0], 0)


def test_older_words_are_read_less_often_by_half_lives() -> None:
    day = 24 * 60
    recent = replace(SESSIONS, half_life_days=2.0, weights={})
    events = (Did(0, 1, 0), Did(0, 2, 2 * day), Did(0, 3, 4 * day), Did(1, 4, 0, known=False))
    assert collected(*events, config=recent).weights.tolist() == [0.25, 0.5, 1, 1]
    assert collected(*events).weights.tolist() == [1, 1, 1, 1]
