"""What the funnel costs and what it keeps, against the final model on all 500 candidates.

On a simulated society, whose truth says what each page is really worth: for the same candidates of
the same people, (a) the final pass over all 500, (b) first pass to 150, second to 50, final over
those, (c) without the first pass, (d) a random 150, then as (b). Times are of one thread, none
with what another way worked out; gains are the true expected value of the 25, never what a model
says.

    .venv/bin/python benchmarks/funnel.py demo-data demo-data/society
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np

from bowerbird.app.bowerbird import Bowerbird
from bowerbird.app.funnel import page_program
from bowerbird.app.recording import listen
from bowerbird.core.candidates import Candidates
from bowerbird.core.facts import F32, F64, I64, Action
from bowerbird.core.signals import Context
from bowerbird.evaluation.metrics import bootstrap
from bowerbird.igql.kernels.order import best_first
from bowerbird.igql.program import Program
from bowerbird.page.reading import Reading
from bowerbird.ranking.card import NET
from bowerbird.ranking.passes import FINAL, FIRST, SECOND
from bowerbird.simulate.truth import Truth
from bowerbird.version.publish import folder_of
from bowerbird.version.version import model_folder

TOP, KEPT, LAST = 25, 150, 50
VALUE = {"like": 1.0, "save": 3.0, "share": 2.0, "comment": 0.5, "long_view": 0.2, "hide": -10.0}
"""The value of `explore.igql`."""

WORTH = {Action[head.upper()]: weight for head, weight in VALUE.items()}
REPEATS = 3
"""Each way is timed so often a request; the fastest counts."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One request: the candidates that entered ranking, and the true value of each."""

    rows: Candidates
    context: Context
    truth: F32


Way = Callable[[Asked, Reading], I64]
"""Returns the positions of the 25, best first."""


def ranked(name: str, keep: int, at: I64, asked: Asked, reading: Reading) -> I64:
    """Return the `keep` positions of most value by model `name` among positions `at`."""
    answers = reading.predict(name, asked.rows.take(at), asked.context)
    value = sum(weight * answers[head] for head, weight in VALUE.items())
    return at[best_first(np.asarray(value), keep)]  # as a page orders


def everything(asked: Asked, reading: Reading) -> I64:
    """(a) the final pass over all candidates."""
    return ranked(FINAL, TOP, np.arange(len(asked.rows)), asked, reading)


def funnel(asked: Asked, reading: Reading) -> I64:
    """(b) the three passes."""
    at = ranked(FIRST, KEPT, np.arange(len(asked.rows)), asked, reading)
    return ranked(FINAL, TOP, ranked(SECOND, LAST, at, asked, reading), asked, reading)


def two_passes(asked: Asked, reading: Reading) -> I64:
    """(c) without the first pass."""
    at = ranked(SECOND, LAST, np.arange(len(asked.rows)), asked, reading)
    return ranked(FINAL, TOP, at, asked, reading)


def random_first(asked: Asked, reading: Reading) -> I64:
    """(d) a random 150 in place of the first pass."""
    rng = np.random.default_rng((asked.context.user, asked.context.seed))
    at = np.sort(rng.permutation(len(asked.rows))[:KEPT])
    return ranked(FINAL, TOP, ranked(SECOND, LAST, at, asked, reading), asked, reading)


WAYS: Mapping[str, Way] = {
    "a: final on all": everything,
    "b: three passes": funnel,
    "c: no first pass": two_passes,
    "d: random 150": random_first,
}


def ask(
    reading: Reading, program: Program, truth: Truth, people: list[str], now: int
) -> list[Asked]:
    """Return the requests of `people` that have more candidates than the first pass keeps."""
    found, day = [], truth.day_of(now)
    for number, name in enumerate(people):
        context = Context(reading.ids.users.find(name), now, seed=number)
        rows = listen(program, reading, context)
        if rows is None or len(rows) <= KEPT:
            continue
        media = truth.media_rows([reading.ids.media.id(row) for row in rows.rows.tolist()])
        person = np.full(len(media), truth.person_rows([name])[0], np.int32)
        worth = truth.expected_value(person, media, day, WORTH)
        found.append(Asked(rows, context, worth))
    return found


def timed(requests: list[Asked], read: Callable[[], Reading]) -> dict[str, tuple[list[I64], F64]]:
    """Return by way the positions chosen for each request, and [requests] microseconds.

    What a reading remembers of one request must not serve another: `read` gives a new one for each.
    All ways one after the other for each, since a machine's speed moves all the time; each finds in
    the caches what it left there itself.
    """
    for asked in requests[:5]:
        for way in WAYS.values():
            way(asked, read())
    found: dict[str, tuple[list[I64], F64]] = {
        name: ([], np.full(len(requests), np.inf)) for name in WAYS
    }
    for i, asked in enumerate(requests):
        for name, way in WAYS.items():
            chosen, took = found[name]
            for turn in range(REPEATS):
                reading = read()
                started = perf_counter()
                at = way(asked, reading)
                took[i] = min(took[i], 1e6 * (perf_counter() - started))
                if not turn:
                    chosen.append(at)
    return found


def gain(asked: Asked, at: I64) -> float:
    """Return the true value of a page, slots alike."""
    return float(asked.truth[at].sum())


def ndcg(asked: Asked, at: I64) -> float:
    """Return the discounted true value of a page over the best that its candidates allow."""
    discount = 1.0 / np.log2(np.arange(2, TOP + 2))
    best = np.sort(asked.truth)[::-1][:TOP]
    return float((asked.truth[at] * discount[: len(at)]).sum() / (best * discount).sum())


def multiply_adds(path: Path) -> int:
    """Return the multiply-adds a row of the matrix products of the net in `path`."""
    import onnx

    graph = onnx.load(str(path)).graph
    sizes = {one.name: int(np.prod(one.dims)) for one in graph.initializer if len(one.dims) == 2}
    return sum(
        sizes.get(name, 0)
        for node in graph.node
        if node.op_type in ("Gemm", "MatMul")
        for name in node.input
    )


def figures(
    requests: list[Asked], read: Callable[[], Reading], models: Path
) -> list[dict[str, Any]]:
    """Return the rows of the table."""
    told = timed(requests, read)
    chosen = {name[0]: at for name, (at, _) in told.items()}
    gains = {
        key: np.array([gain(r, at) for r, at in zip(requests, pages, strict=True)])
        for key, pages in chosen.items()
    }
    rng = np.random.default_rng(0)
    adds = {
        name: multiply_adds(model_folder(models, name) / NET) for name in (FIRST, SECOND, FINAL)
    }
    n = float(np.mean([len(r.rows) for r in requests]))
    work = {
        "a": n * adds[FINAL],
        "b": n * adds[FIRST] + KEPT * adds[SECOND] + LAST * adds[FINAL],
        "c": n * adds[SECOND] + LAST * adds[FINAL],
        "d": KEPT * adds[SECOND] + LAST * adds[FINAL],
    }
    rows: list[dict[str, Any]] = [row("requests", len(requests)), row("candidates each", round(n))]
    for name, (pages, took) in told.items():
        key = name[0]
        ndcgs = np.array([ndcg(r, at) for r, at in zip(requests, pages, strict=True)])
        overlap = overlaps(pages, chosen["a"])
        rows += [
            row(f"{name}: microseconds", round(float(np.median(took)))),
            row(f"{name}: million multiply-adds", round(work[key] / 1e6, 2)),
            row(f"{name}: true value of the 25", str(bootstrap(gains[key], rng))),
            row(f"{name}: NDCG@25", str(bootstrap(ndcgs, rng))),
            row(f"{name}: overlap@25 with a", str(bootstrap(overlap, rng))),
        ]
    spent = {name[0]: float(np.median(took)) for name, (_, took) in told.items()}
    for key in "bc":
        low, mean, high = retention(gains["a"], gains[key], gains["d"], rng)
        rows.append(row(f"{key}: normalised retention", f"{mean:.4f} [{low:.4f}, {high:.4f}]"))
        rows.append(row(f"{key}: share of the time of a", round(spent[key] / spent["a"], 4)))
        regret = 1 - gains[key].sum() / gains["a"].sum()
        rows.append(row(f"{key}: value regret", round(float(regret), 4)))
    return rows


def overlaps(pages: list[I64], others: list[I64]) -> F64:
    """Return [requests] the share of each page that is on the other one, too."""
    pairs = zip(pages, others, strict=True)
    return np.array([len(np.intersect1d(one, other)) / TOP for one, other in pairs])


def retention(
    a: F64, b: F64, d: F64, rng: np.random.Generator, draws: int = 2_000
) -> tuple[float, float, float]:
    """Return (b - d) / (a - d) of summed gains: low, mean, high by request bootstrap."""
    picks = rng.integers(0, len(a), (draws, len(a)))
    ratios = (b - d)[picks].sum(axis=1) / (a - d)[picks].sum(axis=1)
    low, high = np.quantile(ratios, [0.025, 0.975])
    return float(low), float((b - d).sum() / (a - d).sum()), float(high)


def row(what: str, ours: object) -> dict[str, Any]:
    """Return one row of the table."""
    return {"what": what, "ours": ours}


def choose(reading: Reading, count: int, seed: int) -> list[str]:
    """Return `count` people drawn without favour."""
    drawn = np.random.default_rng(seed).permutation(len(reading.ids.users))[:count]
    return [reading.ids.users.id(int(user)) for user in drawn]


def main() -> int:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, help="a data folder with a Version")
    parser.add_argument(
        "society", type=Path, help="what `bowerbird simulate` wrote, with its truth"
    )
    parser.add_argument("--requests", type=int, default=1_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    with Bowerbird(asked.folder, mode="read") as bowerbird:
        reading, now = bowerbird.reading(), bowerbird.now()
        program = page_program(asked.folder, bowerbird.config)
        people = choose(reading, asked.requests, asked.seed)
        requests = ask(reading, program, Truth.load(asked.society), people, now)
        versions = asked.folder / "versions"
        models = folder_of(versions, reading.version_number)
        rows = figures(requests, bowerbird.reading, models)
    for found in rows:
        print(json.dumps(found) if asked.json else f"{found['what']:<44}{found['ours']}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
