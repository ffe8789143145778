from __future__ import annotations

from httpx import Client


def test_a_program_is_explained_and_run_where_asked(client: Client) -> None:
    name = client.get("/v1/users", params={"limit": 1}).json()["users"][0]["user_id"]
    asked = {"text": "user.liked().posted_media().limit(3)", "user": name}
    plain = client.post("/v1/query/explain", json=asked).json()
    assert plain["rows"] is None
    assert "limit(n=3)" in [step["op"] for step in plain["steps"]]
    assert "at most" in plain["text"]
    ran = client.post("/v1/query/explain", json={**asked, "analyze": True, "rules": True}).json()
    assert ran["rows"] <= 3
    assert ran["steps"][0]["real"]["rows"] == ran["rows"]
    assert ran["changes"]


def test_a_wrong_program_is_refused(client: Client) -> None:
    answer = client.post("/v1/query/explain", json={"text": "user.likd()"})
    assert answer.status_code == 422
    assert answer.json()["error"]["code"] == "query"
