"""What `tune --loop` gains in societies that it has not seen.

The params of `explore` are searched on one simulated society and checked on the next, from the
morning after some days on the preset. Then both programs live from an empty journal on, in
societies of other seeds, trained every night: satisfied a page, paired by seed.

    .venv/bin/python benchmarks/tuning.py build/tuning --scale 0.25 --trials 24 --seeds 3

What was found and every run are kept below FOLDER, and not made again.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from time import perf_counter

import msgspec
import numpy as np
from society import interval, outcome_of, worlds

from bowerbird.app.closed_loop import OURS
from bowerbird.app.tuning import Goal, Tuned
from bowerbird.app.tuning_loop import tune_in_loop
from bowerbird.simulate import Society

GOAL = Goal("satisfied", {"interests": 0.1})
CHOOSING = 6
"""Seed of the society that chooses; the next one checks. The seeds that judge begin at 1."""


def tuned(folder: Path, society: Society, lived: int, days: int, trials: int) -> Tuned:
    """Return what the search finds, searched unless it was."""
    kept = folder / f"tuned-{trials}.json"
    if not kept.exists():
        started = perf_counter()
        found = tune_in_loop(
            OURS,
            GOAL,
            society,
            folder / "mornings",
            lived=lived,
            days=days,
            trials=trials,
            seed=CHOOSING,
            tell=lambda share: print(f"{share:.0%}, {perf_counter() - started:.0f} s"),
        )
        kept.write_bytes(msgspec.json.encode(found))
    return msgspec.json.decode(kept.read_bytes(), type=Tuned)


def main() -> int:
    """Print what was found and what it is worth."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--scale", type=float, default=0.25, help="of `small`")
    parser.add_argument("--lived", type=int, default=3, help="days before the trials part")
    parser.add_argument("--days", type=int, default=1, help="of each trial")
    parser.add_argument("--trials", type=int, default=24)
    parser.add_argument("--seeds", type=int, default=3, help="societies that judge, 0 for none")
    parser.add_argument("--judged", type=int, default=7, help="days that they live")
    asked = parser.parse_args()
    society = worlds("small", asked.scale)["plain"]
    asked.folder.mkdir(parents=True, exist_ok=True)
    found = tuned(asked.folder, society, asked.lived, asked.days, asked.trials)
    print(f"{found.trials[1]} of {found.trials[0]} kept the guards; {dict(found.params)}")
    for chosen, checked in zip(found.chosen, found.checked, strict=True):
        print(f"{chosen.figure.name:<12} {chosen.difference}   elsewhere {checked.difference}")
    program = asked.folder / "tuned.igql"
    program.write_text(found.text)
    gains = []
    for seed in range(1, asked.seeds + 1):
        runs = [
            outcome_of(policy, society, seed, asked.judged, asked.folder / f"{name}-{seed}")
            for policy, name in ((OURS, OURS), (str(program), f"tuned-{asked.trials}"))
        ]
        plain, ours = (run.mean("satisfied") for run in runs)
        gains.append(ours - plain)
        print(f"seed {seed}: {OURS} {plain:.3f}, tuned {ours:.3f} a page", flush=True)
    if gains:
        mean, half = interval(np.array(gains).tolist())
        print(f"tuned less {OURS}: {mean:+.3f} ± {half:.3f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
