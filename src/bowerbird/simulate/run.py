"""One run: a town is founded, lives its days, and leaves facts and truth in files."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from bowerbird.core.errors import InputError
from bowerbird.core.facts import Action
from bowerbird.simulate.choice import long_from_s
from bowerbird.simulate.deeds import NOWHERE, Deeds
from bowerbird.simulate.facts import FactFiles, date
from bowerbird.simulate.life import Life
from bowerbird.simulate.moderation import checks, removals, review
from bowerbird.simulate.report import PURPOSEFUL, Report, Tally, share_of_top
from bowerbird.simulate.society import DAY, Society, preset
from bowerbird.simulate.town import Town, found
from bowerbird.simulate.truth_files import TruthFiles

Progress = Callable[[int, int], None]
"""Told how many days are over, of how many."""


def simulate(society: str | Society, folder: Path, seed: int, progress: Progress) -> Report:
    """Let a society live; write `folder/facts` for the ingest and `folder/truth` for evaluation.

    The same society and seed give the same bytes of facts, with the same versions of numpy and
    DuckDB on the same kind of machine. Both folders grow day by day.

    Args:
        society: one of one's own, or the name of a preset.
        folder: holds no facts yet.
        seed: of every draw.
        progress: called after each day.

    Raises:
        ConfigError: no preset has that name.
        InputError: there are facts in `folder` already.
    """
    town = found(society if isinstance(society, Society) else preset(society), seed)
    facts, tally, life = _empty(folder / "facts"), Tally(), Life(town)
    truth = TruthFiles(town, folder / "truth")
    starts, days = town.society.starts, town.society.days
    with FactFiles(town, facts) as files:
        files.accounts()
        files.events("events-signups", _counted(town, tally, life.before()))
        for back in range(-town.society.backlog, 0):
            _post(files, town, back)
        labels, mutes = [checks(town)], []
        for day in range(days):
            life.wake(day)
            truth.day(day, life.minds, life.standing)
            deeds, muted = life.live(day)
            _post(files, town, day)
            files.events(f"events-{date(starts + day * DAY)}", _counted(town, tally, deeds))
            labels.append(review(town, deeds, day))
            mutes.append(muted)
            progress(day + 1, days)
        rows = {
            "account": len(town.accounts.handle),
            "media": len(town.media),
            "event": int(tally.count.sum()),
            "control": files.controls(mutes),
            "label": files.labels(labels),
            "removal": files.removals(removals(town)),
        }
    truth.close()
    return Report(
        society=town.society.name,
        seed=seed,
        rows=rows,
        actions={action.name.lower(): int(tally.count[action]) for action in Action},
        rates=tally.rates(),
        off_main=tally.off_main(PURPOSEFUL),
        off_main_by={
            a.name.lower(): tally.off_main((a,)) for a in (Action.IMPRESSION, *PURPOSEFUL)
        },
        top_share=share_of_top(life.standing.likes),
        sessions=life.sessions,
        starts=starts,
        ends=town.society.ends,
    )


def _empty(folder: Path) -> Path:
    if folder.exists() and any(folder.iterdir()):
        raise InputError(
            f"{folder} already holds facts, expected none", "remove them or give another folder"
        )
    return folder


def _post(files: FactFiles, town: Town, day: int) -> None:
    midnight = town.society.starts + day * DAY
    files.media(f"media-{date(midnight)}", midnight, midnight + DAY)


def _counted(town: Town, tally: Tally, deeds: Deeds) -> Deeds:
    """Return `deeds` once they are counted."""
    views = (deeds.action == Action.VIEW) & (deeds.surface != NOWHERE)
    media = deeds.media[views]
    long_from = long_from_s(town.media.form[media], town.media.seconds[media]) * 1_000
    tally.note(deeds, int((deeds.dwell[views] >= long_from).sum()))
    return deeds
