from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import httpx

from bowerbird.app.bowerbird import Bowerbird
from tests.cli.conftest import Run

HEAVY = {
    "numpy",
    "numba",
    "duckdb",
    "starlette",
    "uvicorn",
    "lark",
    "faiss",
    "onnxruntime",
    "torch",
}
PROGRAM = "import sys; from bowerbird.cli.main import main; sys.exit(main())"


def test_help_loads_nothing_heavy() -> None:
    program = (
        "import sys; from bowerbird.cli.main import main; main(['--help']);"
        f"print(sorted({HEAVY!r} & sys.modules.keys()), file=sys.stderr)"
    )
    ended = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert "demo" in ended.stdout
    assert ended.stderr.strip() == "[]"


def test_an_error_is_a_sentence_and_a_line_of_help(run: Run, tmp_path: Path) -> None:
    ran = run("explore", "ana", "--data", tmp_path / "none")
    assert ran.status == 1
    assert ran.err.startswith("error: there is no data folder at ")
    assert "\nhelp: make one with `bowerbird init`" in ran.err
    assert "Traceback" not in ran.err


def test_an_error_is_json_where_json_was_asked_for(run: Run, data: Path) -> None:
    ran = run("similar", "nobody", "--data", data, "--json")
    assert (ran.status, ran.out) == (1, "")
    error = json.loads(ran.err)["error"]
    assert error["code"] == "not_found"
    assert "nobody" in error["message"]


def test_wrong_usage_exits_with_2_in_either_form(run: Run) -> None:
    assert run("explore").status == 2
    assert run("exlore", "ana").status == 2
    ran = run("explore", "ana", "--size", "many", "--json")
    assert ran.status == 2
    assert json.loads(ran.err)["error"]["code"] == "usage"


def test_a_second_writer_is_told_who_holds_the_journal(run: Run, own_data: Path) -> None:
    facts = own_data.parent / "one.jsonl"
    facts.write_text('{"user_id": "u", "action": "like", "media_id": "m", "ts": 1772280000000}')
    with Bowerbird(own_data):
        ran = run("ingest", facts, "--kind", "event", "--data", own_data)
    assert ran.status == 1
    assert str(os.getpid()) in ran.err


def test_the_folder_may_come_from_the_environment(data: Path) -> None:
    ended = subprocess.run(
        [sys.executable, "-c", PROGRAM, "versions", "--json"],
        env={**os.environ, "BOWERBIRD_DATA": str(data)},
        capture_output=True,
        check=True,
    )
    assert json.loads(ended.stdout)[0]["number"] == 1


def test_a_server_tells_its_address_and_ends_on_ctrl_c(own_data: Path) -> None:
    serving = subprocess.Popen(
        [sys.executable, "-c", PROGRAM, "serve", "--port", "0", "--json", "--data", own_data],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert serving.stdout
    told = json.loads(serving.stdout.readline())
    answer = httpx.get(f"{told['address']}/v1/explore/ana?size=3")
    assert len(answer.json()["items"]) == 3
    assert httpx.get(told["page"]).status_code == 200
    serving.send_signal(signal.SIGINT)
    out, err = serving.communicate(timeout=60)
    assert (serving.returncode, out, err) == (0, "", "")
    with Bowerbird(own_data, mode="read") as bb:
        exposed = list(bb.journal.read(bb.journal.end - 1))
    assert len(exposed[0].items) == 3
