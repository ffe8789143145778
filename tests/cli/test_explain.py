from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.conftest import Run

TEXT = "param n: int = 5\ntrending(k=100).filter(not seen).filter(not muted).limit(n)\n"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "page.igql"
    path.write_text(TEXT)
    return path


def test_a_plan_is_printed_with_estimates_also_without_any_data(
    run: Run, file: Path, tmp_path: Path
) -> None:
    ran = run("explain", file, "--data", tmp_path / "nowhere", "-p", "n=7")
    assert ran.status == 0, ran.err
    assert "limit(n=7)" in ran.out
    assert "at most" in ran.out
    assert not (tmp_path / "nowhere").exists()


def test_rules_say_what_they_changed(run: Run, file: Path, tmp_path: Path) -> None:
    ran = run("explain", file, "--data", tmp_path / "nowhere", "--rules")
    assert "merge_filters" in ran.out


def test_analyze_runs_the_program(run: Run, file: Path, data: Path) -> None:
    found = run("explain", file, "--data", data, "--analyze", "--json").json
    assert found["rows"] == 5
    assert found["lines"][0]["real"]["rows"] == 5
    assert all(line["real"]["micros"] >= 0 for line in found["lines"])


def test_analyze_needs_data(run: Run, file: Path, tmp_path: Path) -> None:
    ran = run("explain", file, "--data", tmp_path / "nowhere", "--analyze")
    assert ran.status == 1
    assert "there is no data folder" in ran.err


def test_a_wrong_program_is_pointed_at(run: Run, file: Path, tmp_path: Path) -> None:
    file.write_text("user.likd()")
    ran = run("explain", file, "--data", tmp_path / "nowhere")
    assert ran.status == 1
    assert "did you mean `liked`" in ran.err


def test_every_name_on_offer_is_listed(run: Run, tmp_path: Path) -> None:
    found = run("check", "--names", "--data", tmp_path / "nowhere", "--json").json
    assert {"operator", "function", "signal"} == {name["what"] for name in found}
    assert run("check", "--data", tmp_path / "nowhere").status == 2
