"""What bears on each choice, gathered for every slot that came on a screen."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from bowerbird.core.facts import F32, F64, I16, I32, I64
from bowerbird.simulate.choice import Situation, Temper
from bowerbird.simulate.society import HOUR
from bowerbird.simulate.standing import Standing
from bowerbird.simulate.town import Town


@dataclass(frozen=True, slots=True)
class Minds:
    """What people care for on one day.

    Attributes:
        cares: [P, T] float32 in 0..1.
        main: [P, MAIN] leaves.
    """

    cares: F32
    main: I16


@dataclass(frozen=True, slots=True)
class Looks:
    """Slots that came on a screen [n], session by session, top slot first.

    Attributes:
        session: [n] row of the running visit.
        person: [n]
        media: [n]
        slot: [n] from 0.
        ts: [n] epoch ms at which the page was asked for.
        mood: [n, 2] leaves.
        fatigue: [n] media of the same main leaf shown in the session before.
        repeats: [n] media of the same account shown in the session before.
    """

    session: I64
    person: I32
    media: I32
    slot: I16
    ts: I64
    mood: I16
    fatigue: F32
    repeats: F32

    def __len__(self) -> int:
        return len(self.person)


def situation(town: Town, minds: Minds, standing: Standing, looks: Looks) -> Situation:
    """Return what bears on each look ([n] each)."""
    media, people, person = town.media, town.people, looks.person
    leaves, weights = media.topics[looks.media], media.weights[looks.media]
    in_mood = (leaves[:, :, None] == looks.mood[:, None, :]).any(axis=2)
    return Situation(
        affinity=(minds.cares[person[:, None], leaves] * weights).sum(axis=1),
        mood=(in_mood * weights).sum(axis=1),
        quality=media.quality[looks.media],
        likes=standing.likes[looks.media],
        conform=people.conform[person],
        age_h=((looks.ts - media.ts[looks.media]) / HOUR).astype(np.float32),
        curious=people.curious[person],
        form=people.forms[person, media.form[looks.media]],
        off_hour=nearness(looks.ts / HOUR % 24, town.tree.hour[leaves[:, 0]]),
        tired=standing.tired[person, leaves[:, 0]],
        fatigue=looks.fatigue,
        repeats=looks.repeats,
        bait=media.spam[looks.media].astype(np.float32),
    )


def temper(town: Town, person: I32, media: I32) -> Temper:
    """Return what bears on the single actions of each person and media ([n] each)."""
    posts, people = town.media, town.people
    appeal = town.tree.appeal[posts.topics[media, 0]]
    return Temper(
        clicky=people.clicky[person],
        generous=people.generous[person],
        talkative=people.talkative[person],
        saved=appeal[:, 0],
        shared=appeal[:, 1],
        talked=appeal[:, 2],
        account_quality=town.accounts.quality[posts.account[media]],
        spam=posts.spam[media].astype(np.float32),
        violates=posts.violates[media].astype(np.float32),
    )


def nearness(hour: F64, best: F32) -> F32:
    """Return the cosine of the distance of `hour` to `best` on the clock ([n])."""
    return np.cos((hour - best) * (2 * np.pi / 24)).astype(np.float32)
