from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from httpx import Client

from bowerbird.app.bowerbird import Bowerbird
from bowerbird.core.facts import FactKind
from tests.service.running import running


def busiest(client: Client) -> str:
    return str(client.get("/v1/users", params={"limit": 1}).json()["users"][0]["user_id"])


def test_a_page_has_25_items_each_with_its_reason(client: Client) -> None:
    page = client.get(f"/v1/explore/{busiest(client)}").json()
    assert len(page["items"]) == 25
    assert [item["position"] for item in page["items"]] == list(range(25))
    assert all(item["reason"]["text"] for item in page["items"])
    assert page["version"] == 1
    assert page["request_id"]


def test_the_server_gives_the_page_that_the_engine_gives(client: Client, bb: Bowerbird) -> None:
    now = bb.now()
    page = bb.explore("someone", now=now, seed=3, size=9)
    asked: dict[str, str | int | bool] = {"seed": 3, "now": now, "size": 9, "why": False}
    given = client.get("/v1/explore/someone", params=asked).json()
    assert [item["media_id"] for item in given["items"]] == list(page.recipe.slate)
    assert "reason" not in given["items"][0]


def test_somebody_never_heard_of_gets_a_page_marked_as_fallback(client: Client) -> None:
    page = client.get("/v1/explore/a%20stranger").json()
    assert page["user_id"] == "a stranger"
    assert len(page["items"]) == 25
    assert page["fallback"]


def test_a_param_of_the_program_comes_with_the_address(client: Client) -> None:
    answer = client.get("/v1/explore/ana", params={"w_save": 5, "trace": True})
    assert answer.json()["trace"]["recipe"]["params"] == {"w_save": 5}


@pytest.mark.parametrize(
    ("asked", "status", "code"),
    [
        ({"size": 0}, 422, "invalid"),
        ({"size": "many"}, 422, "invalid"),
        ({"now": "yesterday"}, 400, "input"),
        ({"program": "nothing-like-it"}, 404, "not_found"),
        ({"program": "../../etc/passwd"}, 422, "invalid"),
        ({"w_sav": 5}, 422, "query"),
        ({"cursor": "elsewhere"}, 400, "input"),
    ],
)
def test_what_cannot_be_asked_is_answered_in_the_one_shape(
    client: Client, asked: dict[str, object], status: int, code: str
) -> None:
    answer = client.get("/v1/explore/ana", params=asked)  # type: ignore[arg-type]  # any scalar
    assert answer.status_code == status
    assert answer.json()["error"]["code"] == code
    assert answer.headers["X-Bowerbird-Version"] == "1"


def test_the_cursor_of_a_page_gives_the_next_one(client: Client) -> None:
    user, shown, cursor = busiest(client), set[str](), ""
    for _ in range(4):
        page = client.get(f"/v1/explore/{user}", params={"size": 20, "cursor": cursor}).json()
        found = {item["media_id"] for item in page["items"]}
        assert len(found) == 20
        assert not found & shown
        shown, cursor = shown | found, page["cursor"]


def test_what_was_shown_is_journaled_after_the_answer(data: Path) -> None:
    with Bowerbird(data) as bb:
        start = bb.journal.end
        with running(bb) as client:
            shown = client.get("/v1/explore/ana", params={"size": 7}).json()
        kinds = [kind for batch in bb.journal.read(start) for kind in batch.kind.tolist()]
        media = [row for batch in bb.journal.read(start) for row in batch.items.tolist()]
        ids = [bb.journal.ids.media.id(row) for row in media]
    assert kinds == [FactKind.EXPOSURE]
    assert ids == [item["media_id"] for item in shown["items"]]


def test_the_trace_of_a_page_is_found_by_its_request(client: Client) -> None:
    page = client.get("/v1/explore/ana").json()
    trace = client.get(f"/v1/traces/{page['request_id']}").json()["trace"]
    assert trace["recipe"]["slate"] == [item["media_id"] for item in page["items"]]
    assert client.get("/v1/traces/never").status_code == 404


def test_a_new_version_is_swapped_in_without_losing_a_request(data: Path) -> None:
    def train_beside() -> None:
        with Bowerbird(data, mode="read") as beside:
            beside.train()

    with Bowerbird(data) as bb, running(bb) as client, ThreadPoolExecutor() as threads:
        seen = [client.get("/v1/explore/ana").json()["version"]]
        training = threads.submit(train_beside)
        while seen[-1] != 2 and len(seen) < 20_000:
            answer = client.get("/v1/explore/ana", params={"size": 5})
            assert answer.status_code == 200
            seen.append(answer.json()["version"])
        training.result()
        assert seen[0] == 1
        assert seen == sorted(seen)
        assert seen[-1] == 2
        assert client.get("/v1/versions").headers["X-Bowerbird-Version"] == "2"
