"""The closed loop: how satisfied simulated people truly are with each policy's Explore page.

Each policy has a society to itself, from its first day on; people, posts, interests and sessions
are the same for all, drawn before the first page. Half of the pages are the app's own feed, the
same rule for all; Explore is the policy's. `explore` is a Bowerbird that starts with an empty
journal and trains every night; the others are one rule each, the last one knows what everybody
cares for.

Every run is kept as JSON below FOLDER and not made again, and one that was cut short goes on; the
table says how many seeds it has.

    .venv/bin/python benchmarks/society.py build/society-loop --scale 0.5 --seeds 5
    .venv/bin/python benchmarks/society.py build/society-loop --scale 0.5 --world null --seeds 1
    .venv/bin/python benchmarks/society.py build/society-loop --scale 0.25 --days 7 --variants
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path
from time import perf_counter

import numpy as np
from society_variants import VARIANTS, program_of

from bowerbird.app.closed_loop import OURS, POLICIES, live_with
from bowerbird.simulate import CARELESS, PRESETS, Outcome, Society

STUDENT = (12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262)
"""Quantile .975 of Student's t with 1, 2, ... degrees of freedom."""

COLUMNS = ("satisfied", "interests", "gini", "newcomers", "age_h", "clicks")


def worlds(preset: str, scale: float) -> dict[str, Society]:
    """Return world -> society; `scale` is of people, accounts and media."""
    whole = PRESETS[preset]
    plain = replace(
        whole,
        name=preset if scale == 1 else f"{preset} x {scale:g}",
        people=round(whole.people * scale),
        accounts=round(whole.accounts * scale),
        media=round(whole.media * scale),
    )
    return {
        "plain": plain,
        "null": replace(plain, taste=CARELESS),
        "shuffled": replace(plain, shuffled=True),
    }


def outcome_of(policy: str, society: Society, seed: int, days: int, path: Path) -> Outcome:
    """Return what came of one run, made unless `path`.json has it from before."""
    kept, data = path.with_name(f"{path.name}.json"), path.with_name(f"{path.name}.data")
    if not kept.exists():
        started = perf_counter()  # a run that was cut short goes on where it ended
        program = program_of(policy, path.parent / "programs")
        found = live_with(program, society, data, seed, _silent, days=days)
        shutil.rmtree(data, ignore_errors=True)
        took = perf_counter() - started
        print(f"{path.name}: {found.mean('satisfied'):.3f} a page, {took:.0f} s", file=sys.stderr)
        path.parent.mkdir(parents=True, exist_ok=True)
        kept.write_text(json.dumps(asdict(found)))
    return Outcome(**json.loads(kept.read_text()))


def _silent(done: int, of: int) -> None:
    """Say nothing."""


def interval(values: Sequence[float]) -> tuple[float, float]:
    """Return the mean over seeds and half the width of its 95 % interval, NaN for one seed."""
    if len(values) < 2:
        return float(np.mean(values)), float("nan")
    spread = float(np.std(values, ddof=1)) / len(values) ** 0.5
    return float(np.mean(values)), STUDENT[min(len(values), 10) - 2] * spread


def found_in(runs: Sequence[Outcome]) -> str:
    """Return the median hours until new topics were found, and how many ever were."""
    hours = np.array([hour for run in runs for hour in run.found_h.values()])
    there = hours[~np.isnan(hours)]
    middle = f"{np.median(there):.0f} h" if len(there) else "-"
    return f"{middle} ({len(there)} of {len(hours)})"


def table(runs: dict[str, list[Outcome]], first: int) -> list[str]:
    """Return the lines of a table, a policy each; figures from day `first` on."""
    lines = [f"{'':<15} seeds " + "".join(f"{name:>18}" for name in COLUMNS) + "  topic found"]
    for policy, outcomes in runs.items():
        cells = []
        for column in COLUMNS:
            mean, half = interval([outcome.mean(column, first) for outcome in outcomes])
            cells.append(f"{mean:.3f} ± {half:.3f}")
        told = "".join(f"{cell:>18}" for cell in cells)
        lines.append(f"{policy:<15} {len(outcomes):>5} {told}  {found_in(outcomes)}")
    return lines


def by_day(runs: dict[str, list[Outcome]]) -> list[str]:
    """Return satisfaction a page by day, a policy a line, means over seeds."""
    return [
        f"{policy:<15} "
        + " ".join(f"{x:5.2f}" for x in np.mean([o.satisfied for o in outcomes], axis=0))
        for policy, outcomes in runs.items()
    ]


def rows_of(runs: dict[str, list[Outcome]], world: str) -> list[dict[str, object]]:
    """Return what is printed with --json: satisfaction of our page beside each other policy's."""
    if OURS not in runs:
        return []
    rows: list[dict[str, object]] = []
    for policy in runs:
        seeds = min(len(runs[policy]), len(runs[OURS]))
        ours = [run.mean("satisfied") for run in runs[OURS][:seeds]]
        peer = [run.mean("satisfied") for run in runs[policy][:seeds]]
        gain, half = interval([a - b for a, b in zip(ours, peer, strict=True)])
        rows.append(
            {
                "what": f"{world} world: satisfied looks a page, beside {policy}",
                "ours": float(np.mean(ours)),
                "peer": float(np.mean(peer)),
                "ratio": float(np.mean(ours) / np.mean(peer)),
                "difference": gain,
                "half_width": half,
                "seeds": seeds,
                "unit": "media a page",
                "target": None,
                "holds": None,
            }
        )
    return rows


def main() -> int:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--preset", choices=PRESETS, default="small")
    parser.add_argument("--scale", type=float, default=1.0)
    parser.add_argument("--days", type=int, default=14)
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--first-seed", type=int, default=1)
    parser.add_argument("--world", choices=("plain", "null", "shuffled"), default="plain")
    parser.add_argument("--policies", default=",".join(POLICIES))
    parser.add_argument("--variants", action="store_true", help="also our page without each part")
    parser.add_argument("--cached", action="store_true", help="only what was run before")
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    society = worlds(asked.preset, asked.scale)[asked.world]
    society = replace(society, days=max(society.days, asked.days))
    policies = [*asked.policies.split(","), *(VARIANTS if asked.variants else ())]
    runs: dict[str, list[Outcome]] = {policy: [] for policy in policies}
    for seed in range(asked.first_seed, asked.first_seed + asked.seeds):
        for policy, outcomes in runs.items():
            name = f"{society.name.replace(' ', '')}-{asked.world}-{policy}-{asked.days}d-{seed}"
            if not asked.cached or (asked.folder / f"{name}.json").exists():
                outcomes.append(outcome_of(policy, society, seed, asked.days, asked.folder / name))
    runs = {policy: outcomes for policy, outcomes in runs.items() if outcomes}
    if asked.json:
        for row in rows_of(runs, asked.world):
            print(json.dumps(row))
        return 0
    print(f"{society.name}, {asked.world} world, {asked.days} days, means over pages, then seeds")
    print("\n".join(table(runs, 0)))
    print(f"\nfrom day {asked.days // 2 + 1} on")
    print("\n".join(table(runs, asked.days // 2)))
    print("\nsatisfied a page, by day")
    print("\n".join(by_day(runs)))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
