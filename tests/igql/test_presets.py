from pathlib import Path

import pytest

import bowerbird.page
from bowerbird.core.signals import Context
from bowerbird.igql.check import check
from bowerbird.igql.diagnostics import Severity
from bowerbird.igql.program import compile_program
from bowerbird.igql.run import run
from tests.igql.tiny import CATALOG, NOW, society

PRESETS = sorted((Path(bowerbird.page.__file__).parent / "presets").glob("*.igql"))


@pytest.mark.parametrize("path", PRESETS, ids=lambda path: path.stem)
def test_a_preset_gives_media_that_come_once(path: Path) -> None:
    program = compile_program(path.read_text(), CATALOG)

    result = run(program, society(1), Context(user=1, now=NOW, seed=7))

    assert len(result.rows) > 0
    assert len(set(result.rows.rows.tolist())) == len(result.rows)


@pytest.mark.parametrize("path", PRESETS, ids=lambda path: path.stem)
def test_a_preset_gives_a_person_never_seen_no_error(path: Path) -> None:
    run(compile_program(path.read_text(), CATALOG), society(1), Context(user=-1, now=NOW, seed=7))


@pytest.mark.parametrize("path", PRESETS, ids=lambda path: path.stem)
def test_only_the_published_sample_has_something_odd_about_it(path: Path) -> None:
    found = check(path.read_text(), CATALOG)

    assert all(known.severity is Severity.WARNING for known in found)
    assert [known.code for known in found] == (
        ["constant-column"] if path.stem == "published_sample" else []
    )
