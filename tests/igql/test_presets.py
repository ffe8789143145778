from pathlib import Path

import pytest

import bowerbird.page
from bowerbird.core.candidates import Kind
from bowerbird.core.facts import Action
from bowerbird.core.signals import Context
from bowerbird.igql.check import check
from bowerbird.igql.diagnostics import Severity
from bowerbird.igql.program import compile_program
from bowerbird.igql.run import run
from tests.igql.tiny import DECLARED, NOW, society

PRESETS = sorted((Path(bowerbird.page.__file__).parent / "presets").glob("*.igql"))


@pytest.mark.parametrize("path", PRESETS, ids=lambda path: path.stem)
def test_a_preset_gives_rows_that_come_once(path: Path) -> None:
    program = compile_program(path.read_text(), DECLARED)
    world = society(1)
    for columns in (world.columns[Kind.MEDIA], world.columns[Kind.ACCOUNTS]):
        for name in {"spam", "policy", "non_recommendable"} & columns.keys():
            columns[name] = columns[name] / 4  # most of it may be shown

    result = run(program, world, Context(user=1, now=NOW, seed=7))

    assert len(result.rows) > 0
    assert len(set(result.rows.rows.tolist())) == len(result.rows)


@pytest.mark.parametrize("path", PRESETS, ids=lambda path: path.stem)
def test_a_preset_gives_a_person_never_seen_no_error(path: Path) -> None:
    run(compile_program(path.read_text(), DECLARED), society(1), Context(user=-1, now=NOW, seed=7))


@pytest.mark.parametrize("path", PRESETS, ids=lambda path: path.stem)
def test_only_the_published_sample_has_something_odd_about_it(path: Path) -> None:
    found = check(path.read_text(), DECLARED)

    assert all(known.severity is Severity.WARNING for known in found)
    assert [known.code for known in found] == (
        ["constant-column"] if path.stem == "published_sample" else []
    )


PUBLISHED = """user
.let(seed_id=user_id)
.liked(max_num_to_retrieve=30)
.account_nn(embedding_config=default)
.posted_media(max_media_per_account=10)
.filter(non_recommendable_model_threshold=0.2)
.rank(ranking_model=default)
.diversify_by(seed_id, method=round_robin)
"""


def test_the_published_sample_runs_verbatim_and_every_row_says_where_it_came_from() -> None:
    (preset,) = (path for path in PRESETS if path.stem == "published_sample")
    assert preset.read_text() == PUBLISHED

    world = society(1)
    result = run(compile_program(PUBLISHED, DECLARED), world, Context(user=1, now=NOW, seed=7))

    found = result.rows.columns
    assert len(result.rows) > 0
    assert (found["seed_id"] == 1).all()  # as the sample has it: the person
    assert (found["seed"] >= 0).all()
    assert (found["via"] == world.columns[Kind.MEDIA]["account_id"][result.rows.rows]).all()
    assert (found["seed_action"] == Action.LIKE).all()
    assert set(found["source"].tolist()) == {0}
    assert result.sources == ("user.liked.account_nn(default).posted_media",)
