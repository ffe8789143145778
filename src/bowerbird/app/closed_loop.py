"""Simulated people on real pages: a society that lives on what a Bowerbird shows it.

The people know nothing of the recommender, and it knows nothing of them but the facts an app would
hand in: each page is asked for by id, what is done on it comes back as rows, and every night a new
Version is trained.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np

from bowerbird.app.bowerbird import Bowerbird
from bowerbird.core.clock import ClockName
from bowerbird.core.errors import InputError, NotFound, TrainingError, VersionError, did_you_mean
from bowerbird.core.facts import I32, NONE
from bowerbird.core.page import Page
from bowerbird.simulate import Outcome, Society
from bowerbird.simulate.draws import Rng
from bowerbird.simulate.feed import Row, page_id
from bowerbird.simulate.life import Life
from bowerbird.simulate.loop import live_on
from bowerbird.simulate.policy import SHOWN, PagePolicy, Requests, Shelves
from bowerbird.simulate.rivals import RIVALS
from bowerbird.simulate.society import preset
from bowerbird.simulate.standing import Standing
from bowerbird.simulate.town import Town, found

OURS = "explore"
"""The policy that is a Bowerbird with its program of that name."""

POLICIES = (OURS, *RIVALS)


class ServedPages:
    """The pages of a Bowerbird, as a policy; it is told what happens, and learns at night.

    Attributes:
        untrained: days after which no Version was published, and why.
    """

    def __init__(self, bowerbird: Bowerbird, town: Town) -> None:
        self._bowerbird, self._names = bowerbird, town.people.name
        self._pages: list[Page] = []
        self.untrained: dict[int, str] = {}

    def show(self, asked: Requests, shelves: Shelves, standing: Standing, rng: Rng) -> I32:
        """Return the pages; they are exposed with the next facts."""
        rows = np.full((len(asked.person), SHOWN), NONE, np.int32)
        told = zip(asked.person.tolist(), asked.ts.tolist(), asked.number.tolist(), strict=True)
        for at, (person, ts, number) in enumerate(told):
            page = self._bowerbird.explore(
                self._names[person], now=ts, size=SHOWN, seed=number, request_id=page_id(number)
            )
            media = [media_row(item.media_id) for item in page.items]
            rows[at, : len(media)] = media
            self._pages.append(page)
        return rows

    def tell(self, rows: list[Row]) -> None:
        """Take in what happened since the last time.

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
        policy: one of `POLICIES`.
        society: one of one's own, or the name of a preset.
        folder: a data folder to be made, for the policy that is a Bowerbird.
        seed: of every draw.
        progress: called after each day.
        days: of the run; all by default.

    Raises:
        NotFound: there is no such policy.
        ConfigError: no preset has that name.
        InputError: there is a journal in `folder` already.
    """
    town = found(society if isinstance(society, Society) else preset(society), seed)
    if policy in RIVALS:
        return live_on(town, RIVALS[policy], progress, days=days)
    if policy != OURS:
        raise NotFound(f"there is no policy {policy!r}", did_you_mean(policy, POLICIES))
    Bowerbird.init(folder, clock=ClockName.JOURNAL, program=OURS)
    with Bowerbird(folder) as bowerbird:
        if bowerbird.journal.end:
            raise InputError(
                f"{folder} already holds a journal, expected none", "give another folder"
            )
        served = ServedPages(bowerbird, town)
        return live_on(town, _entering(served), progress, app=served, days=days)


def _entering(served: ServedPages) -> Callable[[Town, Life], PagePolicy]:
    return lambda town, life: served
