from __future__ import annotations

import msgspec
import pytest
from httpx import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bowerbird.app.bowerbird import Bowerbird
from tests.service.running import JSON, running


def like(user: str, media: str, **more: object) -> dict[str, object]:
    return {"user_id": user, "action": "like", "media_id": media, **more}


def slate(client: Client, user: str) -> list[str]:
    return [item["media_id"] for item in client.get(f"/v1/explore/{user}").json()["items"]]


def test_an_acknowledged_like_is_in_the_next_page(client: Client, bb: Bowerbird) -> None:
    media = slate(client, "newcomer-1")
    for turn in range(40):
        event = like("newcomer-1", media[turn % len(media)], event_id=f"felt-{turn}")
        written = client.post("/v1/events", json=[event]).json()
        assert written["accepted"] == 1
        page = client.get("/v1/explore/newcomer-1", params={"trace": True}).json()
        assert page["offset"] >= written["offset"]
        assert page["trace"]["history"][0]["media_id"] == event["media_id"]


def test_sending_an_event_again_adds_nothing(client: Client) -> None:
    event = like("ana", "m-twice", event_id="once")
    first = client.post("/v1/events", json=[event]).json()
    again = client.post("/v1/events", json=[event]).json()
    assert (first["accepted"], first["duplicates"]) == (1, 0)
    assert (again["accepted"], again["duplicates"]) == (0, 1)


def test_a_bad_row_is_named_and_keeps_no_other_out(client: Client) -> None:
    rows = [like("ana", "m1"), {"user_id": "ana", "action": "lik", "media_id": "m1"}, 7]
    answer = client.post("/v1/events", json={"events": rows})
    assert answer.status_code == 200
    assert answer.json()["accepted"] == 1
    assert answer.json()["rejected"] == [
        {"line": 2, "reason": "unknown_action"},
        {"line": 3, "reason": "not_an_object"},
    ]


def test_json_lines_are_taken_and_a_torn_line_is_rejected(client: Client) -> None:
    lines = [msgspec.json.encode(like("ana", "m2")), b"", b'{"user_id": "an', b""]
    answer = client.post(
        "/v1/events", content=b"\n".join(lines), headers={"content-type": "application/x-ndjson"}
    )
    assert answer.json()["accepted"] == 1
    assert answer.json()["rejected"] == [{"line": 3, "reason": "not_json"}]


def test_any_kind_of_fact_is_taken_among_events(client: Client) -> None:
    rows = [
        {"kind": "account", "account_id": "fresh-account", "topics": ["rail/trams"]},
        {"kind": "media", "media_id": "fresh-media", "account_id": "fresh-account"},
        {"kind": "control", "user_id": "ana", "control": "mute", "account_id": "fresh-account"},
    ]
    assert client.post("/v1/events", json=rows).json()["accepted"] == 3


def test_a_row_without_a_time_gets_the_servers(client: Client, bb: Bowerbird) -> None:
    before = bb.now()
    client.put("/v1/media/timeless", json={"account_id": "a-timeless"})
    row = bb.journal.ids.media.find("timeless")
    assert before <= bb.world.tables.media.ts[row] <= bb.now()


def test_putting_a_media_again_keeps_when_it_was_posted(client: Client, bb: Bowerbird) -> None:
    put = {"account_id": "a-kept", "text": "first"}
    client.put("/v1/media/kept", json={**put, "ts": "2026-02-20T00:00:00Z"})
    row = bb.journal.ids.media.find("kept")
    posted = int(bb.world.tables.media.ts[row])
    for text in ("second", "first"):  # back to the first: not a duplicate
        answer = client.put("/v1/media/kept", json={**put, "text": text})
        assert answer.json()["accepted"] == 1
    assert int(bb.world.tables.media.ts[row]) == posted


def test_an_id_may_hold_anything_that_an_address_can(client: Client, bb: Bowerbird) -> None:
    assert client.put("/v1/accounts/a%2Fb%20c%3Fd", json={"text": "odd"}).status_code == 200
    assert "a/b c?d" in bb.journal.ids.accounts


def test_a_post_is_findable_at_once_and_gone_once_deleted(client: Client) -> None:
    account = client.get("/v1/explore/newcomer-2").json()["items"][0]["account_id"]
    client.post(
        "/v1/events", json=[{"user_id": "newcomer-2", "action": "follow", "account_id": account}]
    )
    client.put("/v1/media/just-posted", json={"account_id": account, "media_type": "photo"})
    query = {"text": "user.engaged().posted_media(max_media_per_account=64)", "user": "newcomer-2"}
    found = client.post("/v1/query", json=query).json()["rows"]
    assert "just-posted" in [row["id"] for row in found]
    assert client.delete("/v1/media/just-posted").status_code == 200
    assert "just-posted" not in slate(client, "newcomer-2")


def test_what_nobody_named_cannot_be_deleted(client: Client) -> None:
    for address in ("accounts/none", "media/none", "users/none"):
        answer = client.delete(f"/v1/{address}")
        assert answer.status_code == 404
        assert answer.json()["error"]["code"] == "not_found"


def test_a_body_that_contradicts_its_address_is_refused(client: Client) -> None:
    answer = client.put("/v1/accounts/one", json={"account_id": "two"})
    assert answer.status_code == 400
    assert "'two'" in answer.json()["error"]["message"]


def test_a_muted_account_leaves_the_page(client: Client) -> None:
    page = client.get("/v1/explore/newcomer-3").json()["items"]
    account = page[0]["account_id"]
    answer = client.post(
        "/v1/users/newcomer-3/controls", json={"control": "mute", "account_id": account}
    )
    assert answer.json()["accepted"] == 1
    page = client.get("/v1/explore/newcomer-3").json()["items"]
    assert account not in [item["account_id"] for item in page]


def test_a_control_nobody_knows_is_refused(client: Client) -> None:
    answer = client.post("/v1/users/ana/controls", json={"control": "banish", "account_id": "x"})
    assert answer.status_code == 400
    assert "unknown_control" in answer.json()["error"]["message"]


def test_a_removed_person_has_no_history(client: Client) -> None:
    media = slate(client, "leaver")[0]
    client.post("/v1/events", json=[like("leaver", media)])
    assert client.delete("/v1/users/leaver").status_code == 200
    trace = client.get("/v1/explore/leaver", params={"trace": True}).json()["trace"]
    assert trace["history"] == []


@pytest.mark.parametrize(
    ("content", "headers", "status"),
    [
        (b"[]", {"content-type": "text/plain"}, 415),
        (b"[]", {}, 415),
        (b"{", JSON, 400),
        (b'"text"', JSON, 400),
        (b'{"rows": []}', JSON, 400),
        (b"[" + b" " * (16 << 20) + b"]", JSON, 413),
    ],
)
def test_a_body_that_cannot_be_read_is_refused(
    client: Client, content: bytes, headers: dict[str, str], status: int
) -> None:
    answer = client.post("/v1/events", content=content, headers=headers)
    assert answer.status_code == status
    assert set(answer.json()["error"]) == {"code", "message", "help"}


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner),
    max_leaves=5,
)
COLUMNS = st.sampled_from(["kind", "user_id", "media_id", "action", "ts", "topics", "event_id"])
WORDS = st.sampled_from(["event", "media", "control", "like", "mute", "ana", "m1"])
ROWS = st.lists(st.dictionaries(COLUMNS, WORDS | VALUES) | VALUES, max_size=8)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=ROWS)
def test_every_row_is_accepted_a_duplicate_or_rejected(client: Client, rows: list[object]) -> None:
    content = msgspec.json.encode(rows)
    answer = client.post("/v1/events", content=content, headers=JSON)
    assert answer.status_code == 200
    told = answer.json()
    assert told["accepted"] + told["duplicates"] + len(told["rejected"]) == len(rows)


@pytest.mark.slow
def test_a_thousand_likes_are_felt_by_the_next_page(bb: Bowerbird) -> None:
    with running(bb) as client:
        media = slate(client, "thousand")
        for turn in range(1_000):
            event = like("thousand", media[turn % len(media)], event_id=f"thousand-{turn}")
            offset = client.post("/v1/events", json=[event]).json()["offset"]
            page = client.get("/v1/explore/thousand", params={"trace": True, "size": 1}).json()
            assert page["offset"] >= offset
            assert page["trace"]["history"][0]["media_id"] == event["media_id"]
