"""Searching the params of a program on requests of the past.

Half of the requests, the earlier, choose; the later half says what the choice is worth. Every trial
is paired with the program as it was, request by request.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from bowerbird.app.evaluating import Stage, Tell, stage
from bowerbird.core.errors import InputError, NotFound, TrainingError, did_you_mean
from bowerbird.evaluation.asked import Asked, halves
from bowerbird.evaluation.compare import FIGURES, Arm, Difference, differences_of, judge
from bowerbird.evaluation.replay import Replayer
from bowerbird.igql.bind.params import Param, Value
from bowerbird.igql.defaults import with_defaults
from bowerbird.igql.program import Program
from bowerbird.world.world import World

if TYPE_CHECKING:
    import optuna

AT_ONCE = 8
"""Trials that go through the requests together: the journal is folded once for all of them."""

DIGITS = 3
"""Of a number that is tried, so that what is written is what was tried."""

HOUR_MS = 3_600_000
FIXED = ("page_size",)
"""Params that say what is asked for, not how good it is."""

WIDE = 100.0
"""A range of positive numbers with ends this far apart is searched by ratio."""


@dataclass(frozen=True, slots=True)
class Goal:
    """What is to grow, and what may not shrink by more than a margin.

    Attributes:
        objective: name of a figure.
        guards: name of a figure -> how much worse it may get.
    """

    objective: str
    guards: Mapping[str, float]


class Tuned(Struct, frozen=True):
    """What the search found.

    Attributes:
        params: values that differ from the program's defaults; empty where none did better.
        trials: programs tried, and how many of them kept the guards.
        chosen: differences from the program as it was, on the requests that chose.
        checked: the same on later requests, which nothing was chosen by.
        text: the program with what was found.
        better: whether the objective also grew on the later requests, and the guards held.
    """

    params: Mapping[str, Value]
    trials: tuple[int, int]
    chosen: tuple[Difference, ...]
    checked: tuple[Difference, ...]
    text: str
    better: bool


def tune(
    path: Path,
    program: str,
    goal: Goal,
    *,
    trials: int = 40,
    only: Sequence[str] = (),
    requests: int = 200,
    hours: float = 24.0,
    version: int | None = None,
    seed: int = 0,
    tell: Tell = lambda share: None,
) -> Tuned:
    """Return the best params of `program` that were found; nothing is written.

    Args:
        path: the data folder.
        program: a file, or a preset's name.
        goal: figures of `evaluate`.
        trials: how many programs are tried.
        only: names of the params that may change; all that have a range by default.
        requests: half of them choose, half check.
        hours: how long after a request counts.
        version: its number; by default the newest that has such requests.
        seed: of requests and search.
        tell: is told the share done.

    Raises:
        InputError: a figure or param is not known, or there is none to search.
        TrainingError: optuna is not installed.
    """
    _known(goal)
    with stage(path, requests=requests, hours=hours, version=version, seed=seed) as at:
        base = at.program(program)
        space = searched(base, only)
        choosing, checking = halves(at.asked)
        if not choosing:
            raise NotFound("one request is too few: half of them choose, half check")
        study = _study(seed)
        rounds = -(-trials // AT_ONCE)
        with TemporaryDirectory(prefix="bowerbird-tune-") as folder:
            ground = Ground(at, base, choosing, Path(folder) / "world")
            for number in range(rounds):
                _round(study, ground, space, goal, min(AT_ONCE, trials - number * AT_ONCE))
                tell((number + 1) / (rounds + 1))
        return _outcome(study, at, base, space, goal, choosing, checking)


def searched(program: Program, only: Sequence[str]) -> dict[str, Param]:
    """Return the params to search: those with a range, and switches.

    Raises:
        InputError: one is named that the program does not have, or none is left.
    """
    for name in only:
        if name not in program.params:
            raise InputError(
                f"the program has no param `{name}`", did_you_mean(name, program.params)
            )
    found = {
        name: param
        for name, param in program.params.items()
        if (name in only or not (only or name in FIXED))
        and (param.type == "bool" or (param.low is not None and param.high is not None))
    }
    if not found:
        raise InputError(
            "the program has no param with a range to search",
            "write `param NAME: float = 1.0 in 0..5`, and use it",
        )
    return found


class Ground:
    """The requests that choose, and the World just before the first of them, kept on disk."""

    def __init__(self, at: Stage, base: Program, asked: Sequence[Asked], frozen: Path) -> None:
        self._at, self._base, self._asked, self._frozen = at, base, asked, frozen
        first = at.replayer()
        first.at(asked[0].offset, 0)
        first.world.freeze(self._frozen)

    def differences(self, tried: Sequence[Mapping[str, Value]]) -> list[list[Difference]]:
        """Return for each choice of params what it has over the program as it was."""
        base = self._base
        arms = [Arm(base, params) for params in ({}, *tried)]
        stand = Replayer(
            self._at.journal,
            self._at.path / "versions",
            self._at.programs,
            World.thaw(self._frozen),
        )
        judged = judge(stand, self._at.learned.number, self._asked, arms, self._at.fallback)
        return [differences_of(judged[[0, k]]) for k in range(1, len(arms))]


def _known(goal: Goal) -> None:
    names = [figure.name for figure in FIGURES]
    for name in (goal.objective, *goal.guards):
        if name not in names:
            raise InputError(f"there is no figure `{name}`", did_you_mean(name, names))
    if not _figure(goal.objective).better:
        raise InputError(f"more of `{goal.objective}` is neither better nor worse")


def _figure(name: str) -> Any:
    return next(figure for figure in FIGURES if figure.name == name)


def _study(seed: int) -> optuna.Study:
    try:
        import optuna
    except ImportError as error:
        raise TrainingError(
            "tuning needs optuna, which is not installed", "pip install 'bowerbird[tune]'"
        ) from error
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    sampler = optuna.samplers.TPESampler(seed=seed, n_startup_trials=AT_ONCE)
    return optuna.create_study(direction="maximize", sampler=sampler)


def _round(
    study: optuna.Study, ground: Ground, space: Mapping[str, Param], goal: Goal, count: int
) -> None:
    """Try `count` choices together and tell the study what each was worth."""
    asked = [study.ask() for _ in range(count)]
    tried = [{name: suggested(one, param) for name, param in space.items()} for one in asked]
    for trial, params, found in zip(asked, tried, ground.differences(tried), strict=True):
        trial.set_user_attr("params", params)
        late = broken(found, goal)
        for name, worse in late.items():
            trial.set_constraint(name, worse)
        trial.set_user_attr("kept", max(late.values(), default=0.0) <= 0.0)
        study.tell(trial, gained(found, goal.objective))


def suggested(trial: optuna.Trial, param: Param) -> Value:
    """Return a value of `param` within its range, no finer than it will be written."""
    if param.type == "bool":
        return bool(trial.suggest_categorical(param.name, [False, True]))
    low, high = float(param.low or 0.0), float(param.high or 0.0)
    by_ratio = low > 0 and high / low >= WIDE
    if param.type == "duration":
        first, last = max(1, math.ceil(low / HOUR_MS)), max(1, math.floor(high / HOUR_MS))
        return float(HOUR_MS * trial.suggest_int(param.name, first, last, log=by_ratio))
    if param.type == "int":
        return trial.suggest_int(param.name, round(low), round(high), log=by_ratio)
    value = trial.suggest_float(param.name, low, high, log=by_ratio)
    return min(max(float(f"{value:.{DIGITS}g}"), low), high)


def gained(found: Sequence[Difference], objective: str) -> float:
    """Return by how much the objective is better, 0 where no request has it."""
    one = next(d for d in found if d.figure.name == objective)
    return one.figure.better * one.difference.mean if one.difference else 0.0


def broken(found: Sequence[Difference], goal: Goal) -> dict[str, float]:
    """Return for each guard by how much it is worse than its margin; kept where at most 0."""
    told = {}
    for one in found:
        if one.figure.name in goal.guards:
            worse = -(one.figure.better or 1) * (one.difference.mean if one.difference else 0.0)
            told[one.figure.name] = worse - goal.guards[one.figure.name]
    return told


def _outcome(
    study: optuna.Study,
    at: Stage,
    base: Program,
    space: Mapping[str, Param],
    goal: Goal,
    choosing: Sequence[Asked],
    checking: Sequence[Asked],
) -> Tuned:
    kept = [trial for trial in study.trials if trial.user_attrs["kept"]]
    best = max(kept, key=lambda trial: trial.value or 0.0, default=None)
    params: dict[str, Value] = {}
    if best is not None and (best.value or 0.0) > 0.0:
        tried = best.user_attrs["params"]
        params = {name: v for name, v in tried.items() if v != space[name].default}
    arms = [Arm(base, {}), Arm(base, params)]
    judged = judge(at.replayer(), at.learned.number, [*choosing, *checking], arms, at.fallback)
    cut = len(choosing)
    chosen, checked = differences_of(judged[:, :cut]), differences_of(judged[:, cut:])
    held = max(broken(checked, goal).values(), default=0.0) <= 0.0
    return Tuned(
        params=params,
        trials=(len(study.trials), len(kept)),
        chosen=tuple(chosen),
        checked=tuple(checked),
        text=with_defaults(base, params),
        better=bool(params) and held and gained(checked, goal.objective) > 0.0,
    )
