from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.conftest import Run

LOOSE = "user . liked( within = 30d )  # recent\n"
NEAT = "user.liked(within=30d)  # recent\n"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "page.igql"
    path.write_text(LOOSE)
    return path


def test_a_program_is_printed_laid_out_and_left_alone(run: Run, file: Path) -> None:
    assert run("fmt", file).out == NEAT
    assert file.read_text() == LOOSE


def test_check_says_which_file_is_not_laid_out(run: Run, file: Path) -> None:
    ran = run("fmt", file, "--check")
    assert ran.status == 1
    assert "not laid out" in ran.out
    assert file.read_text() == LOOSE


def test_write_changes_the_file_once(run: Run, file: Path) -> None:
    assert run("fmt", file, "--write").status == 0
    assert file.read_text() == NEAT
    assert run("fmt", file, "--check").status == 0


def test_json_says_what_changed(run: Run, file: Path) -> None:
    assert run("fmt", file, "--json").json == [
        {"file": str(file), "changed": True, "text": NEAT},
    ]


def test_a_program_that_cannot_be_read_is_pointed_at(run: Run, file: Path) -> None:
    file.write_text("user.liked(")
    ran = run("fmt", file)
    assert ran.status == 1
    assert "^" in ran.err
