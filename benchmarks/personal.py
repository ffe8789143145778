"""How much of a page's worth is personal: one's own page beside the page of somebody else.

People of a society live on our pages. Whenever some ask within the same five minutes, their pages
are also held, in thought, before another of them: the true chance that a slot satisfies, of one's
own page and of the other's, slots that one has seen or may not be shown left out of both. Where
nobody cares for topics or forms (the null world) the two must be nearly level; what is left there
is that some like new things, and what others like, more than others do.

    .venv/bin/python benchmarks/personal.py --scale 0.25 --days 7 --seeds 1 2 3
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from society import interval, worlds

from bowerbird.app.bowerbird import Bowerbird
from bowerbird.app.closed_loop import OURS, ServedPages
from bowerbird.core.clock import ClockName
from bowerbird.core.facts import F64, I32, NONE
from bowerbird.simulate import PRESETS, Society
from bowerbird.simulate.draws import Rng
from bowerbird.simulate.life import Life
from bowerbird.simulate.loop import live_on
from bowerbird.simulate.oracle import Oracle
from bowerbird.simulate.policy import PagePolicy, Requests, Shelves
from bowerbird.simulate.rivals import RIVALS
from bowerbird.simulate.society import DAY
from bowerbird.simulate.standing import Standing
from bowerbird.simulate.town import Town, found

SETTLED = 3
"""Days after which pages are weighed: the first are made from little."""


class Weighed(NamedTuple):
    """Pages [n]: the mean chance that a slot satisfies."""

    own: F64
    other: F64


class Swapped:
    """A policy whose pages are also weighed as if another who asked had got them."""

    def __init__(self, policy: PagePolicy, town: Town, life: Life) -> None:
        self._policy, self._town, self._life = policy, town, life
        self._oracle = Oracle(town, life)
        self.weighed: list[Weighed] = []

    def show(self, asked: Requests, shelves: Shelves, standing: Standing, rng: Rng) -> I32:
        """Return the pages of the policy; they are weighed once it has settled."""
        pages = self._policy.show(asked, shelves, standing, rng)
        if shelves.now - self._town.society.starts >= SETTLED * DAY and len(pages) > 1:
            own = self._worth(pages, asked, standing)
            other = self._worth(np.roll(pages, 1, axis=0), asked, standing)
            both = ~np.isnan(own + other)
            self.weighed.append(Weighed(own[both], other[both]))
        return pages

    def _worth(self, pages: I32, asked: Requests, standing: Standing) -> F64:
        """Return the mean chance [S] over the slots that may be shown, NaN where none may."""
        may = self._life.policy.fits(pages, asked, standing)
        chance = self._oracle.satisfaction(np.where(pages == NONE, 0, pages), asked, standing)
        with np.errstate(invalid="ignore"):
            return np.asarray((chance * may).sum(axis=1) / may.sum(axis=1), np.float64)


def lived(policy: str, society: Society, seed: int, days: int) -> Weighed:
    """Let a society live on the pages of `policy`, and return what they were worth."""
    town, swapped = found(society, seed), []

    def enter(pages: PagePolicy, town: Town, life: Life) -> PagePolicy:
        swapped.append(Swapped(pages, town, life))
        return swapped[-1]

    if policy != OURS:
        rule = RIVALS[policy]
        live_on(town, lambda t, life: enter(rule(t, life), t, life), _silent, days=days)
    else:
        with tempfile.TemporaryDirectory() as folder:
            Bowerbird.init(Path(folder), clock=ClockName.JOURNAL)
            with Bowerbird(Path(folder)) as bowerbird:
                served = ServedPages(bowerbird, town)
                live_on(
                    town, lambda t, life: enter(served, t, life), _silent, app=served, days=days
                )
    own, other = (np.concatenate(column) for column in zip(*swapped[0].weighed, strict=True))
    return Weighed(own, other)


def _silent(done: int, of: int) -> None:
    """Say nothing."""


def row_of(world: str, policy: str, runs: list[Weighed]) -> dict[str, Any]:
    """Return what is printed of one policy in one world; the interval is over seeds."""
    own = float(np.mean([run.own.mean() for run in runs]))
    other = float(np.mean([run.other.mean() for run in runs]))
    ratio, half = interval([float(run.own.mean() / run.other.mean()) for run in runs])
    return {
        "what": f"{world} world, {policy}: a slot satisfies, one's own page beside another's",
        "ours": round(own, 4),
        "peer": round(other, 4),
        "ratio": round(ratio, 3),
        "half_width": round(half, 3),
        "pages": sum(len(run.own) for run in runs),
        "unit": "chance",
        "target": None,
        "holds": None,
    }


def main() -> int:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--preset", choices=PRESETS, default="small")
    parser.add_argument("--scale", type=float, default=0.25, help="of people, accounts and media")
    parser.add_argument("--days", type=int, default=7)
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 2, 3])
    parser.add_argument("--worlds", nargs="+", default=["null", "shuffled", "plain"])
    parser.add_argument("--policies", nargs="+", default=[OURS, "popularity", "following"])
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    for world in given.worlds:
        society = worlds(given.preset, given.scale)[world]
        for policy in given.policies:
            row = row_of(
                world, policy, [lived(policy, society, s, given.days) for s in given.seeds]
            )
            told = f"{row['what']:<76}{row['ours']:>8}{row['peer']:>8}{row['ratio']:>7}"
            told += f" ± {row['half_width']}"
            print(json.dumps(row) if given.json else told, flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
