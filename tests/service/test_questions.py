from __future__ import annotations

import re
from pathlib import Path

import pytest
from httpx import Client
from prometheus_client.parser import text_string_to_metric_families

from bowerbird.service.app import DESCRIBED
from bowerbird.service.bodies import JSON, LINES
from bowerbird.service.exploring import Asked
from bowerbird.service.openapi import description

GUIDE = Path("docs/http.md").read_text()


def test_people_are_found_by_what_they_are_called(client: Client) -> None:
    people = client.get("/v1/users", params={"limit": 5}).json()["users"]
    assert len(people) == 5
    assert people[0]["events"] >= people[4]["events"]
    name = people[3]["user_id"]
    found = client.get("/v1/users", params={"query": name}).json()["users"]
    assert name in [person["user_id"] for person in found]


def test_similar_accounts_come_nearest_first(client: Client) -> None:
    account = client.get("/v1/users", params={"limit": 1}).json()["users"][0]["accounts"][0]
    found = client.get(f"/v1/accounts/{account}/similar", params={"k": 5}).json()
    scores = [near["similarity"] for near in found["similar"]]
    assert scores == sorted(scores, reverse=True)
    assert account not in [near["account_id"] for near in found["similar"]]
    assert client.get("/v1/accounts/nobody/similar").status_code == 404


def test_a_program_runs_for_the_person_it_is_asked_for(client: Client) -> None:
    user = client.get("/v1/users", params={"limit": 1}).json()["users"][0]["user_id"]
    asked = {"text": "user.engaged(max_num_to_retrieve=3)", "user": user}
    found = client.post("/v1/query", json=asked).json()
    assert found["kind"] == "accounts"
    assert 1 <= len(found["rows"]) <= 3
    assert found["steps"]


def test_a_wrong_program_is_refused_with_its_place(client: Client) -> None:
    answer = client.post("/v1/query", json={"text": "user\n.likd()"})
    assert answer.status_code == 422
    assert answer.json()["error"]["code"] == "query"
    assert answer.json()["error"]["message"].startswith("line 2, column 2: ")
    found = client.post("/v1/query/check", json={"text": "user\n.likd()"}).json()["diagnostics"]
    assert [(d["severity"], d["line"], d["column"]) for d in found] == [("error", 2, 2)]
    assert client.post("/v1/query", json={"txt": "user"}).status_code == 400


def test_the_versions_say_which_one_serves(client: Client) -> None:
    versions = client.get("/v1/versions").json()["versions"]
    assert [(version["number"], version["current"]) for version in versions] == [(1, True)]


def test_the_metrics_count_what_was_answered(client: Client) -> None:
    def read() -> dict[str, float]:
        text = client.get("/metrics").text
        return {s.name: s.value for f in text_string_to_metric_families(text) for s in f.samples}

    before = read()
    client.get("/v1/explore/counted", params={"size": 4})
    client.post("/v1/events", json=[{"user_id": "counted", "action": "like", "media_id": "m"}, 1])
    after = read()
    grown = {name: after[name] - before.get(name, 0) for name in after}
    assert grown["bowerbird_pages_total"] == 1
    assert grown["bowerbird_slots_total"] == 4
    assert grown["bowerbird_facts_total"] == 1
    assert after["bowerbird_version"] == 1
    assert after["bowerbird_fold_offset"] >= before["bowerbird_fold_offset"] + 1
    assert after["bowerbird_page_seconds_count"] == before["bowerbird_page_seconds_count"] + 1
    unwritten = set(re.findall(r"bowerbird_\w+", GUIDE)) - after.keys()
    assert unwritten <= {"bowerbird_page_seconds", "bowerbird_rejected_total"}


def test_the_server_is_up_and_ready(client: Client) -> None:
    assert client.get("/healthz").status_code == 200
    assert client.get("/readyz").json()["version"] == 1


@pytest.mark.parametrize(
    ("method", "address", "status", "code"),
    [
        ("GET", "/nothing/here", 404, "not_found"),
        ("GET", "/web/none.js", 404, "not_found"),
        ("PATCH", "/v1/versions", 405, "method_not_allowed"),
    ],
)
def test_an_address_nobody_serves_is_answered_in_the_one_shape(
    client: Client, method: str, address: str, status: int, code: str
) -> None:
    answer = client.request(method, address)
    assert (answer.status_code, answer.json()["error"]["code"]) == (status, code)


def test_a_strange_name_for_this_machine_is_refused(client: Client) -> None:
    answer = client.get("/v1/versions", headers={"host": "evil.example"})
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "host")


def test_every_answer_forbids_what_the_pages_do_not_need(client: Client) -> None:
    policy = client.get("/").headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy


def test_the_pages_load_nothing_from_elsewhere(client: Client) -> None:
    for name in ("", "docs", "web/page.js", "web/docs.js", "web/art.js", "web/style.css"):
        text = client.get(f"/{name}").text
        found = set(re.findall(r"https?://[\w./-]+", text)) - {"http://www.w3.org/2000/svg"}
        assert not found, name


def test_every_reference_of_the_description_is_there(client: Client) -> None:
    text = client.get("/openapi.json").text
    known = client.get("/openapi.json").json()["components"]["schemas"]
    assert set(re.findall(r"#/components/schemas/(\w+)", text)) <= known.keys()


def test_the_description_says_what_an_endpoint_takes() -> None:
    paths = description(DESCRIBED)["paths"]
    page, names = paths["/v1/explore/{user}"]["get"], Asked.__struct_fields__
    assert [(p["name"], p["in"], p["required"]) for p in page["parameters"]] == [
        ("user", "path", True),
        *((name, "query", False) for name in names),
    ]
    size = page["parameters"][1 + names.index("size")]["schema"]
    assert {"type": "integer", "minimum": 1, "maximum": 100} in size["anyOf"]
    assert page["description"].startswith("Return the page of a person")
    assert set(paths["/v1/events"]["post"]["requestBody"]["content"]) == {JSON, LINES}
    verbs = [what["operationId"] for path in paths.values() for what in path.values()]
    assert len(set(verbs)) == len(verbs) == len(DESCRIBED)


@pytest.mark.parametrize(
    ("address", "message"),
    [
        ("/v1/users?limit=0", "limit: Expected `int` >= 1"),
        ("/v1/explore/ana?why=perhaps", "why: Expected `bool`, got `str`"),
        ("/v1/accounts/ana/similar?k=many", "k: Expected `int`, got `str`"),
    ],
)
def test_a_query_that_does_not_fit_is_told_where(
    client: Client, address: str, message: str
) -> None:
    answer = client.get(address)
    assert (answer.status_code, answer.json()["error"]["code"]) == (422, "invalid")
    assert answer.json()["error"]["message"] == message


def test_every_endpoint_is_in_the_guide() -> None:
    paths = description(DESCRIBED)["paths"]
    missing = [path for path in paths if re.sub(r"\{.*", "", path).rstrip("/") not in GUIDE]
    assert not missing
