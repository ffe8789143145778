"""How fast facts come in, durably, beside plain DuckDB COPY and plain SQLite inserts.

The peers take the same file and check nothing: DuckDB gives no rows to ids and finds no twins.
Over HTTP the same events go in batches of 500 to a server in a process of its own, which answers
when they are durable and the next page's; its peer takes the same batches from memory, without
HTTP, a transaction each.

    .venv/bin/python benchmarks/ingest.py            # 300,000 events
    .venv/bin/python benchmarks/ingest.py --events 10000000
"""

from __future__ import annotations

import argparse
import http.client
import json
import resource
import sqlite3
import tempfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from time import perf_counter

import duckdb
import numpy as np
from serving import serving

from bowerbird.app.bowerbird import Bowerbird
from bowerbird.journal.ingest import ingest
from bowerbird.journal.journal import Journal

NOW = 1_700_000_000_000
ACTIONS = ("impression", "view", "click", "like", "save")
TARGET = 300_000
HTTP_TARGET = 20_000
BATCH = 500
CLIENTS = 4
POSTED = 200_000
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


INSERT = f"INSERT OR IGNORE INTO events VALUES ({', '.join('?' * len(COLUMNS))})"


def opened_sqlite(target: Path) -> sqlite3.Connection:
    """Return a database of events, synced as our tail is."""
    sql = sqlite3.connect(target, isolation_level=None)
    sql.execute("PRAGMA journal_mode=WAL")
    sql.execute("PRAGMA synchronous=FULL")
    sql.execute(f"CREATE TABLE events ({', '.join(COLUMNS)}, UNIQUE (event_id))")
    return sql


def inserted(source: Path, target: Path) -> None:
    """SQLite takes a row at a time, 10,000 in a transaction."""
    sql = opened_sqlite(target)
    with source.open() as lines:
        while rows := [tuple(json.loads(line).values()) for line in lines.readlines(1_500_000)]:
            sql.execute("BEGIN")
            sql.executemany(INSERT, rows)
            sql.execute("COMMIT")
    sql.close()


def batches(lines: Path) -> list[bytes]:
    """Return the events as bodies of `BATCH` JSON lines."""
    rows = lines.read_bytes().splitlines(keepends=True)
    return [b"".join(rows[at : at + BATCH]) for at in range(0, len(rows), BATCH)]


def posted(bodies: list[bytes], port: int) -> None:
    """Post all from `CLIENTS` connections that stay open, each as soon as it has its answer."""

    def client(nth: int) -> None:
        asking = http.client.HTTPConnection("127.0.0.1", port)
        for body in bodies[nth::CLIENTS]:
            headers = {"Content-Type": "application/x-ndjson"}
            asking.request("POST", "/v1/events", body, headers)
            answer = asking.getresponse()
            told = json.loads(answer.read())
            if answer.status != 200 or told["accepted"] + told["duplicates"] != body.count(b"\n"):
                raise SystemExit(f"{answer.status}: {told}")
        asking.close()

    with ThreadPoolExecutor(CLIENTS) as clients:
        list(clients.map(client, range(CLIENTS)))


def inserted_batches(bodies: list[bytes], target: Path) -> None:
    """SQLite takes each body in a transaction of its own."""
    sql = opened_sqlite(target)
    for body in bodies:
        sql.execute("BEGIN")
        sql.executemany(INSERT, [tuple(json.loads(line).values()) for line in body.splitlines()])
        sql.execute("COMMIT")
    sql.close()


def measure_http(folder: Path, lines: Path) -> dict[str, object]:
    """Return the row of HTTP."""
    Bowerbird.init(folder / "http")
    bodies = batches(lines)[: 20 + POSTED // BATCH]
    events = sum(body.count(b"\n") for body in bodies)
    with serving(folder / "http") as server:
        posted(bodies[:20], server.port)
        seconds = timed(lambda: posted(bodies[20:], server.port))
    with Journal.open(folder / "http", mode="read") as journal:
        if journal.end != events:
            raise SystemExit(f"{journal.end} of {events} events came in")
    against = timed(lambda: inserted_batches(bodies[20:], folder / "batches.sqlite"))
    timed_events = events - 20 * BATCH
    return {
        "what": f"HTTP, durable batches of {BATCH}",
        "ours": round(timed_events / seconds),
        "peer": round(timed_events / against),
        "peer_is": "SQLite inserts",
        "ratio": round(against / seconds, 3),
        "unit": "events/s",
        "target": HTTP_TARGET,
        "holds": timed_events / seconds >= HTTP_TARGET,
    }


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
    return [*found, measure_http(folder, paths["jsonl"])]


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
