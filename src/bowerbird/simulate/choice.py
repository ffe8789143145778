"""How people choose: the utility of a media to a person, and what they do about it.

Nothing here draws anything: chances only, so that the truth can be asked for them too.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from bowerbird.core.facts import F32, U8, Action, MediaType
from bowerbird.simulate.draws import sigmoid
from bowerbird.simulate.society import Taste

LONG_VIEW_S = np.array([5.0, 15.0, 5.0, 30.0], np.float32)
"""Seconds from which a look at a photo, video, story or live counts as a long one; nine tenths of
its length are enough for a video."""

LOOK_S = np.array([4.9, 9.4, 4.5, 24.5], np.float32)
"""Median seconds that somebody who clicked looks at one, at utility 0."""

SPREAD = 1.7
"""Shape of the log-logistic distribution of those seconds; lower is heavier-tailed."""


class Situation(NamedTuple):
    """What bears on a choice, each [n] float32."""

    affinity: F32  # interest in the media's leaves, 0..1
    mood: F32  # share of the media that is about the session's mood, 0..1
    quality: F32
    likes: F32  # that everyone sees
    conform: F32
    age_h: F32  # hours since it was posted
    curious: F32
    form: F32  # the person's taste for its form
    off_hour: F32  # cosine of the distance to the leaf's best hour, 1 at best
    tired: F32  # media of its main leaf looked at in the last days
    fatigue: F32  # media of its main leaf already shown in this session
    repeats: F32  # media of its account already shown in this session
    bait: F32  # 1 for spam


class Temper(NamedTuple):
    """What bears on the single actions, each [n] float32."""

    clicky: F32
    generous: F32
    talkative: F32
    saved: F32  # appeal of its main leaf
    shared: F32
    talked: F32
    account_quality: F32
    spam: F32  # 0 or 1
    violates: F32  # 0 or 1


def utility(taste: Taste, at: Situation) -> F32:
    """Return the utility [n], in logits.

    Not a dot product: it saturates in affinity, and warms up to a leaf for a few media of a session
    before it turns to fatigue.
    """
    liking = taste.affinity * at.affinity**0.8 + taste.mood * at.mood
    outside = taste.quality * at.quality + taste.proof * at.conform * np.log1p(at.likes)
    novelty = taste.fresh * at.curious * np.exp(-at.age_h / 12)
    novelty += 0.25 * at.curious * (at.fatigue == 0)
    manner = taste.media_type * at.form + taste.hour * at.off_hour + taste.bait * at.bait
    over = np.maximum(at.fatigue - 4, 0)
    weary = taste.tired * np.log1p(at.tired / 4) + taste.fatigue * over + taste.repeat * at.repeats
    total: F32 = (liking + outside + novelty + manner - weary).astype(np.float32)
    return total


def worth(taste: Taste, at: Situation) -> F32:
    """Return what a media is to the person once it is open [n], in logits.

    The utility without what only leads to opening it: other people's likes, and bait.
    """
    nothing = np.zeros_like(at.likes)
    return utility(taste, at._replace(likes=nothing, bait=nothing))


def click(value: F32, temper: Temper) -> F32:
    """Return the chance [n] that a media that is looked at is opened."""
    return sigmoid(value - 1.38 + temper.clicky)


def after_click(value: F32, temper: Temper, form: U8, seconds: F32) -> dict[Action, F32]:
    """Return the chances ([n] each) of what only somebody who clicked does.

    Following is for those who do not follow the account yet.
    """
    honest = 1.2 * temper.spam
    return {
        Action.LONG_VIEW: long_view(value, form, seconds),
        Action.LIKE: sigmoid(0.55 * value - 5.24 + temper.generous - honest),
        Action.SAVE: sigmoid(0.5 * value - 6.1 + 0.4 * temper.generous + temper.saved - honest),
        Action.SHARE: sigmoid(0.5 * value - 7.75 + 0.3 * temper.generous + temper.shared - honest),
        Action.COMMENT: sigmoid(0.5 * value - 7.2 + temper.talkative + temper.talked - honest),
        Action.PROFILE_VISIT: sigmoid(0.5 * value - 4.86 + 0.2 * temper.account_quality),
        Action.FOLLOW: sigmoid(0.8 * value - 8.75 + 0.4 * temper.account_quality - honest),
    }


def aversion(value: F32, temper: Temper) -> dict[Action, F32]:
    """Return the chances ([n] each) of turning against a media that is looked at."""
    return {
        Action.HIDE: sigmoid(-0.5 * value - 6.9 + 2.6 * temper.spam + temper.violates),
        Action.REPORT: sigmoid(-0.3 * value - 9.1 + 5.4 * temper.spam + 5.8 * temper.violates),
    }


def long_view(value: F32, form: U8, seconds: F32) -> F32:
    """Return the chance [n] that a look lasts `LONG_VIEW_S` (log-logistic); `seconds` is length."""
    share = long_from_s(form, seconds) / (LOOK_S[form] * np.exp(0.35 * value))
    chance: F32 = (1.0 / (1.0 + share**SPREAD)).astype(np.float32)
    return chance


def long_from_s(form: U8, seconds: F32) -> F32:
    """Return the seconds [n] from which a look is a long one."""
    whole = np.where(form == MediaType.VIDEO, 0.9 * seconds, np.inf)
    threshold: F32 = np.minimum(LONG_VIEW_S[form], whole).astype(np.float32)
    return threshold


def look_s(value: F32, form: U8, chance: F32) -> F32:
    """Return how many seconds ([n]) a look lasts, `chance` ([n], 0..1) being its quantile."""
    seconds = LOOK_S[form] * np.exp(0.35 * value) * (chance / (1 - chance)) ** (1 / SPREAD)
    lasted: F32 = seconds.clip(0.5, 180).astype(np.float32)
    return lasted


def examined(position: F32) -> F32:
    """Return the chance [n] that a slot that came on the screen is looked at, by its position."""
    chance: F32 = (1.0 / (1.0 + 0.035 * position)).astype(np.float32)
    return chance
