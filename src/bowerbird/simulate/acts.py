"""What people do with what they look at: choices drawn, timed, written down and felt by the app."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from bowerbird.core.facts import F32, I8, I32, I64, NONE, UNDOES, Action
from bowerbird.simulate import choice
from bowerbird.simulate.deeds import Deeds, together
from bowerbird.simulate.draws import Rng, happens
from bowerbird.simulate.looks import Looks, Minds, situation, temper
from bowerbird.simulate.society import DAY, HOUR
from bowerbird.simulate.standing import Standing
from bowerbird.simulate.town import Town

Mask = NDArray[np.bool_]

SLIP = 0.006
"""Chance to open what one did not mean to."""

HEAT = {Action.CLICK: 1, Action.LIKE: 4, Action.COMMENT: 5, Action.SAVE: 6, Action.SHARE: 6}
"""What an action adds to what is popular."""

REGRETS = {
    Action.UNLIKE: (0.012, 20_000),
    Action.UNSAVE: (0.02, 60_000),
    Action.UNFOLLOW: (0.06, DAY),
}
"""Chance that an action is undone, and the mean delay in milliseconds."""

LATER = 0.06
"""Share of likes, saves, shares and follows that come after the page, from what one remembers."""

LATER_MS = 3 * HOUR
"""By how much on average."""

REMEMBERED = (Action.LIKE, Action.SAVE, Action.SHARE, Action.FOLLOW)

TARGETS_ACCOUNT = (Action.FOLLOW, Action.PROFILE_VISIT, Action.UNFOLLOW)
"""Actions that name the account beside the media that led to it."""


class Choices(NamedTuple):
    """What was decided about each look [n].

    Attributes:
        acts: action -> [n] whether it was done.
        dwell: [n] int64 milliseconds on the screen.
        satisfied: [n] true chance that the person opens it and that it is worth a long view, other
            people's likes and bait apart.
    """

    acts: dict[Action, Mask]
    dwell: I64
    satisfied: F32


@dataclass(frozen=True, slots=True)
class Labels:
    """What all deeds of a look carry ([n] each): see `Deeds`."""

    request: I64
    surface: I8
    told: I64
    main: I8


def decide(town: Town, minds: Minds, standing: Standing, looks: Looks, rng: Rng) -> Choices:
    """Draw what is done about each look."""
    at, mood = situation(town, minds, standing, looks), temper(town, looks.person, looks.media)
    form = town.media.form[looks.media]
    seconds = town.media.seconds[looks.media]
    value = choice.utility(town.society.taste, at)
    seen, clicked = choice.examined(looks.slot.astype(np.float32)), choice.click(value, mood)
    looked = happens(seen, rng)
    opened = (looked & happens(clicked, rng)) | (happens(np.full(len(looks), SLIP), rng))
    acts: dict[Action, Mask] = {Action.IMPRESSION: np.ones(len(looks), bool), Action.CLICK: opened}
    for action, chance in choice.after_click(value, mood, form, seconds).items():
        if action != Action.LONG_VIEW:  # follows from the dwell time
            acts[action] = opened & happens(chance, rng)
    account = town.media.account[looks.media]
    acts[Action.FOLLOW] &= ~standing.follows.holds(looks.person, account)
    for action, chance in choice.aversion(value, mood).items():
        acts[action] = looked & ~acts[Action.LIKE] & happens(chance, rng)
    glanced = looked & ~opened & (form > 0) & (rng.random(len(looks)) < 0.5)  # it plays by itself
    acts[Action.VIEW] = opened | glanced
    quantile = rng.uniform(0.001, 0.999, len(looks)).astype(np.float32)
    long = choice.look_s(value, form, quantile)
    short = np.where(looked, 0.5 + 2.5 * quantile, 0.15 + 0.3 * quantile)
    satisfied = (
        seen * clicked * choice.long_view(choice.worth(town.society.taste, at), form, seconds)
    )
    return Choices(acts, (np.where(opened, long, short) * 1_000).astype(np.int64), satisfied)


def written(
    town: Town, looks: Looks, labels: Labels, made: Choices, started: I64, rng: Rng
) -> Deeds:
    """Return the choices as deeds; `started` ([n] epoch ms) is when each came on the screen."""
    parts = []
    for action, when, ts in _moments(made, started, rng):
        at = np.flatnonzero(when)
        account = town.media.account[looks.media[at]]
        dwell = made.dwell[at] if action == Action.VIEW else np.full(len(at), NONE)
        parts.append(
            Deeds(
                ts=ts[at],
                person=looks.person[at],
                action=np.full(len(at), action, np.uint8),
                media=looks.media[at],
                account=account if action in TARGETS_ACCOUNT else np.full(len(at), NONE, np.int32),
                dwell=dwell.astype(np.int32),
                request=labels.request[at],
                position=looks.slot[at],
                surface=labels.surface[at],
                told=labels.told[at],
                main=labels.main[at],
            )
        )
    return together(parts)


def _moments(made: Choices, started: I64, rng: Rng) -> Iterator[tuple[Action, Mask, I64]]:
    """Yield each action, who did it ([n]) and when ([n] epoch ms); undoing comes after doing."""
    tap = started + np.minimum(200 + rng.integers(0, 400, len(started)), made.dwell // 2)
    left = started + made.dwell
    for action, who in made.acts.items():
        if action in (Action.IMPRESSION, Action.CLICK, Action.VIEW):
            moment = {Action.IMPRESSION: started, Action.CLICK: tap, Action.VIEW: left}[action]
        else:
            moment = tap + ((left - tap) * rng.uniform(0.3, 1.0, len(tap))).astype(np.int64)
        if action == Action.COMMENT:  # typing takes its time
            moment = moment + rng.integers(4_000, 25_000, len(tap))
        if action in REMEMBERED:
            late = rng.random(len(tap)) < LATER
            moment = moment + late * rng.exponential(LATER_MS, len(tap)).astype(np.int64)
        yield action, who, moment
        for undo, (chance, delay) in REGRETS.items():
            if UNDOES[undo] == action:
                regret = who & (rng.random(len(tap)) < chance)
                wait = (rng.exponential(delay, len(tap)) + 1_500).astype(np.int64)
                yield undo, regret, moment + wait


def note_acts(
    town: Town, looks: Looks, made: Choices, standing: Standing, since: int, rng: Rng
) -> I32:
    """Let the app and its people feel what was done; return the looks ([m]) that led to a mute."""
    acts, media = made.acts, looks.media
    np.add.at(standing.likes, media[acts[Action.LIKE]], 1)
    weight = np.zeros(len(looks), np.float32)
    for action, heat in HEAT.items():
        weight += heat * acts[action]
    standing.note_heat(media, weight, since)
    standing.note_seen(looks.person, media)
    leaf = town.media.topics[media, 0]
    np.add.at(standing.tired, (looks.person, leaf), acts[Action.VIEW].astype(np.float32))
    new = np.flatnonzero(acts[Action.FOLLOW])
    standing.follows.note(looks.person[new], town.media.account[media[new]])
    muted = np.flatnonzero(acts[Action.HIDE] & (rng.random(len(looks)) < 0.25))
    standing.mutes.note(looks.person[muted], town.media.account[media[muted]])
    return muted.astype(np.int32)
