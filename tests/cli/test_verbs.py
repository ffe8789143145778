from __future__ import annotations

import json
from pathlib import Path

import pytest

from bowerbird.app.bowerbird import Bowerbird
from bowerbird.cli.main import VERBS
from tests.cli.conftest import Run

GUIDE = Path("docs/cli.md").read_text()


def busiest(data: Path) -> str:
    with Bowerbird(data, mode="read") as bb:
        return bb.people(limit=1)[0].user_id


@pytest.mark.parametrize("verb", [name for name, _ in VERBS])
def test_every_verb_explains_itself_and_is_in_the_guide(run: Run, verb: str) -> None:
    ran = run(verb, "--help")
    assert ran.status == 0
    assert "Usage" in ran.out
    assert f"\n## {verb}\n" in GUIDE


def test_facts_go_in_once(run: Run, tmp_path: Path) -> None:
    facts, data = tmp_path / "facts.jsonl", tmp_path / "data"
    rows = [
        {"kind": "media", "media_id": "m1", "account_id": "a1", "ts": "2026-02-01T00:00:00Z"},
        {"user_id": "u1", "action": "like", "media_id": "m1", "ts": "2026-02-02T00:00:00Z"},
        {"user_id": "u1", "action": "lick", "media_id": "m1", "ts": "2026-02-02T00:00:00Z"},
    ]
    facts.write_text("\n".join(json.dumps(row) for row in rows))
    assert run("init", "--data", data, "--clock", "journal", "--json").json["created"]
    assert not run("init", "--data", data, "--json").json["created"]
    first = run("ingest", facts, "--kind", "event", "--data", data, "--json").json
    again = run("ingest", facts, "--kind", "event", "--data", data, "--json").json
    assert (first["accepted"], first["rejected"]) == (2, {"unknown_action": 1})
    assert (again["accepted"], again["duplicates"]) == (0, 2)
    assert "unknown_action" in run("ingest", facts, "--kind", "event", "--data", data).out


def test_a_page_is_printed_with_reasons_and_journals_nothing(run: Run, data: Path) -> None:
    user = busiest(data)
    with Bowerbird(data, mode="read") as bb:
        end = bb.journal.end
    page = run("explore", user, "--data", data, "--json").json
    assert len(page["items"]) == 25
    shown = run("explore", user, "--data", data, "--size", 3)
    assert shown.status == 0
    assert f"Explore for {user}" in shown.out
    with Bowerbird(data, mode="read") as bb:
        assert bb.journal.end == end


def test_an_exposed_page_is_journaled(run: Run, own_data: Path) -> None:
    with Bowerbird(own_data, mode="read") as bb:
        end = bb.journal.end
    assert run("explore", "ana", "--data", own_data, "--expose").status == 0
    with Bowerbird(own_data, mode="read") as bb:
        assert bb.journal.end == end + 1


def test_now_is_when_one_says(run: Run, data: Path) -> None:
    asked = ("explore", "ana", "--data", data, "--json", "--now")
    assert run(*asked, "2026-02-28T12:00:00Z").json["now"] == 1_772_280_000_000
    assert run(*asked, "1772280000000").json["now"] == 1_772_280_000_000
    assert run(*asked, "noon").status == 1


def test_params_reach_the_program(run: Run, data: Path) -> None:
    page = run("explore", "ana", "-p", "w_save=7", "--data", data, "--json").json
    assert page["recipe"]["params"] == {"w_save": 7}
    assert run("explore", "ana", "-p", "w_save", "--data", data).status == 1


def test_similar_accounts_are_printed(run: Run, data: Path) -> None:
    with Bowerbird(data, mode="read") as bb:
        account = bb.people(limit=1)[0].accounts[0]
    near = run("similar", account, "-k", 4, "--data", data, "--json").json
    assert len(near) == 4
    assert near[0]["account_id"] in run("similar", account, "--data", data).out


def test_a_program_is_checked_with_carets(run: Run, tmp_path: Path) -> None:
    good, bad = tmp_path / "good.igql", tmp_path / "bad.igql"
    good.write_text("user.liked(max_num_to_retrieve=30).posted_media()")
    bad.write_text("user.likd(max_num_to_retrieve=30)")
    assert run("check", good).status == 0
    refused = run("check", bad)
    assert refused.status == 1
    assert "1 | user.likd(max_num_to_retrieve=30)\n  |      ^^^^" in refused.out
    told = run("check", bad, "--json")
    assert (told.status, told.json["diagnostics"][0]["column"]) == (1, 6)
    assert run("check", tmp_path / "none.igql").status == 1


def test_a_query_prints_rows_and_steps(run: Run, data: Path, tmp_path: Path) -> None:
    file = tmp_path / "seeds.igql"
    file.write_text("user.engaged(max_num_to_retrieve=3)")
    found = run("query", file, "--user", busiest(data), "--data", data, "--json").json
    assert found["kind"] == "accounts"
    assert "steps" in run("query", file, "--user", busiest(data), "--data", data).out
    file.write_text("user.likd()")
    refused = run("query", file, "--data", data)
    assert refused.status == 1
    assert "^^^^" in refused.err


def test_the_versions_are_printed(run: Run, data: Path, tmp_path: Path) -> None:
    assert [v["number"] for v in run("versions", "--data", data, "--json").json] == [1]
    assert "current" in run("versions", "--data", data).out
    Bowerbird(tmp_path / "empty").close()
    assert "bowerbird train" in run("versions", "--data", tmp_path / "empty").out


def test_get_answers_as_the_server_would(run: Run, data: Path) -> None:
    page = run("get", "/v1/explore/ana?size=2", "--data", data).json
    assert len(page["items"]) == 2
    missing = run("get", "/v1/traces/none", "--data", data)
    assert (missing.status, missing.json["error"]["code"]) == (1, "not_found")


def test_a_version_is_trained_beside_a_writer(run: Run, own_data: Path) -> None:
    with Bowerbird(own_data):
        report = run("train", "--data", own_data, "--json").json
    assert report["version"] == 2
    assert report["examples"] > 0


def test_a_tiny_demo_is_prepared_once(run: Run, tmp_path: Path) -> None:
    asked = ("demo", "--preset", "tiny", "--data", tmp_path / "demo", "--no-serve", "--json")
    first, second = run(*asked), run(*asked)
    assert (first.status, second.status) == (0, 0)
    assert {"simulate", "ingest"} <= first.json["seconds"].keys()
    assert second.json["seconds"].keys() == {"opening"}
    assert first.json["version"] == second.json["version"] == 1


def test_a_society_lives_on_the_pages_of_a_rule(run: Run, tmp_path: Path) -> None:
    asked = ("simulate", "tiny", "--loop", "--policy", "random", "--days", "1", "--out", tmp_path)
    told = run(*asked, "--json").json
    assert len(told["pages"]) == len(told["satisfied"]) == 1
    table = run(*asked)
    assert table.status == 0
    assert "random on tiny" in table.out
    unknown = run(*asked[:4], "randomly", "--out", tmp_path, "--json")
    assert unknown.status == 1
    assert "did you mean `random`" in unknown.err


def test_rolling_back_publishes_an_earlier_version_again(run: Run, own_data: Path) -> None:
    assert "no Version before 1" in run("rollback", "--data", own_data).err
    assert "is Version 1 again" in run("rollback", "1", "--data", own_data).out
    found = run("versions", "--data", own_data, "--json").json
    assert [(version["number"], version["current"]) for version in found] == [(1, False), (2, True)]


def test_programs_are_compared_on_requests_a_version_does_not_know(run: Run, data: Path) -> None:
    ran = run("evaluate", "explore", "new_creators", "--data", data)
    assert ran.status == 1
    assert "train a Version with `--until`" in ran.err


def test_tuning_needs_somewhere_to_write(run: Run, data: Path) -> None:
    ran = run("tune", "explore", "--data", data)
    assert ran.status == 1
    assert "--out" in ran.err


def test_tuning_on_people_who_are_not_there_or_not_for_so_long_says_so(
    run: Run, tmp_path: Path
) -> None:
    file = tmp_path / "mine.igql"
    ran = run("tune", "explore", "--loop", "tinny", "--out", file)
    assert ran.status == 1
    assert "did you mean `tiny`" in ran.err
    ran = run("tune", "explore", "--loop", "tiny", "--lived", 4, "--out", file)
    assert "4 days and 1 more are to be lived by 'tiny'" in ran.err
    assert not file.exists()


def test_tuning_refuses_what_would_say_nothing(run: Run, data: Path, tmp_path: Path) -> None:
    out = ["--out", tmp_path / "mine.igql"]
    ran = run("tune", "explore", "--loop", "tiny", "--data", data, "--hours", 3, *out)
    assert ran.status == 1
    assert "--data, --hours says nothing with --loop" in ran.err
    ran = run("tune", "explore", "--data", data, "--days", 2, *out)
    assert ran.status == 1
    assert "--days says nothing without --loop" in ran.err


@pytest.mark.slow
def test_a_program_is_tuned_on_simulated_people_and_written_where_that_held(
    run: Run, tmp_path: Path
) -> None:
    file = tmp_path / "mine.igql"
    file.write_text(
        "param most: int = 1 in 1..14\n\n"
        "fresh(k=500).filter(recommendable and not seen and not own).limit(most)\n"
    )
    given = ["--loop", "tiny", "--lived", 1, "--trials", 2, "--objective", "age_h", "--json"]
    found = run("tune", file, *given).json
    assert found["trials"] == [2, 2]
    assert found["better"]
    assert f"param most: int = {found['params']['most']} in 1..14" in file.read_text()
