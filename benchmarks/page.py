"""How long a page takes, in process, on one thread: by percentile and by stage.

Of a data folder, beside a peer that ranks the whole catalogue for the same person in the same run,
with the same features and the same net, without retrieval:

    .venv/bin/python benchmarks/page.py demo-data --pages 500

Of made-up catalogues of several sizes, with the folder's models and the same program; see
`page_world.py`. The rows that enter `sample` are counted by `explain --analyze`:

    .venv/bin/python benchmarks/page.py demo-data --media 100000 1000000 3000000

Times are of the page alone, not of HTTP. What no stage of the program takes is items, reasons and
the recipe.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from time import perf_counter

import numpy as np
from page_world import BUSY, NOW, Made, make

from bowerbird.app.bowerbird import Bowerbird
from bowerbird.core.candidates import Candidates, Kind
from bowerbird.core.facts import F64
from bowerbird.core.signals import Context
from bowerbird.igql.explain import explain
from bowerbird.igql.program import Program
from bowerbird.page import make as page
from bowerbird.page.programs import Programs
from bowerbird.page.reading import Reading, catalog
from bowerbird.page.request import Request
from bowerbird.ranking.runtime import Model
from bowerbird.version.publish import folder_of, numbers
from bowerbird.version.version import load_models

PEERS = 20
MEGA = 1_000_000
P50, P99, GROWTH = 5.0, 15.0, 1.3
"""Targets: milliseconds at a million media; the largest catalogue over the smallest."""

LEAST = 20_000
"""Rows that have to enter `sample`, for a page to count."""

TURN, COLD = 25, 3

Ask = Callable[[int], page.Made]
"""Makes the page of request number i."""


class Timed:
    """What pages of one catalogue took.

    Attributes:
        took: milliseconds a page.
        stages: stage -> microseconds a page.
    """

    def __init__(self, ask: Ask) -> None:
        self.ask = ask
        self.took: list[float] = []
        self.stages: dict[str, list[float]] = defaultdict(list)

    def make(self, numbers: Iterable[int]) -> None:
        """Make the pages of those numbers."""
        for i in numbers:
            started = perf_counter()
            made = self.ask(i)
            took = 1_000 * (perf_counter() - started)
            sums: dict[str, float] = defaultdict(float)
            for run in made.runs:
                for step in run.steps:
                    sums[stage_of(step.op)] += step.micros
            sums["items, reasons, recipe"] = 1_000 * took - sum(sums.values())
            self.took.append(took)
            for name, micros in sums.items():
                self.stages[name].append(micros)


def timed(asks: Sequence[Ask], pages: int) -> list[Timed]:
    """Return what `pages` pages of each take, in turns: a machine's speed moves all the time.

    Each turn is `TURN` pages, of which the first `COLD` do not count: they find the caches full
    of another catalogue.
    """
    found = [Timed(ask) for ask in asks]
    for ask in asks:
        for i in range(50):
            ask(i)
    for at in range(0, pages, TURN):
        for one in found:
            for i in range(COLD):
                one.ask(at + i)
            one.make(range(at, at + TURN))
    return found


def stage_of(op: str) -> str:
    """Return the name of an operator, of a `rank` with its model."""
    name = op.split("(", 1)[0]
    model = re.search(r"ranking_model=(\w+)", op)
    return f"{name} {model[1]}" if model else name


def time_whole_catalogue(reading: Reading, people: list[str], now: int) -> F64:
    """Return the milliseconds it takes to rank every media for each of a few people."""
    reading.patience = np.inf  # a page would not wait for so many rows
    rows = np.arange(len(reading.ids.media), dtype=np.int32)
    everything = Candidates(Kind.MEDIA, rows)
    took = []
    for name in people[:PEERS]:
        context = Context(reading.ids.users.find(name), now)
        started = perf_counter()
        like = reading.predict("default", everything, context)["like"]
        np.argsort(-like, kind="stable")[:25]
        took.append(1_000 * (perf_counter() - started))
    return np.array(took)


def of_folder(bowerbird: Bowerbird, pages: int) -> list[dict[str, object]]:
    """Return the rows of one data folder, through the engine as a server calls it."""
    people = [person.user_id for person in bowerbird.people(limit=200)]
    now = bowerbird.now()

    def ask(i: int) -> page.Made:
        served = bowerbird.explore(people[i % len(people)], now=now, seed=i)
        return bowerbird._traces.made(served.request_id)

    (ours,) = timed([ask], pages)
    whole = float(np.median(time_whole_catalogue(bowerbird.reading(), people, now)))
    media = f"{len(bowerbird.journal.ids.media):,} media"
    p50, p99 = np.percentile(ours.took, [50, 99])
    return [
        _row(f"page p50, {media}", p50, whole),
        _row(f"page p99, {media}", p99, whole),
        *_of_stages(ours.stages),
    ]


def of_sizes(
    sizes: Sequence[int],
    models: Mapping[str, Model],
    programs: tuple[Program, Program],
    pages: int,
) -> list[dict[str, object]]:
    """Return the rows of made-up catalogues, all in memory at once."""
    made = [make(media, models) for media in sizes]
    rows: list[dict[str, object]] = []
    for media, one, ours in zip(
        sizes, made, timed([asking(one, programs) for one in made], pages), strict=True
    ):
        entered = [sampled(one, programs[0], user) for user in range(BUSY)]
        p50, p99 = np.percentile(ours.took, [50, 99])
        due = media == MEGA
        rows += [
            _row(f"page p50, {media:,} media", p50, target=P50 if due else None),
            _row(f"page p99, {media:,} media", p99, target=P99 if due else None),
            _row("  rows into sample, median person", float(np.median(entered)), unit="rows"),
            _row("  rows into sample, fewest", min(entered), unit="rows", target=LEAST, over=True),
            *_of_stages(ours.stages),
        ]
    medians = [row["ours"] for row in rows if str(row["what"]).startswith("page p50")]
    grown = float(str(medians[-1])) / float(str(medians[0]))
    return [*rows, _row("largest over smallest, p50", grown, unit="x", target=GROWTH)]


def asking(made: Made, programs: tuple[Program, Program]) -> Ask:
    """Return what makes pages of one catalogue, for its busy people in turn."""

    def ask(i: int) -> page.Made:
        request = Request(f"request-{i}", f"user{i % BUSY}", NOW, i, *programs)
        return page.make_page(request, made.reading())

    return ask


def sampled(made: Made, program: Program, user: int) -> int:
    """Return how many rows `sample` draws from on the page of one person, its condition met."""
    lines = explain(program, made.reading(), Context(user, NOW), analyze=True).lines
    real = next(line.real for line in lines if line.op.startswith("sample(") and line.real)
    return real.rows_in - sum(drop.rows for drop in real.drops)


def models_of(folder: Path) -> Mapping[str, Model]:
    """Return the models of the folder's newest Version; its journal is not read."""
    found = numbers(folder / "versions")
    if not found:
        raise SystemExit("the folder has no Version to take models from")
    return load_models(folder_of(folder / "versions", found[-1]))[0]


def main() -> int:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, help="a data folder with a Version")
    parser.add_argument("--media", type=int, nargs="*", help="sizes of made-up catalogues")
    parser.add_argument("--pages", type=int, default=500)
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    if not asked.media:
        with Bowerbird(asked.folder, mode="read") as bowerbird:
            return show(of_folder(bowerbird, asked.pages), as_json=asked.json)
    models = models_of(asked.folder)
    known = Programs(asked.folder / "programs", catalog(("default",), ("default",)))
    programs = known.named("explore", asked.folder), known.named("fallback", asked.folder)
    return show(of_sizes(sorted(asked.media), models, programs, asked.pages), asked.json)


def show(rows: list[dict[str, object]], as_json: bool) -> int:
    """Print `rows`."""
    for row in rows:
        print(json.dumps(row) if as_json else _line(row), flush=True)
    return 0


def _of_stages(stages: Mapping[str, Sequence[float]]) -> list[dict[str, object]]:
    medians = {name: float(np.median(micros)) for name, micros in stages.items()}
    costly = sorted(medians.items(), key=lambda pair: -pair[1])
    return [_row(f"  {name}, median", micros / 1_000) for name, micros in costly]


def _row(
    what: str,
    ours: float,
    peer: float | None = None,
    unit: str = "ms",
    target: float | None = None,
    *,
    over: bool = False,
) -> dict[str, object]:
    met = None if target is None else ours >= target if over else ours <= target
    return {
        "what": what,
        "ours": round(ours, 3),
        "peer": None if peer is None else round(peer, 3),
        "ratio": None if peer is None else round(peer / ours, 1),
        "unit": unit,
        "target": target,
        "holds": None if met is None else bool(met),
    }


def _line(row: dict[str, object]) -> str:
    beside = "" if row["peer"] is None else f"whole catalogue {row['peer']:>9} ms  {row['ratio']}x"
    if row["target"] is not None:
        beside += f"target {row['target']:,}: {'holds' if row['holds'] else 'missed'}"
    return f"{row['what']:<38}{row['ours']:>12} {row['unit']:<5} {beside}"


if __name__ == "__main__":
    sys.exit(main())
