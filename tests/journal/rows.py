"""Rows to append, and how to compare what comes back."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st
from numpy.testing import assert_array_equal

from bowerbird.core.facts import Action, Control, FactBatch, MediaType
from bowerbird.journal.batches import concat
from bowerbird.journal.body import COLUMNS
from bowerbird.journal.journal import Journal

NOW = 1_700_000_000_000

Row = dict[str, object]
Values = st.SearchStrategy[Any]


def event(n: int, **more: object) -> Row:
    row: Row = {"kind": "event", "user_id": f"u{n % 3}", "action": "like", "media_id": f"m{n}"}
    return {**row, "ts": NOW + n, **more}


def whole(journal: Journal, size: int = 65_536) -> FactBatch:
    return concat(list(journal.read(size=size)))


def assert_same(one: FactBatch, other: FactBatch) -> None:
    assert one.start == other.start
    for name in COLUMNS:
        left, right = getattr(one, name), getattr(other, name)
        assert_array_equal(left, right, name)
        assert left.dtype == right.dtype, name


ids = st.sampled_from(["a", "b", "c", "7", "ß \x00'\"|", "\U0001f426"]) | st.text(
    st.characters(exclude_categories=["Cs"]), min_size=1, max_size=12
)
times = st.integers(NOW - 1000, NOW)
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
numbers = st.floats(0, 1e6, width=32)
lists = st.lists(ids, max_size=3)
names = st.sampled_from(["spam", "policy", "nudity"])


def words(of: type[Action] | type[Control] | type[MediaType]) -> st.SearchStrategy[str]:
    return st.sampled_from([word.name.lower() for word in of])


def rows_of(kind: str, required: dict[str, Values], **optional: Values) -> st.SearchStrategy[Row]:
    always: dict[str, Values] = {"kind": st.just(kind), **required}
    sometimes: dict[str, Values] = {"time_known": st.booleans(), **optional}
    return st.fixed_dictionaries(always, optional=sometimes)


def on(target: str, rows: st.SearchStrategy[Row]) -> st.SearchStrategy[Row]:
    return st.builds(lambda row, id: {**row, target: id}, rows, ids)


accounts = rows_of(
    "account",
    {"account_id": ids},
    ts=times,
    user_id=ids,
    text=texts,
    topics=lists,
    spam=numbers,
    recommendable=st.booleans(),
    followers=st.integers(0, 9),
)
media = rows_of(
    "media",
    {"media_id": ids, "account_id": ids, "ts": times},
    media_type=words(MediaType),
    text=texts,
    topics=lists,
    duration_s=numbers,
    url=texts,
    expires_at=times,
    policy=numbers,
    non_recommendable=numbers,
)
events = rows_of(
    "event",
    {"user_id": ids, "action": words(Action), "ts": times},
    event_id=ids,
    dwell_ms=numbers,
    session_id=ids,
    surface=ids,
    position=st.integers(0, 24),
    request_id=ids,
)
exposures = rows_of(
    "exposure",
    {"request_id": ids, "user_id": ids, "ts": times},
    slate=lists,
    recipe=st.fixed_dictionaries({"seed": st.integers(0, 9)}),
    media_id=ids,
    position=st.integers(0, 24),
)
mutes = rows_of("control", {"user_id": ids, "control": words(Control), "ts": times}, topic=ids)
labels = rows_of("label", {"policy": names, "violates": st.booleans(), "ts": times})
scores = rows_of("score", {"name": names, "value": numbers, "ts": times})
removals = rows_of("removal", {"ts": times}, reason=texts)

facts = st.one_of(
    *(accounts, media, exposures),
    *(on("media_id", rows) for rows in (events, labels, scores, removals)),
    *(on("account_id", rows) for rows in (events, mutes, labels, removals)),
    on("user_id", removals),
)
"""Rows of every kind, all of them good."""
