"""Simulated people on real pages: a society that lives on what a Bowerbird shows it.

The people know nothing of the recommender, and it knows nothing of them but the facts an app would
hand in: each page is asked for by id, what is done on it comes back as rows, and every night a new
Version is trained.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import msgspec
import numpy as np

from bowerbird.app.bowerbird import Bowerbird
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

    def __init__(self, bowerbird: Bowerbird, town: Town) -> None:
        self._bowerbird, self._town = bowerbird, town
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
    text = presets()[OURS] if policy == OURS else _text_of(policy)
    _claim(folder, town, text)
    if policy != OURS:
        (folder / PAGE).write_text(text)
    program = OURS if policy == OURS else PAGE
    Bowerbird.init(folder, clock=ClockName.JOURNAL, program=program)
    with Bowerbird(folder) as bowerbird:
        served = ServedPages(bowerbird, town)
        return live_on(town, _entering(served), progress, app=served, days=days)


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
    mine = msgspec.json.encode({"society": town.society, "seed": town.seed, "program": program})
    if not claim.exists() and not (folder / "journal").exists():
        folder.mkdir(parents=True, exist_ok=True)
        claim.write_bytes(mine)
    if not claim.exists() or claim.read_bytes() != mine:
        raise InputError(f"{folder} holds the journal of something else", "give another folder")


def _entering(served: ServedPages) -> Callable[[Town, Life], PagePolicy]:
    return lambda town, life: served
