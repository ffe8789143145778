"""A village that lived once for all tests of this folder: five days of 300 people."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import duckdb
import pytest

from bowerbird.simulate import Report, Society, Truth, simulate

VILLAGE = Society(
    "village", people=300, accounts=400, media=5_000, days=5, branches=6, sessions=1.2
)


@dataclass(frozen=True)
class Run:
    folder: Path
    report: Report
    truth: Truth
    facts: duckdb.DuckDBPyConnection
    days: list[tuple[int, int]]  # what progress was told


@pytest.fixture(scope="session")
def village(tmp_path_factory: pytest.TempPathFactory) -> Run:
    folder, days = tmp_path_factory.mktemp("village"), list[tuple[int, int]]()
    report = simulate(VILLAGE, folder, 11, lambda done, of: days.append((done, of)))
    return Run(folder, report, Truth.load(folder), tables(folder), days)


def tables(folder: Path) -> duckdb.DuckDBPyConnection:
    """Return the facts below `folder` as tables, those of which there are any."""
    facts = duckdb.connect()
    facts.execute("SET threads = 1")
    for kind in ("accounts", "media", "events", "controls", "labels", "removals"):
        files = folder / "facts" / f"{kind}*.parquet"
        if not list(files.parent.glob(files.name)):
            continue
        facts.execute(f"CREATE TABLE {kind} AS SELECT * FROM read_parquet('{files}')")
    return facts
