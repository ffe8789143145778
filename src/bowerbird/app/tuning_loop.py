"""Searching the params of a program on simulated people, whose true satisfaction is known.

A society lives some days on the pages of the program as it was, trained every night. Every choice
of params then gets that same morning and lives on from it, and so does the program as it was; the
differences are paired by person. A second society, which nothing was chosen by, says what the
choice is worth there.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from hashlib import blake2b
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from bowerbird.app.closed_loop import live_on_program, run_of
from bowerbird.app.config import read_config
from bowerbird.app.opening import programs_of
from bowerbird.app.tuning import Goal, Search, Tell, Tuned, check_goal, search, searched
from bowerbird.core.errors import InputError
from bowerbird.core.facts import F64
from bowerbird.evaluation.compare import Difference, Figure, differences_of
from bowerbird.igql.bind.params import Value
from bowerbird.igql.defaults import with_defaults
from bowerbird.igql.program import Program
from bowerbird.simulate import Society
from bowerbird.simulate.by_person import ByPerson
from bowerbird.simulate.society import preset
from bowerbird.simulate.town import found

FIGURES: tuple[Figure, ...] = (
    Figure("satisfied", "media a page that truly satisfied", 1),
    Figure("clicks", "a page", 1),
    Figure("interests", "reached a day", 1),
    Figure("newcomers", "share of slots of accounts younger than a week", 0),
    Figure("age_h", "hours, of what was shown", -1),
)
"""In the order of `BY_PERSON`."""


def tune_in_loop(
    program: str,
    goal: Goal,
    society: str | Society,
    folder: Path,
    *,
    lived: int = 3,
    days: int = 1,
    trials: int = 24,
    only: Sequence[str] = (),
    seed: int = 0,
    tell: Tell = lambda share: None,
) -> Tuned:
    """Return the best params of `program` that were found; the program is not written.

    Args:
        program: a file, or a preset's name.
        goal: of `FIGURES`.
        society: one of one's own, or the name of a preset.
        folder: where the mornings are kept: a search with the same ones does not live them again.
        lived: days before the trials part.
        days: of each trial.
        trials: how many programs are tried.
        only: names of the params that may change; all that have a range by default.
        seed: of the search and of the society that chooses; the one of the next seed checks.
        tell: is told the share done.

    Raises:
        InputError: a figure or param is not known, there is none to search, or the society does
            not live as many days.
        NotFound: there is no such program.
        QueryError: it does not compile.
        TrainingError: optuna is not installed.
    """
    check_goal(goal, FIGURES)
    town = society if isinstance(society, Society) else preset(society)
    if lived < 1 or days < 1 or lived + days > town.days:
        raise InputError(
            f"{lived} days and {days} more are to be lived by {town.name!r}, expected 1 or more "
            f"of each and at most {town.days} in all",
            "give other numbers, or a society that lives longer",
        )
    file = Path(program)
    name = str(file.absolute()) if file.is_file() else program
    base = programs_of(folder, read_config(folder)).named(name, folder)
    how = Search(base, searched(base, only), goal, trials, at_once=1, seed=seed)
    first, other = (Lived(base, town, seed + k, folder, lived, days) for k in (0, 1))
    return search(how, first, other, tell)


class Lived:
    """A society on one of its mornings."""

    def __init__(
        self, base: Program, society: Society, seed: int, folder: Path, lived: int, days: int
    ) -> None:
        self._base, self._society, self._seed = base, society, seed
        self._lived, self._days = lived, days
        run = run_of(found(society, seed), base.text) + f" {lived}".encode()
        self._folder = folder / f"{society.name}-{seed}-{blake2b(run, digest_size=6).hexdigest()}"
        self._plain: F64 | None = None

    def differences(self, tried: Sequence[Mapping[str, Value]]) -> list[list[Difference]]:
        """Return for each choice of params what it has over the program as it was."""
        if self._plain is None:
            self._plain = self._figures(self._base.text)
        plain = self._plain
        return [
            differences_of(
                np.stack([plain, self._figures(with_defaults(self._base, params))]),
                figures=FIGURES,
            )
            for params in tried
        ]

    def _figures(self, text: str) -> F64:
        """Return [people, FIGURES] of the days after the morning, on the pages of `text`."""
        morning, town = self._morning(), found(self._society, self._seed)
        watch = ByPerson(town, self._lived)
        with TemporaryDirectory(prefix="bowerbird-tune-", dir=self._folder) as folder:
            live_on_program(
                town,
                text,
                Path(folder) / "data",
                lambda done, of: None,
                days=self._lived + self._days,
                nights=self._lived + self._days - 1,  # nobody would see the last one's Version
                morning=morning,
                watch=watch,
            )
        return watch.figures()

    def _morning(self) -> Path:
        """Return the data folder of the days before, lived now unless they were."""
        folder, done = self._folder / "morning", self._folder / "lived"
        if not done.exists():
            self._folder.mkdir(parents=True, exist_ok=True)
            live_on_program(
                found(self._society, self._seed),
                self._base.text,
                folder,
                lambda done, of: None,
                days=self._lived,
            )
            done.touch()
        return folder
