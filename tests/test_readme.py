"""What the README tells people to type is typed here."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from bowerbird.cli.main import main
from bowerbird.core.signals import Catalog
from bowerbird.igql.check import check
from bowerbird.igql.diagnostics import Severity
from bowerbird.page.reading import catalog
from tests.service.society import copied, facts

README = (Path(__file__).parents[1] / "README.md").read_text()
BLOCKS = re.findall(r"```(\w*)\n(.*?)```", README, re.DOTALL)


def block(language: str, holding: str) -> str:
    """Return the one code block of the README that holds a text."""
    (found,) = [body for name, body in BLOCKS if name == language and holding in body]
    return str(found)


def test_the_commands_for_an_app_of_ones_own_work(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = tmp_path_factory.mktemp("readme")
    (here / "facts").symlink_to(facts(tmp_path_factory))
    monkeypatch.chdir(here)
    lines = block("", "bowerbird init").strip().splitlines()
    assert len(lines) == 4
    for line in lines:
        words = shlex.split(line, comments=True)
        if words[1] == "serve":  # runs until it is stopped; its own tests start it
            continue
        assert main(words[1:]) == 0, line
    assert (here / "data" / "versions" / "000001").is_dir()


def test_the_python_of_the_readme_runs(
    tmp_path_factory: pytest.TempPathFactory,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(copied(tmp_path_factory).parent)
    exec(compile(block("python", "bb.explore"), "README.md", "exec"), {})
    assert len(capsys.readouterr().out.splitlines()) == 25


def test_the_published_sample_is_shown_as_it_is_served() -> None:
    names: Catalog = catalog(("default",), ("default",))
    found = check(block("", ".liked(max_num_to_retrieve=30)"), names)
    assert [one for one in found if one.severity is Severity.ERROR] == []


def test_every_page_that_the_readme_links_to_is_there() -> None:
    root = Path(__file__).parents[1]
    links = re.findall(r"\]\(([^)#]+)\)", README)
    assert links
    assert [link for link in links if "://" not in link and not (root / link).exists()] == []
