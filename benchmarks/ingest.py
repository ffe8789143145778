"""How fast facts come in, durably, beside plain DuckDB COPY and plain SQLite inserts.

The peers take the same file and check nothing: DuckDB gives no rows to ids and finds no twins.
HTTP is not measured here.

    .venv/bin/python benchmarks/ingest.py            # 300,000 events
    .venv/bin/python benchmarks/ingest.py --events 10000000
"""

from __future__ import annotations

import argparse
import json
import resource
import sqlite3
import tempfile
from collections.abc import Callable
from pathlib import Path
from time import perf_counter

import duckdb
import numpy as np

from bowerbird.journal.ingest import ingest
from bowerbird.journal.journal import Journal

NOW = 1_700_000_000_000
ACTIONS = ("impression", "view", "click", "like", "save")
TARGET = 300_000
COLUMNS = ("user_id", "action", "media_id", "ts", "dwell_ms", "session_id", "surface", "event_id")


def write_files(folder: Path, events: int) -> dict[str, Path]:
    """Write the same events as JSON lines, CSV and Parquet; return format -> path."""
    rng = np.random.default_rng(0)
    drawn = zip(
        rng.integers(0, 100_000, events).tolist(),
        rng.choice(ACTIONS, events, p=[0.55, 0.2, 0.1, 0.1, 0.05]).tolist(),
        (rng.zipf(1.3, events) % 200_000).tolist(),
        (NOW + np.cumsum(rng.integers(0, 20, events))).tolist(),
        rng.integers(0, 60_000, events).tolist(),
        strict=True,
    )
    paths = {name: folder / f"events.{name}" for name in ("jsonl", "csv", "parquet")}
    with paths["jsonl"].open("w") as lines, paths["csv"].open("w") as table:
        table.write(",".join(COLUMNS) + "\n")
        for n, (user, action, media, ts, dwell) in enumerate(drawn):
            row = (
                f"u{user}",
                action,
                f"m{media}",
                ts,
                dwell,
                f"s{user}-{n >> 20}",
                "feed",
                f"e{n}",
            )
            lines.write(json.dumps(dict(zip(COLUMNS, row, strict=True))) + "\n")
            table.write(",".join(map(str, row)) + "\n")
    duckdb.sql(f"COPY (FROM read_csv('{paths['csv']}')) TO '{paths['parquet']}' (FORMAT parquet)")
    return paths


def timed(work: Callable[[], object]) -> float:
    """Return the seconds `work` takes."""
    began = perf_counter()
    work()
    return perf_counter() - began


def copied(source: Path, target: Path) -> None:
    """DuckDB turns the file into Parquet, zstd as ours."""
    read = {".jsonl": "read_json", ".csv": "read_csv", ".parquet": "read_parquet"}[source.suffix]
    duckdb.sql(f"COPY (FROM {read}('{source}')) TO '{target}' (FORMAT parquet, COMPRESSION zstd)")


def inserted(source: Path, target: Path) -> None:
    """SQLite takes a row at a time, 10,000 in a transaction, synced as our tail is."""
    sql = sqlite3.connect(target, isolation_level=None)
    sql.execute("PRAGMA journal_mode=WAL")
    sql.execute("PRAGMA synchronous=FULL")
    sql.execute(f"CREATE TABLE events ({', '.join(COLUMNS)}, UNIQUE (event_id))")
    marks = ", ".join("?" * len(COLUMNS))
    with source.open() as lines:
        while rows := [tuple(json.loads(line).values()) for line in lines.readlines(1_500_000)]:
            sql.execute("BEGIN")
            sql.executemany(f"INSERT OR IGNORE INTO events VALUES ({marks})", rows)
            sql.execute("COMMIT")
    sql.close()


def measure(folder: Path, events: int) -> list[dict[str, object]]:
    """Return one row a measurement."""
    paths, found = write_files(folder, events), []
    with Journal.open(folder / "warm") as journal:  # kernels are compiled before the clock runs
        for path in write_files(folder / "warm", 1_000).values():
            ingest(journal, path, now=NOW + 20_000)
        journal.compact()

    def row(what: str, seconds: float, peer: str, against: float, target: int = 0) -> None:
        ours, theirs = events / seconds, events / against
        found.append(
            {"what": what, "ours": round(ours), "peer": round(theirs), "peer_is": peer}
            | {"ratio": round(ours / theirs, 3), "unit": "events/s"}
            | ({"target": target, "holds": ours >= target} if target else {})
        )

    sqlite = timed(lambda: inserted(paths["jsonl"], folder / "plain.sqlite"))
    for name, path in paths.items():
        with Journal.open(folder / name) as journal:
            now = NOW + 20 * events
            seconds = timed(lambda p=path, j=journal, n=now: ingest(j, p, now=n))  # type: ignore[misc]  # defaults
            if journal.end != events:
                raise SystemExit(f"{journal.end} of {events} events came in")
            again = timed(lambda p=path, j=journal, n=now: ingest(j, p, now=n))  # type: ignore[misc]  # defaults
        copy = timed(lambda p=path, n=name: copied(p, folder / f"copy.{n}"))  # type: ignore[misc]  # defaults
        row(f"{name} into an empty journal", seconds, "DuckDB COPY", copy, TARGET)
        row(f"{name} again, nothing new", again, "DuckDB COPY", copy)
        if name == "jsonl":
            row("jsonl into an empty journal", seconds, "SQLite inserts", sqlite)
    return found


def main() -> None:
    """Print the table, or with --json one object a row."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--events", type=int, default=300_000)
    options.add_argument("--json", action="store_true")
    given = options.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        rows = measure(Path(folder), given.events)
    for row in rows:
        if given.json:
            print(json.dumps(row))
        else:
            told = f"{row['ours']:>10,} {row['peer']:>12,} {row['ratio']:>7} "
            print(f"{row['what']:<32}{told} {row['peer_is']:<15}", row.get("holds", ""))
    if not given.json:
        print(f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10:,} MiB")


if __name__ == "__main__":
    main()
