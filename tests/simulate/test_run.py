from __future__ import annotations

import ast
from pathlib import Path

import pytest

import bowerbird.simulate
from bowerbird.core.errors import ConfigError, InputError
from bowerbird.core.facts import Action
from bowerbird.simulate import PRESETS, simulate
from bowerbird.simulate.society import DAY
from tests.simulate.conftest import VILLAGE, Run, tables


def silent(done: int, of: int) -> None:
    """Say nothing."""


def written(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted((folder / "facts").iterdir())}


def test_the_same_seed_gives_the_same_bytes_and_another_does_not(tmp_path: Path) -> None:
    for folder, seed in (("a", 1), ("b", 1), ("c", 2)):
        simulate("tiny", tmp_path / folder, seed, silent)
    one, same, other = (written(tmp_path / folder) for folder in "abc")
    assert one == same
    assert one["media-2026-02-28.parquet"] != other["media-2026-02-28.parquet"]
    assert one["events-2026-02-28.parquet"] != other["events-2026-02-28.parquet"]


def test_tiny_is_about_as_large_as_it_says(tmp_path: Path) -> None:
    report = simulate("tiny", tmp_path, 3, silent)
    assert report.rows["account"] == 80
    assert report.rows["media"] == 600
    assert 4_000 < report.rows["event"] < 9_000
    assert set(tables(tmp_path).execute("SELECT DISTINCT violates FROM labels").fetchall()) == {
        (True,),
        (False,),
    }


def test_the_report_counts_what_was_written(village: Run) -> None:
    for kind, table in (("event", "events"), ("media", "media"), ("label", "labels")):
        (count,) = village.facts.execute(f"SELECT count(*) FROM {table}").fetchone() or (0,)
        assert village.report.rows[kind] == count
    counted = dict(
        village.facts.execute("SELECT action, count(*) FROM events GROUP BY 1").fetchall()
    )
    assert {name: n for name, n in village.report.actions.items() if n} == counted


def test_progress_is_told_after_each_day(village: Run) -> None:
    assert village.days == [(day, 5) for day in range(1, 6)]


def test_every_action_occurs_but_the_derived_one(village: Run) -> None:
    missing = {action for action, count in village.report.actions.items() if not count}
    assert missing <= {"long_view", "unfollow"}, "rare ones need a larger society"
    assert village.report.actions["long_view"] == 0
    assert set(village.report.actions) == {action.name.lower() for action in Action}


def test_a_folder_with_facts_in_it_is_refused(tmp_path: Path) -> None:
    (tmp_path / "facts").mkdir()
    (tmp_path / "facts" / "events.parquet").touch()
    with pytest.raises(InputError, match="already holds facts"):
        simulate("tiny", tmp_path, 1, silent)


def test_an_unknown_society_is_answered_with_the_nearest(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="did you mean `small`"):
        simulate("small_", tmp_path, 1, silent)


def test_the_simulator_imports_core_and_itself_only() -> None:
    for path in Path(str(bowerbird.simulate.__file__)).parent.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            rooms = {name.split(".")[1] for name in names if name.startswith("bowerbird.")}
            assert rooms <= {"core", "simulate"}, path


def test_accounts_and_media_are_new_every_day(village: Run) -> None:
    start = VILLAGE.starts
    for table in ("accounts", "media"):
        rows = village.facts.execute(
            f"SELECT (ts - {start}) // {DAY} AS day, count(*) FROM {table} "
            f"WHERE ts >= {start} GROUP BY 1"
        ).fetchall()
        assert {day for day, count in rows if count} == set(range(5))


@pytest.mark.slow
def test_small_has_the_size_and_the_habits_it_promises(tmp_path: Path) -> None:
    report = simulate("small", tmp_path, 1, silent)
    assert 640_000 < report.rows["event"] < 750_000
    assert report.rows["media"] == PRESETS["small"].media
    assert 0.45 <= report.off_main <= 0.7
    assert report.top_share > 0.2
    assert all(report.actions[a.name.lower()] for a in Action if a != Action.LONG_VIEW)
    wanted = {
        "click": (0.42, 0.48),
        "long_view": (0.29, 0.35),
        "like": (0.015, 0.020),
        "comment": (0.002, 0.0032),
        "share": (0.0007, 0.0013),
        "follow": (0.001, 0.0016),
        "profile_visit": (0.016, 0.022),
        "hide": (0.0006, 0.001),
    }
    for action, (low, high) in wanted.items():
        assert low <= report.rates[action] <= high, action
