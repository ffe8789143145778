"""Searching the params of a program: some ground chooses, another says what the choice is worth."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from msgspec import Struct

from bowerbird.core.errors import InputError, TrainingError, did_you_mean
from bowerbird.evaluation.compare import Difference, Figure
from bowerbird.igql.bind.params import Param, Value
from bowerbird.igql.defaults import with_defaults
from bowerbird.igql.diagnostics import ProgramError
from bowerbird.igql.program import Program

if TYPE_CHECKING:
    import optuna

STARTS = 8
"""Trials drawn blindly before what was found says where to look."""

Tell = Callable[[float], None]

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
        chosen: differences from the program as it was, where it was chosen; empty without params.
        checked: the same where nothing was chosen by.
        text: the program with what was found.
        better: whether the objective also grew where it was checked, and the guards held.
    """

    params: Mapping[str, Value]
    trials: tuple[int, int]
    chosen: tuple[Difference, ...]
    checked: tuple[Difference, ...]
    text: str
    better: bool


class Ground(Protocol):
    """Where programs are tried."""

    def differences(self, tried: Sequence[Mapping[str, Value]]) -> list[list[Difference]]:
        """Return for each choice of params what it has over the program as it was."""


@dataclass(frozen=True, slots=True)
class Tried:
    """One choice of params, what it has over the program as it was, and whether guards held."""

    params: Mapping[str, Value]
    found: Sequence[Difference]
    kept: bool


@dataclass(frozen=True, slots=True)
class Search:
    """What is searched, and how.

    Attributes:
        space: params that may change.
        trials: programs to try.
        at_once: of them together, before any tells what to try next.
        seed: of the search.
    """

    base: Program
    space: Mapping[str, Param]
    goal: Goal
    trials: int
    at_once: int
    seed: int


def search(how: Search, choosing: Ground, checking: Ground, tell: Tell) -> Tuned:
    """Return the best params found on `choosing`, and what they are worth on `checking`.

    Raises:
        TrainingError: optuna is not installed.
    """
    study, tried = _study(how.seed), list[Tried]()
    while len(tried) < how.trials:
        tried += _round(study, choosing, how, min(how.at_once, how.trials - len(tried)))
        tell(len(tried) / (how.trials + how.at_once))
    return _outcome(how, tried, checking)


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


def check_goal(goal: Goal, figures: Sequence[Figure]) -> None:
    """Raise unless `goal` is of `figures`, and its objective can get better.

    Raises:
        InputError: it does not, or cannot.
    """
    better = {figure.name: figure.better for figure in figures}
    for name in (goal.objective, *goal.guards):
        if name not in better:
            raise InputError(f"there is no figure `{name}`", did_you_mean(name, better))
    if not better[goal.objective]:
        raise InputError(f"more of `{goal.objective}` is neither better nor worse")


def _study(seed: int) -> optuna.Study:
    try:
        import optuna
    except ImportError as error:
        raise TrainingError(
            "tuning needs optuna, which is not installed", "pip install 'bowerbird[tune]'"
        ) from error
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    sampler = optuna.samplers.TPESampler(seed=seed, n_startup_trials=STARTS)
    return optuna.create_study(direction="maximize", sampler=sampler)


def _round(study: optuna.Study, ground: Ground, how: Search, count: int) -> list[Tried]:
    """Try `count` choices together and tell the study what each was worth."""
    asked = [study.ask() for _ in range(count)]
    choices = [{name: suggested(one, param) for name, param in how.space.items()} for one in asked]
    runs = [runnable(how.base, params) for params in choices]
    told = iter(ground.differences([c for c, ok in zip(choices, runs, strict=True) if ok]))
    return [
        _told(study, trial, params, next(told) if ok else None, how.goal)
        for trial, params, ok in zip(asked, choices, runs, strict=True)
    ]


def _told(
    study: optuna.Study,
    trial: optuna.Trial,
    params: Mapping[str, Value],
    found: Sequence[Difference] | None,
    goal: Goal,
) -> Tried:
    """Tell the study of one choice; None was found of one that the program cannot run with."""
    from optuna.trial import TrialState

    if found is None:
        study.tell(trial, state=TrialState.FAIL)
        return Tried(params, (), kept=False)
    late = broken(found, goal)
    for name, worse in late.items():
        trial.set_constraint(name, worse)
    study.tell(trial, gained(found, goal.objective))
    return Tried(params, found, kept=max(late.values(), default=0.0) <= 0.0)


def runnable(program: Program, params: Mapping[str, Value]) -> bool:
    """Return whether `program` compiles with `params`: with some it may give too many rows."""
    try:
        program.ready(params)
    except ProgramError:
        return False
    return True


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


def _outcome(how: Search, tried: Sequence[Tried], checking: Ground) -> Tuned:
    kept = [one for one in tried if one.kept]
    best = max(kept, key=lambda one: gained(one.found, how.goal.objective), default=None)
    changed: dict[str, Value] = {}
    if best is not None and gained(best.found, how.goal.objective) > 0.0:
        changed = {k: v for k, v in best.params.items() if v != how.space[k].default}
    (checked,) = checking.differences([changed]) if changed else ((),)
    held = max(broken(checked, how.goal).values(), default=0.0) <= 0.0
    return Tuned(
        params=changed,
        trials=(len(tried), len(kept)),
        chosen=tuple(best.found) if best is not None and changed else (),
        checked=tuple(checked),
        text=with_defaults(how.base, changed),
        better=bool(changed) and held and gained(checked, how.goal.objective) > 0.0,
    )
