"""A real log, end to end: import KuaiRand, train on what lies before 1 May, make pages for then.

Prints, for the same people, how many of the 25 they went on to click or watch long from 1 to 8 May:
the page's, popularity's and ItemCF's. Every method learns from the facts before 1 May alone, and
none may show what the person has seen before.

The program's weights were chosen with `--days validation`: trained until 28 April, asked about 28
to 30 April.

    .venv/bin/python benchmarks/kuairand.py ../shared/data/kuairand-pure-14d
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

import numpy as np

from bowerbird.app.bowerbird import Bowerbird
from bowerbird.core.clock import ClockName
from bowerbird.core.facts import I32, NONE, Action, FactKind
from bowerbird.core.page import Page
from bowerbird.evaluation.baselines import Engaged, ItemCF, best, popularity
from bowerbird.evaluation.metrics import Interval, bootstrap, hits
from bowerbird.evaluation.replay import Replayer
from bowerbird.journal.journal import Journal
from bowerbird.page.make import make_page
from bowerbird.page.programs import Programs
from bowerbird.page.reading import Reading, catalog
from bowerbird.page.request import Request

DAY = 86_400_000
MAY = 1_651_334_400_000  # 1 May 2022 in China, epoch ms
DAYS = {
    "validation": ("28 to 30 April", MAY - 3 * DAY, MAY),
    "test": ("1 to 8 May", MAY, MAY + 8 * DAY),
}
"""Name -> how to say it, and from when to when: what comes before is learned from."""
SLOTS = 25
WEIGHTS = {Action.IMPRESSION: 1.0, Action.LIKE: 6.0, Action.LONG_VIEW: 3.0}
POSITIVE = (Action.CLICK, Action.LONG_VIEW)


@dataclass(frozen=True, slots=True)
class Log:
    """The events of the journal before the days end, as columns; `later` marks the days' own."""

    user: I32
    media: I32
    code: I32
    later: np.ndarray


def read_log(journal: Journal, stop: int, end: int) -> Log:
    """Return events with a media before `end` (ms); `later` marks those from offset `stop` on."""
    parts: list[list[np.ndarray]] = [[], [], [], []]
    for batch in journal.read():
        told = (batch.kind == FactKind.EVENT) & (batch.media != NONE) & (batch.ts < end)
        at = np.flatnonzero(told)
        columns = batch.user[at], batch.media[at], batch.code[at].astype(np.int32)
        for part, column in zip(parts, (*columns, batch.start + at >= stop), strict=True):
            part.append(column)
    return Log(*(np.concatenate(part) for part in parts))


def choose_people(log: Log, count: int, seed: int) -> I32:
    """Return `count` people with an impression on the days, drawn without favour."""
    active = np.unique(log.user[log.later & (log.code == Action.IMPRESSION)])
    drawn = np.random.default_rng(seed).permutation(active)[:count]
    return np.sort(drawn).astype(np.int32)


def only(log: Log, people: I32) -> Log:
    """Return the events of `people`: what is asked of them again and again is found sooner."""
    chosen = np.isin(log.user, people)
    return Log(log.user[chosen], log.media[chosen], log.code[chosen], log.later[chosen])


def of(log: Log, user: int, later: bool, codes: tuple[int, ...]) -> I32:
    """Return the distinct media of a person's events with one of `codes`."""
    chosen = (log.user == user) & (log.later == later) & np.isin(log.code, codes)
    return np.unique(log.media[chosen]).astype(np.int32)


def engaged(log: Log, reading: Reading) -> Engaged:
    """Return what the baselines learn from: impressions, likes, long views before the days."""
    past = ~log.later & np.isin(log.code, list(WEIGHTS))
    weight = np.array([WEIGHTS.get(Action(code), 0.0) for code in range(12)], np.float32)
    return Engaged(
        user=log.user[past],
        media=log.media[past],
        weight=weight[log.code[past]],
        users=len(reading.ids.users),
        items=len(reading.ids.media),
    )


def page_of(user: int, reading: Reading, programs: Programs, program: str, now: int) -> Page:
    """Return the page of one person at the first moment of the days."""
    name = reading.ids.users.id(user)
    request = Request(
        request_id=f"kuairand-{name}",
        user_id=name,
        now=now,
        seed=user,
        program=programs.named(program, Path()),
        fallback=programs.named("fallback", Path()),
        size=SLOTS,
    )
    return make_page(request, reading).page


def prepare(source: Path, folder: Path, until: int) -> None:
    """Import the log and train on what lies before `until`, unless that was done already."""
    Bowerbird.init(folder, clock=ClockName.JOURNAL, program="kuairand")
    with Bowerbird(folder) as bowerbird:
        if not bowerbird.journal.end:
            started = perf_counter()
            summary = bowerbird.import_dataset("kuairand", source)
            print(f"imported {summary.accepted:,} facts in {perf_counter() - started:.1f} s")
        if not bowerbird.versions():
            report = bowerbird.train(until=until)
            print(f"trained on {report.facts:,} facts, {report.examples:,} examples")
            print(json.dumps({"seconds": report.seconds, "metrics": report.metrics}, indent=1))


def main() -> int:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("source", type=Path)
    parser.add_argument("--folder", type=Path, help="build/kuairand-DAYS by default")
    parser.add_argument("--days", choices=DAYS, default="test")
    parser.add_argument("--people", type=int, default=1_000)
    parser.add_argument("--program", default="kuairand")
    parser.add_argument("--fresh", action="store_true", help="import and train again")
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    folder: Path = asked.folder or Path("build") / f"kuairand-{asked.days}"
    if asked.fresh:
        shutil.rmtree(folder, ignore_errors=True)
    prepare(asked.source, folder, DAYS[asked.days][1])
    rows = compare(folder, asked.people, asked.program, asked.days)
    for row in rows:
        print(json.dumps(row) if asked.json else f"{row['what']:<58} {row['ours']}")
    return 0


def compare(folder: Path, count: int, program: str, days: str) -> list[dict[str, object]]:
    """Return one row a figure, for `count` people."""
    said, now, end = DAYS[days]
    with Bowerbird(folder, mode="read") as bowerbird:
        version = bowerbird.versions()[-1]
        config = bowerbird.config
    with Journal.open(folder, mode="read") as journal:
        programs = Programs(folder / "programs", catalog(tuple(config.embeddings), config.models))
        reading = Replayer(journal, folder / "versions", programs).at(
            version.offset, version.number
        )
        log = read_log(journal, version.offset, end)
        people = choose_people(log, count, seed=1)
        pages = [page_of(int(user), reading, programs, program, now) for user in people]
        slates = {
            "page": [
                np.array([reading.ids.media.find(item.media_id) for item in page.items], np.int32)
                for page in pages
            ],
            **baseline_slates(log, people, engaged(log, reading)),
        }
    log = only(log, people)
    return [*shares(log, people, pages), *hit_rows(log, people, slates, said)]


def baseline_slates(log: Log, people: I32, learned: Engaged) -> dict[str, list[I32]]:
    """Return the 25 of popularity and of ItemCF for each person, without what they have seen."""
    popular, item_cf = popularity(learned), ItemCF(learned)
    slates: dict[str, list[I32]] = {"popularity": [], "ItemCF": []}
    chosen = np.isin(learned.user, people)
    user_of, media_of, weight_of = (
        column[chosen] for column in (learned.user, learned.media, learned.weight)
    )
    for user in people.tolist():
        mine = user_of == user
        seen = np.unique(media_of[mine]).astype(np.int32)
        slates["popularity"].append(best(popular, seen, SLOTS))
        scores = item_cf.scores(media_of[mine], weight_of[mine])
        slates["ItemCF"].append(best(scores if len(seen) else popular, seen, SLOTS))
    return slates


def shares(log: Log, people: I32, pages: list[Page]) -> list[dict[str, object]]:
    """Return how many people with history get a page that is theirs, and reasons."""
    codes = tuple(int(action) for action in Action if action is not Action.IMPRESSION)
    with_history = [
        page
        for user, page in zip(people.tolist(), pages, strict=True)
        if len(of(log, user, False, codes))
    ]
    own = [sum(item.fallback for item in page.items) < 0.2 * SLOTS for page in with_history]
    full = [len(page.items) == SLOTS for page in pages]
    told = [bool(item.reason.text) for page in pages for item in page.items]
    return [
        row("people", len(people)),
        row("people with history", len(with_history)),
        row("share of them with fallback under 20 % of the slots", round(float(np.mean(own)), 4)),
        row("share of pages with 25 items", round(float(np.mean(full)), 4)),
        row("share of items with a reason", round(float(np.mean(told)), 4)),
    ]


def hit_rows(
    log: Log, people: I32, slates: dict[str, list[I32]], said: str
) -> list[dict[str, object]]:
    """Return hits a person by method, and the paired differences from the page."""
    codes = tuple(int(action) for action in POSITIVE)
    later = [of(log, user, True, codes) for user in people.tolist()]
    found = {
        name: np.array([hits(s, p) for s, p in zip(slate, later, strict=True)], np.float64)
        for name, slate in slates.items()
    }
    rng = np.random.default_rng(0)
    rows = [row(f"positives a person, {said}", round(float(np.mean([len(p) for p in later])), 3))]
    rows += [
        row(f"hits of {name} (sum, then a person)", _shown(counts, bootstrap(counts, rng)))
        for name, counts in found.items()
    ]
    rows += [
        row(f"page less {name}, a person", str(bootstrap(found["page"] - found[name], rng)))
        for name in found
        if name != "page"
    ]
    return rows


def _shown(counts: np.ndarray, interval: Interval) -> str:
    return f"{int(counts.sum())}, {interval}"


def row(what: str, ours: object) -> dict[str, object]:
    """Return one row of the table."""
    return {"what": what, "ours": ours}


if __name__ == "__main__":
    sys.exit(main())
