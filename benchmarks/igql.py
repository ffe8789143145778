"""How fast IGQL retrieves, beside the same steps written by hand; what its optimiser gains.

Seeds -> two sources of near accounts -> their media -> conditions -> one row a media -> best 500.
The peers are handed the seeds; the program finds them. One thread each, taking turns, the same
500 rows in the same order with the same scores and seeds asserted. Times are medians, of the core
rather than of the clock, so that a busy machine can be measured on.

    make benchmarks
    .venv-bench/bin/python benchmarks/igql.py
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from time import process_time
from typing import Any

os.environ["POLARS_MAX_THREADS"] = "1"

import numpy as np
from igql_peers import (
    POLICY,
    POPULARITY,
    SPAM,
    TOP,
    Data,
    Found,
    Peer,
    by_duckdb,
    by_numpy,
    by_polars,
)
from numpy.typing import NDArray

import bowerbird.page
from bowerbird.core.candidates import Candidates, Column, Kind, Rows
from bowerbird.core.facts import F32, I32, Action
from bowerbird.core.signals import Catalog, Context, Histories, Links, Type
from bowerbird.igql.bind.program import bind
from bowerbird.igql.diagnostics import Report
from bowerbird.igql.optimise import RULES, optimise
from bowerbird.igql.program import LIMITS, NO_PARAMS, Program, compile_program
from bowerbird.igql.run import execute, run
from bowerbird.page.reading import catalog

DAY = 86_400_000
NOW = 1_000 * DAY
ACCOUNTS, POSTS, NEIGHBOURS = 20_000, 20, 64
TURN = 8
SIZES = {500: (4, 8, 10), 20_000: (50, 27, 10), 100_000: (150, 50, 10)}
"""Media that are listed and asked, about -> seeds, neighbours of each, media of each of those."""

TYPES = {"recommendable": Type.BOOL, "seen": Type.BOOL} | dict.fromkeys(
    ("spam", "policy", "popularity"), Type.NUMBER
)
CATALOG = Catalog({Kind.MEDIA: TYPES})

TEXT = f"""
seeds = user.engaged(max_num_to_retrieve={{seeds}})
union(
    seeds.account_nn(k={{k}}).posted_media(max_media_per_account={{cap}}),
    seeds.co_engaged(k={{k}}).posted_media(max_media_per_account={{cap}}),
)
.dedupe()
.filter(popularity > {POPULARITY} and policy < {POLICY} and spam < {SPAM})
.filter(recommendable and not seen)
.limit({TOP})
"""


@dataclass(frozen=True)
class Arrays:
    """Implements `core.signals.Signals` over plain arrays."""

    media: Mapping[str, NDArray[Any]]
    lists: Mapping[str, Links]
    engagements: Histories

    def array(self, kind: Kind, name: str) -> NDArray[Any]:
        return self.media[name]

    def compute(self, kind: Kind, name: str, rows: Rows, context: Context) -> Column:
        return self.media[name][rows]

    def links(self, name: str) -> tuple[Links, ...]:
        return (self.lists[name],)

    def embedding(self, name: str) -> tuple[tuple[I32, F32], ...]:
        return ()

    def histories(self) -> Histories:
        return self.engagements

    def listed(self, name: str) -> tuple[Rows, F32]:
        raise KeyError(name)

    def predict(self, model: str, rows: Candidates, context: Context) -> Mapping[str, F32]:
        raise KeyError(model)


def make(size: tuple[int, int, int]) -> tuple[Arrays, Data, str]:
    """Return the same data for the program and for its peers, and the program's text."""
    seeds, k, cap = size
    rng = np.random.default_rng(7)
    posted = rng.permutation(ACCOUNTS * POSTS).astype(np.int32).reshape(ACCOUNTS, POSTS)
    near = tuple(_near(rng) for _ in range(2))
    n = posted.size
    media: dict[str, NDArray[Any]] = {
        "recommendable": rng.random(n) < 0.9,
        "seen": rng.random(n) < 0.1,
        **{name: rng.random(n, np.float32) for name in ("spam", "policy", "popularity")},
    }
    media["ts"] = np.zeros(n, np.int64)
    index = np.arange(ACCOUNTS, dtype=np.int32)

    def links(rows: I32, scores: F32) -> Links:
        return Links(index, rows, np.full(len(rows), rows.shape[1], np.int32), scores)

    lists = {
        "account_nn.default": links(*near[0]),
        "co_engaged.accounts": links(*near[1]),
        "posted": links(posted, np.ones(posted.shape, np.float32)),
    }
    signals = Arrays(_records(media), lists, _history(rng, seeds))
    found = run(
        compile_program(f"user.engaged(max_num_to_retrieve={seeds})", CATALOG),
        signals,
        Context(0, NOW),
    ).rows
    del media["ts"]
    data = Data(found.rows, found.columns["score"], near, ((k, cap), (k, cap)), posted, media)
    return signals, data, TEXT.format(seeds=seeds, k=k, cap=cap)


def _records(columns: Mapping[str, NDArray[Any]]) -> dict[str, NDArray[Any]]:
    """Return the same columns as the World has them: fields of one record a row."""
    layout = np.dtype([(name, column.dtype) for name, column in columns.items()], align=True)
    records = np.empty(len(columns["ts"]), layout)
    for name, column in columns.items():
        records[name] = column
    records.flags.writeable = False
    return {name: records[name] for name in columns}


def _near(rng: np.random.Generator) -> tuple[I32, F32]:
    away = np.sort(rng.integers(1, ACCOUNTS, (ACCOUNTS, NEIGHBOURS)), axis=1)
    away += np.arange(NEIGHBOURS)  # no account twice in a line
    rows = (np.arange(ACCOUNTS)[:, None] + away) % ACCOUNTS
    rows[rows == np.arange(ACCOUNTS)[:, None]] += 1
    scores = -np.sort(-rng.random((ACCOUNTS, NEIGHBOURS), np.float32), axis=1)
    shuffled = rng.permuted(rows % ACCOUNTS, axis=1)
    return np.ascontiguousarray(shuffled, np.int32), scores


def _history(rng: np.random.Generator, seeds: int) -> Histories:
    account = rng.choice(ACCOUNTS, seeds, replace=False).astype(np.int32)
    action = rng.choice([Action.LIKE, Action.SAVE, Action.COMMENT], seeds).astype(np.uint8)
    ts = np.sort(NOW - rng.integers(0, 30 * DAY, seeds))
    ones = np.ones(seeds, np.uint8)
    start, length = np.zeros(1, np.int64), np.full(1, seeds, np.int32)
    return Histories(start, length, account, account, action, ones, ts, ones)


def medians(jobs: Mapping[str, Callable[[], object]], rounds: int) -> dict[str, float]:
    """Return the median milliseconds of a core of each job, which take turns of `TURN` runs.

    The first run of a turn finds the caches full of another job's data and does not count.
    """
    took: dict[str, list[float]] = {name: [] for name in jobs}
    for _ in range(rounds):
        for name, job in jobs.items():
            for again in range(TURN):
                started = process_time()
                job()
                if again:
                    took[name].append(1_000 * (process_time() - started))
    return {name: float(np.median(times)) for name, times in took.items()}


def peers_of(data: Data) -> dict[str, Peer]:
    """Return the peers that are installed."""
    peers = {"numpy": by_numpy(data), "DuckDB": by_duckdb(data)}
    try:
        import polars  # type: ignore[import-not-found]  # of the peers
    except ImportError:
        sys.stderr.write("polars is not installed here: run `make benchmarks`\n")
        return peers
    return {"numpy": peers["numpy"], "Polars": by_polars(data, polars), "DuckDB": peers["DuckDB"]}


TARGETS = {(20_000, "numpy"): 4.0, (20_000, "Polars"): 6.0}


def retrieval(rounds: int) -> list[dict[str, object]]:
    """Return a row for each size and peer."""
    rows, context = [], Context(0, NOW)
    for size, shape in SIZES.items():
        signals, data, text = make(shape)
        program = compile_program(text, CATALOG)
        peers = peers_of(data)
        mine = run(program, signals, context).rows
        for name, peer in peers.items():
            _same(name, (mine.rows, mine.columns["score"], mine.columns["seed"]), peer())
        jobs: dict[str, Callable[[], object]] = {
            "ours": partial(run, program, signals, context),
            **peers,
        }
        took = medians(jobs, rounds)
        ready = program.ready(NO_PARAMS)
        plain = execute(ready.bound.stream.node, ready.bound, signals, context).steps
        met = next(step.rows_out for step in plain if "union" in step.op)
        for name in peers:
            what, target = f"{met:,} rows, {name}", TARGETS.get((size, name))
            rows.append(_row(what, took["ours"], took[name], target))
    return rows


def _same(name: str, mine: Found, theirs: Found) -> None:
    """Stop where rows, order or scores differ; equal scores may stand either way round."""
    told = []
    for rows, scores, seeds in (mine, theirs):
        order = np.lexsort((rows, -scores))
        told.append((np.diff(scores) <= 0, rows[order], scores[order], seeds[order]))
    for one, two in zip(*told, strict=True):
        if one.tolist() != two.tolist():
            raise SystemExit(
                f"{name} gives other rows: {one[one != two][:5]} {two[one != two][:5]}"
            )


PAGE = f"""
seeds = user.engaged(max_num_to_retrieve=50)
let_me = seeds.let(seed_id=account_id)
blend(
    0.6 * let_me.account_nn(k=27).posted_media(max_media_per_account=10),
    0.4 * let_me.co_engaged(k=27).posted_media(max_media_per_account=10),
)
.filter(not seen).filter(recommendable)
.filter(spam < {SPAM} and policy < {POLICY} and popularity > {POPULARITY} and seed_action == save)
.sample({TOP})
"""


def rule_by_rule(rounds: int) -> list[dict[str, object]]:
    """Return what each rule gains: the time without it beside the time with all of them."""
    signals, _, text = make(SIZES[20_000])
    rows, context = [], Context(0, NOW)
    for name, source in (("retrieval", text), ("draw", PAGE)):
        ready = compile_program(source, CATALOG).ready(NO_PARAMS)
        plain = ready.bound.stream.node
        plans = {"no rules": plain, "all": optimise(plain)}
        for rule in RULES:
            plans[rule.__name__] = optimise(plain, tuple(one for one in RULES if one is not rule))
        jobs = {
            which: partial(execute, plan, ready.bound, signals, context)
            for which, plan in plans.items()
            if which in ("all", "no rules") or plan != plans["all"]
        }
        took = medians(jobs, rounds)
        rows += [
            _row(f"{name}, without {which}", took["all"], took[which], None)
            for which in took
            if which != "all"
        ]
    return rows


def binding(rounds: int) -> list[dict[str, object]]:
    """Return how long the program of the Explore page takes from text to plan."""
    names = ("default", "first_pass", "second_pass", "final_pass")
    known = catalog(("default", "save_photo"), names)
    folder = Path(bowerbird.page.__file__).parent / "presets"
    text = (folder / "explore.igql").read_text()
    program: Program = compile_program(text, known)

    def bind_and_optimise() -> None:
        bound = bind(program.source, Report(text), known, LIMITS)
        if bound is not None:
            optimise(bound.stream.node)

    jobs = {"bind, optimise": bind_and_optimise, "parse too": lambda: compile_program(text, known)}
    took = medians(jobs, rounds)
    return [
        {**_row(f"explore.igql: {what}", ms, None, None), "target": 20.0, "holds": ms < 20}
        for what, ms in took.items()
    ]


def _row(what: str, ours: float, peer: float | None, target: float | None) -> dict[str, object]:
    ratio = None if peer is None else round(peer / ours, 2)
    return {
        "what": what,
        "ours": round(ours, 3),
        "peer": None if peer is None else round(peer, 3),
        "ratio": ratio,
        "unit": "ms",
        "target": target,
        "holds": None if target is None or ratio is None else ratio >= target,
    }


def main() -> int:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=12)
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    for part in (retrieval, rule_by_rule, binding):
        for row in part(asked.rounds):
            print(json.dumps(row) if asked.json else _line(row), flush=True)
    return 0


def _line(row: dict[str, object]) -> str:
    peer = "" if row["peer"] is None else f"{row['peer']:>9} ms  {row['ratio']}x"
    target = "" if row["target"] is None else f"  (target {row['target']}, holds: {row['holds']})"
    return f"{row['what']:<40}{row['ours']:>9} ms {peer}{target}"


if __name__ == "__main__":
    sys.exit(main())
