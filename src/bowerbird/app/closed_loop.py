"""Simulated people on real pages: a society that lives on what a Bowerbird shows it.

The people know nothing of the recommender, and it knows nothing of them but the facts an app would
hand in: each page is asked for by id, what is done on it comes back as rows, and every night a new
Version is trained.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import msgspec
import numpy as np

from bowerbird.app.bowerbird import Bowerbird
from bowerbird.app.config import NAME as CONFIG
from bowerbird.core.clock import ClockName
from bowerbird.core.errors import InputError, NotFound, TrainingError, VersionError, did_you_mean
from bowerbird.core.facts import I32, NONE
from bowerbird.core.page import Page
from bowerbird.evaluation.replay import exposures
from bowerbird.page.programs import presets
from bowerbird.simulate import Outcome, Society
from bowerbird.simulate.draws import Rng
from bowerbird.simulate.feed import Row, page_id
from bowerbird.simulate.life import Life
from bowerbird.simulate.loop import live_on
from bowerbird.simulate.outcome import Watch
from bowerbird.simulate.policy import SHOWN, PagePolicy, Requests, Shelves
from bowerbird.simulate.rivals import RIVALS
from bowerbird.simulate.society import DAY, preset
from bowerbird.simulate.standing import Standing
from bowerbird.simulate.town import Town, found

OURS = "explore"
"""The policy that is a Bowerbird with its program of that name."""

POLICIES = (OURS, *RIVALS)

RUN = "run.json"
"""File that says of which society, seed and program a data folder is."""

PAGE = "page.igql"
"""File of a data folder with a program that is none of the presets."""


class ServedPages:
    """The pages of a Bowerbird, as a policy; it is told what happens, and learns at night.

    Where its journal already has the pages of this run, those are shown again: a run that was cut
    short goes on where it ended.

    Attributes:
        untrained: days after which no Version was published, and why.
    """

    def __init__(self, bowerbird: Bowerbird, town: Town, nights: int | None = None) -> None:
        """It trains after the first `nights` days, after all of them by default."""
        self._bowerbird, self._town, self._nights = bowerbird, town, nights
        self._kept = {e.request_id: e.recipe.slate for e in exposures(bowerbird.journal)}
        self._pages: list[Page] = []
        self.untrained: dict[int, str] = {}

    def show(self, asked: Requests, shelves: Shelves, standing: Standing, rng: Rng) -> I32:
        """Return the pages; they are exposed with the next facts."""
        rows = np.full((len(asked.person), SHOWN), NONE, np.int32)
        told = zip(asked.person.tolist(), asked.ts.tolist(), asked.number.tolist(), strict=True)
        for at, (person, ts, number) in enumerate(told):
            slate = self._kept.get(page_id(number))
            if slate is None:
                slate = self._made(self._town.people.name[person], ts, number)
            rows[at, : len(slate)] = [media_row(media_id) for media_id in slate]
        return rows

    def _made(self, person: str, ts: int, number: int) -> tuple[str, ...]:
        page = self._bowerbird.explore(
            person, now=ts, size=SHOWN, seed=number, request_id=page_id(number)
        )
        self._pages.append(page)
        return page.recipe.slate

    def tell(self, rows: list[Row]) -> None:
        """Take in what happened since the last time; what the journal has counts once.

        Raises:
            InputError: a fact was not taken.
        """
        if self._pages:
            self._bowerbird.expose(*self._pages)
            self._pages.clear()
        if rows:
            receipt = self._bowerbird.append(rows)
            if receipt.rejected:
                raise InputError(f"a simulated fact was refused: {receipt.rejected[0]}")

    def night(self, day: int) -> None:
        """Train; a night that cannot leaves the Version of the day before in place."""
        if self._nights is not None and day >= self._nights:
            return
        journal, midnight = self._bowerbird.journal, self._town.society.starts + (day + 1) * DAY
        trained = any(v.offset == journal.end for v in self._bowerbird.versions())
        if trained or journal.newest >= midnight:
            return  # that night was over before the run was cut short
        try:
            self._bowerbird.train()
        except (TrainingError, VersionError) as error:
            self.untrained[day] = error.message


def media_row(media_id: str) -> int:
    """Return the row of a media of the society by its id.

    Example:
        >>> media_row("m000040")
        40
    """
    return int(media_id.removeprefix("m"))


def live_with(
    policy: str,
    society: str | Society,
    folder: Path,
    seed: int,
    progress: Callable[[int, int], None],
    *,
    days: int | None = None,
) -> Outcome:
    """Let a society live on the pages of `policy`, from nothing, and return what came of it.

    Args:
        policy: one of `POLICIES`, or the file of an IGQL program: a Bowerbird with that page.
        society: one of one's own, or the name of a preset.
        folder: a data folder, for the policy that is a Bowerbird; made, or of the same run.
        seed: of every draw.
        progress: called after each day.
        days: of the run; all by default.

    Raises:
        NotFound: there is no such policy, and no such file.
        QueryError: the program does not compile.
        ConfigError: no preset has that name.
        InputError: `folder` holds the journal of something else.
    """
    town = found(society if isinstance(society, Society) else preset(society), seed)
    if policy in RIVALS:
        return live_on(town, RIVALS[policy], progress, days=days)
    if policy != OURS:
        return live_on_program(town, _text_of(policy), folder, progress, days=days)
    _claim(folder, town, presets()[OURS])
    Bowerbird.init(folder, clock=ClockName.JOURNAL, program=OURS)
    return _live(town, folder, progress, days)


def live_on_program(
    town: Town,
    program: str,
    folder: Path,
    progress: Callable[[int, int], None],
    *,
    days: int | None,
    morning: Path | None = None,
    nights: int | None = None,
    watch: Watch | None = None,
) -> Outcome:
    """Let a town live on the pages of the text of a program, and return what came of it.

    Args:
        town: as it was founded.
        program: IGQL.
        folder: a data folder; made, or of the same run.
        progress: called after each day.
        days: of the run; all where None.
        morning: the data folder of a shorter run of the same town, on another program maybe: its
            days are lived again as they were, and the pages of `program` begin with the next.
        nights: days after which a Version is trained; all by default.
        watch: is told what each day's pages came to.

    Raises:
        InputError: `folder` holds the journal of something else.
    """
    if morning is not None and not folder.exists():
        shutil.copytree(morning, folder)
        (folder / RUN).write_bytes(run_of(town, program))
        (folder / CONFIG).unlink()  # it may name another page
    _claim(folder, town, program)
    (folder / PAGE).write_text(program)
    Bowerbird.init(folder, clock=ClockName.JOURNAL, program=PAGE)
    return _live(town, folder, progress, days, nights, watch)


def _live(
    town: Town,
    folder: Path,
    progress: Callable[[int, int], None],
    days: int | None,
    nights: int | None = None,
    watch: Watch | None = None,
) -> Outcome:
    with Bowerbird(folder) as bowerbird:
        served = ServedPages(bowerbird, town, nights)
        return live_on(town, _entering(served), progress, app=served, days=days, watch=watch)


def _text_of(policy: str) -> str:
    """Return the program in the file `policy`.

    Raises:
        NotFound: there is none.
    """
    if not Path(policy).is_file():
        raise NotFound(f"there is no policy {policy!r}", did_you_mean(policy, POLICIES))
    return Path(policy).read_text()


def _claim(folder: Path, town: Town, program: str) -> None:
    """Write into `folder` of which run it is.

    Raises:
        InputError: it is of another run, or of none and holds a journal.
    """
    claim = folder / RUN
    mine = run_of(town, program)
    if not claim.exists() and not (folder / "journal").exists():
        folder.mkdir(parents=True, exist_ok=True)
        claim.write_bytes(mine)
    if not claim.exists() or claim.read_bytes() != mine:
        raise InputError(f"{folder} holds the journal of something else", "give another folder")


def run_of(town: Town, program: str) -> bytes:
    """Return what `RUN` says of a run: all that makes it what it is."""
    return msgspec.json.encode({"society": town.society, "seed": town.seed, "program": program})


def _entering(served: ServedPages) -> Callable[[Town, Life], PagePolicy]:
    return lambda town, life: served
