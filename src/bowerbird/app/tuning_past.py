"""Searching the params of a program on requests of the past.

Half of the requests, the earlier, choose; the later half says what the choice is worth. Every trial
is paired with the program as it was, request by request.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from bowerbird.app.evaluating import Stage, stage
from bowerbird.app.tuning import Goal, Search, Tell, Tuned, check_goal, search, searched
from bowerbird.core.errors import NotFound
from bowerbird.evaluation.asked import Asked, halves
from bowerbird.evaluation.compare import FIGURES, Arm, Difference, differences_of, judge
from bowerbird.evaluation.replay import Replayer
from bowerbird.igql.bind.params import Value
from bowerbird.igql.program import Program
from bowerbird.world.world import World

AT_ONCE = 8
"""Trials that go through the requests together: the journal is folded once for all of them."""


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
    check_goal(goal, FIGURES)
    with stage(path, requests=requests, hours=hours, version=version, seed=seed) as at:
        base = at.program(program)
        space = searched(base, only)
        choosing, checking = halves(at.asked)
        if not choosing:
            raise NotFound("one request is too few: half of them choose, half check")
        how = Search(base, space, goal, trials, AT_ONCE, seed)
        with TemporaryDirectory(prefix="bowerbird-tune-") as folder:
            first, later = (
                Replayed(at, base, asked, Path(folder) / name)
                for name, asked in (("choosing", choosing), ("checking", checking))
            )
            return search(how, first, later, tell)


class Replayed:
    """Requests, and the World just before the first of them, kept on disk once it is needed."""

    def __init__(self, at: Stage, base: Program, asked: Sequence[Asked], frozen: Path) -> None:
        self._at, self._base, self._asked, self._frozen = at, base, asked, frozen

    def _world(self) -> World:
        if not self._frozen.exists():
            first = self._at.replayer()
            first.at(self._asked[0].offset, 0)
            first.world.freeze(self._frozen)
        return World.thaw(self._frozen)

    def differences(self, tried: Sequence[Mapping[str, Value]]) -> list[list[Difference]]:
        """Return for each choice of params what it has over the program as it was."""
        base = self._base
        arms = [Arm(base, params) for params in ({}, *tried)]
        stand = Replayer(
            self._at.journal,
            self._at.path / "versions",
            self._at.programs,
            self._world(),
        )
        judged = judge(stand, self._at.learned.number, self._asked, arms, self._at.fallback)
        return [differences_of(judged[[0, k]]) for k in range(1, len(arms))]
