from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bowerbird.core.facts import UNKNOWN, Action, Control, FactBatch, FactKind, Flag, MediaType
from bowerbird.core.ids import Ids, hash64
from bowerbird.journal.draft import number
from bowerbird.journal.receipt import RejectReason
from bowerbird.journal.schema import SCHEMAS
from bowerbird.journal.validate import DAY, check
from tests.journal.rows import NOW, Row, event, facts

MEDIA: Row = {"kind": "media", "media_id": "m", "account_id": "a", "ts": NOW}
SCORE: Row = {"kind": "score", "name": "spam", "media_id": "m", "ts": NOW, "value": 1}
LABEL: Row = {"kind": "label", "policy": "p", "media_id": "m", "ts": NOW, "violates": True}
MUTE: Row = {"kind": "control", "control": "mute", "user_id": "u", "ts": NOW}
GONE: Row = {"kind": "removal", "ts": NOW}
SHOWN: Row = {"kind": "exposure", "user_id": "u", "request_id": "r", "ts": NOW}


def read(*rows: Row) -> tuple[FactBatch, Ids]:
    checked = check(rows, now=NOW, untimed=NOW)
    assert not checked.faults
    ids = Ids()
    return number(checked.draft, 0, ids), ids


BAD = [
    (3, "not_an_object"),
    ({}, "unknown_kind"),
    ({**MEDIA, "kind": "medium"}, "unknown_kind"),
    ({**MEDIA, "kind": ["media"]}, "unknown_kind"),
    (event(0, action="likd"), "unknown_action"),
    (event(0, action=None), "missing_value"),
    (event(0, action=4), "wrong_type"),
    ({**MUTE, "account_id": "a", "control": "silence"}, "unknown_control"),
    ({**MEDIA, "media_type": "hologram"}, "unknown_media_type"),
    (event(0, user_id=None), "missing_id"),
    (event(0, user_id=""), "missing_id"),
    (event(0, media_id=None), "missing_id"),
    (MUTE, "missing_id"),
    (GONE, "missing_id"),
    ({**GONE, "user_id": "u", "media_id": "m"}, "too_many_ids"),
    ({**MEDIA, "account_id": None}, "missing_id"),
    ({**SHOWN, "request_id": None}, "missing_id"),
    (event(0, user_id=1.5), "wrong_type"),
    (event(0, user_id=True), "wrong_type"),
    (event(0, user_id="\ud800"), "wrong_type"),
    (event(0, user_id="u" * 257), "too_long"),
    (event(0, ts=None), "missing_ts"),
    (event(0, ts="yesterday"), "unreadable_time"),
    (event(0, ts=NOW // 1000), "unreadable_time"),
    (event(0, ts=-5), "unreadable_time"),
    (event(0, ts=float("nan")), "unreadable_time"),
    (event(0, ts=[NOW]), "wrong_type"),
    (event(0, ts=NOW + DAY + 1), "far_future_time"),
    ({**SCORE, "value": None}, "missing_value"),
    ({**SCORE, "value": float("inf")}, "value_out_of_range"),
    ({**SCORE, "value": 10**400}, "value_out_of_range"),
    ({**SCORE, "value": "much"}, "wrong_type"),
    ({**LABEL, "violates": "maybe"}, "wrong_type"),
    ({**LABEL, "policy": None}, "missing_value"),
    (event(0, dwell_ms=-1), "value_out_of_range"),
    (event(0, position=1 << 15), "value_out_of_range"),
    (event(0, position=1.5), "wrong_type"),
    ({**MEDIA, "topics": 5}, "wrong_type"),
    ({**MEDIA, "topics": ["t"] * 1001}, "too_long"),
    ({**MEDIA, "text": "x" * 300_000}, "too_long"),
    ({**MEDIA, "extra": object()}, "wrong_type"),
    ({**SHOWN, "recipe": "no object"}, "wrong_type"),
    ({**MEDIA, "event_id": 0.5}, "wrong_type"),
]


@pytest.mark.parametrize(("row", "reason"), BAD, ids=[reason for _, reason in BAD])
def test_a_bad_row_is_told_why_and_the_others_are_taken(row: Any, reason: str) -> None:
    checked = check([event(1), row, event(2)], now=NOW, untimed=NOW)
    assert dict(checked.faults) == {1: RejectReason(reason)}
    assert checked.draft.media.tolist() == ["m1", "m2"]


def test_every_reason_is_told_by_a_row_or_by_a_file() -> None:
    of_files = {"not_json", "not_csv", "wrong_columns"}
    assert {reason for _, reason in BAD} | of_files == {str(reason) for reason in RejectReason}


@pytest.mark.parametrize(
    ("written", "ms"),
    [
        (NOW, NOW),
        (float(NOW), NOW),
        (str(NOW), NOW),
        ("2023-11-14T22:13:20Z", NOW),
        ("2023-11-14T22:13:20", NOW),
        ("2023-11-14 22:13:20.000", NOW),
        ("2023-11-15T00:13:20+02:00", NOW),
        ("2023-11-14", NOW - 80_000_000),
    ],
)
def test_a_time_may_be_written_in_many_ways(written: object, ms: int) -> None:
    batch, _ = read(event(0, ts=written))
    assert batch.ts.tolist() == [ms]


def test_an_event_has_its_columns() -> None:
    row = event(0, account_id="a", dwell_ms="1500", session_id=9, surface="tab", position=3)
    batch, ids = read({**row, "request_id": "r", "action": "follow", "note": "x", "empty": None})
    assert (batch.code[0], batch.value[0], batch.position[0]) == (Action.FOLLOW, 1500, 3)
    assert (batch.session[0], batch.request[0]) == (hash64("9"), hash64("r"))
    assert ids.surfaces.id(int(batch.surface[0])) == "tab"
    assert batch.details_of(0) == b'{"attributes":{"note":"x"}}'


def test_a_media_has_its_columns_and_its_scores_right_behind_it() -> None:
    row = {**MEDIA, "media_type": "video", "duration_s": 2.5, "topics": "x | y,z", "spam": "0.25"}
    row |= {"recommendable": "false", "expires_at": NOW + 400 * DAY, "text": "hi", "policy": 0}
    batch, ids = read(row, event(1))
    assert batch.kind.tolist() == [FactKind.MEDIA, FactKind.SCORE, FactKind.SCORE, FactKind.EVENT]
    assert batch.code.tolist() == [MediaType.VIDEO, UNKNOWN, UNKNOWN, Action.LIKE]
    assert batch.value.tolist()[:3] == [2.5, 0.25, 0]
    assert [ids.names.id(row) for row in batch.name[1:3]] == ["spam", "policy"]
    assert batch.media.tolist() == [0, 0, 0, 1]
    assert batch.account.tolist() == [0, -1, -1, -1]
    assert batch.flags[0] == Flag.TIME_KNOWN | Flag.RECOMMENDABLE_GIVEN
    assert batch.flags[1] == Flag.TIME_KNOWN
    assert batch.expires.tolist() == [NOW + 400 * DAY, 0, 0, 0]
    assert [ids.topics.id(item) for item in batch.items] == ["x", "y", "z"]
    assert [batch.details_of(i) for i in range(4)] == [b'{"text":"hi"}', b"", b"", b""]


def test_an_exposure_keeps_its_slate_in_slot_order_and_its_recipe() -> None:
    slate = {**SHOWN, "slate": ["m2", "m1"], "recipe": {"seed": 3}}
    one = {**SHOWN, "request_id": "s", "media_id": "m1", "position": 4}
    batch, ids = read(slate, one)
    assert [ids.media.id(row) for row in batch.items] == ["m2", "m1", "m1"]
    assert batch.items_at.tolist() == [0, 2, 3]
    assert batch.details_of(0) == b'{"recipe":{"seed":3},"request_id":"r"}'
    assert batch.position.tolist() == [-1, 4]


def test_controls_labels_scores_and_removals_have_their_columns() -> None:
    hide = {**MUTE, "control": "hide_topic", "topic": "cats"}
    rows = (
        {**MUTE, "account_id": "a"},
        hide,
        LABEL,
        SCORE,
        {**GONE, "user_id": "u", "reason": "x"},
    )
    batch, ids = read(*rows)
    assert batch.code.tolist()[:2] == [Control.MUTE, Control.HIDE_TOPIC]
    assert [ids.topics.id(item) for item in batch.items] == ["cats"]
    assert batch.flags[2] == Flag.TIME_KNOWN | Flag.VIOLATES
    assert [ids.names.id(row) for row in batch.name[2:4]] == ["p", "spam"]
    assert batch.user.tolist() == [0, 0, -1, -1, 0]
    assert batch.details_of(4) == b'{"reason":"x"}'


def test_a_time_that_is_not_known_says_so() -> None:
    batch, _ = read(event(0, time_known=False), event(1, time_known=True))
    assert batch.flags.tolist() == [0, Flag.TIME_KNOWN]


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | st.binary(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=5,
)
spoiled = st.builds(
    lambda row, name, value: {**row, name: value},
    facts,
    st.sampled_from(sorted({name for schema in SCHEMAS.values() for name in schema.names})),
    anything | st.just(np.arange(3)),
)


@settings(max_examples=300)
@given(st.lists(facts | spoiled | anything, max_size=8))
def test_whatever_comes_every_row_is_either_taken_or_told_why(rows: list[object]) -> None:
    checked = check(rows, now=NOW, untimed=NOW)
    taken = int((~checked.draft.derived).sum())
    assert taken + len(checked.faults) == len(rows)
    number(checked.draft, 0, Ids())
