"""What the guide shows is what happens."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from bowerbird.core.signals import Context
from bowerbird.igql.builder import Media
from bowerbird.igql.check import check
from bowerbird.igql.program import compile_program
from bowerbird.igql.run import run
from tests.igql.test_format import tree
from tests.igql.tiny import DECLARED, NOW, society

ROOT = Path(__file__).parents[2]
GUIDE = (ROOT / "docs" / "igql.md").read_text()
FENCED = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def blocks(heading: str, language: str) -> list[str]:
    part = GUIDE.split(f"\n## {heading}\n")[1].split("\n## ")[0]
    return [text for found, text in FENCED.findall(part) if found == language]


def programs(heading: str) -> list[str]:
    """The blocks of a part, each that starts with a dot added to the one before."""
    found: list[str] = []
    for text in blocks(heading, "igql"):
        found.append(found[-1] + text if text.startswith(".") else text)
    return found


@pytest.mark.parametrize("text", programs("Tutorial"))
def test_every_program_of_the_tutorial_runs(text: str) -> None:
    assert check(text, DECLARED) == []
    result = run(compile_program(text, DECLARED), society(1), Context(1, NOW, 7))
    assert len(result.rows) > 0


def test_the_tutorial_goes_from_one_line_to_a_page() -> None:
    found = programs("Tutorial")
    assert len(found[0].splitlines()) == 1
    assert len(found) >= 9
    for step in ("blend", "filter", "sample", "rank", "diversify_by", "explore", "param"):
        assert step in found[-1]


def test_the_mistake_of_the_tutorial_is_said_as_shown() -> None:
    (shown,) = blocks("Tutorial", "text")
    text = "user.likd().account_nn(k=5000)"
    assert "\n\n".join(found.show(text) for found in check(text, DECLARED)) + "\n" == shown


def test_the_program_written_in_python_reads_back_and_binds() -> None:
    text = blocks("From Python", "python")[0]
    made, rest = text.split("print(page.to_text())")
    assert ".query(page" in rest
    names: dict[str, object] = {}
    exec(made, names)  # the guide's own text
    page = names["page"]
    assert isinstance(page, Media)
    assert tree(page.to_text()) == page.source
    assert check(page.to_text(), DECLARED) == []


USE = """
import sys
from bowerbird.core.signals import Context
from bowerbird.igql.builder import Media, row, trending
from bowerbird.igql.check import check
from bowerbird.igql.extend import extensions
from bowerbird.igql.program import compile_program
from bowerbird.igql.reference import known
from bowerbird.igql.run import run
from tests.igql.tiny import CATALOG, NOW, society

text = sys.stdin.read()
world, context = society(1), Context(1, NOW, 7)

def scores(text):
    rows = run(compile_program(text, CATALOG), world, context).rows
    return dict(zip(rows.rows.tolist(), rows.columns["score"].tolist()))

assert extensions().failures == (), extensions().failures
assert not check(text, CATALOG), [found.message for found in check(text, CATALOG)]
assert len(scores(text)) == 25
plain, lifted = scores("trending()"), scores("trending().boost(where=media_type == photo, by=3)")
ratios = {round(lifted[row] / plain[row], 4) for row in plain}
assert ratios == {1, 3}, ratios
gems = scores("trending().score(hidden_gem)")
assert len(set(gems.values())) > 10
built = trending().step(Media, "boost", where=row.hidden_gem > 0.5).to_text()
assert built == "trending().boost(where=hidden_gem > 0.5)\\n", built
found = [wrong.message for wrong in check("trending().boost(by=101).score(hiden_gem)", CATALOG)]
assert found == [
    "`boost` needs `where`, an expression over the rows",
    "`by` of `boost` is between 0 and 100, found 101",
    "media have nothing called `hiden_gem`",
], found
texts = ("trending().bost(where=seen)", "trending().score(hiden_gem)")
helps = [wrong.help for text in texts for wrong in check(text, CATALOG)]
assert helps[0].startswith("did you mean `boost`?"), helps
assert helps[1].startswith("did you mean `hidden_gem`?"), helps
mine = [name for name in known(CATALOG) if name.package]
assert [(name.what, name.written, name.package, name.doc) for name in mine] == [
    ("operator", "boost(where=, by=2)", "bowerbird-boost", "Lifts rows."),
    ("signal", "hidden_gem", "bowerbird-boost", "Liked by the few it met."),
], mine
"""


def test_the_package_of_the_guide_adds_an_operator_and_a_signal(tmp_path: Path) -> None:
    (module,) = blocks("Operators of your own", "python")
    (declared,) = blocks("Operators of your own", "toml")
    (text,) = blocks("Operators of your own", "igql")
    assert len((module + declared).strip().splitlines()) - module.count("\n\n") < 40
    (tmp_path / "bowerbird_boost.py").write_text(module)
    info = tmp_path / "bowerbird_boost-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: bowerbird-boost\nVersion: 1.0\n")
    (group,) = tomllib.loads(declared)["project"]["entry-points"].items()
    lines = [f"[{group[0]}]", *(f"{name} = {value}" for name, value in group[1].items())]
    (info / "entry_points.txt").write_text("\n".join(lines))
    ran = subprocess.run(
        [sys.executable, "-c", USE],
        input=text,
        text=True,
        capture_output=True,
        check=False,
        env={**os.environ, "PYTHONPATH": f"{tmp_path}{os.pathsep}{ROOT}"},
    )
    assert ran.returncode == 0, ran.stderr
