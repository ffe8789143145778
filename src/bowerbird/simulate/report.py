"""What a run made, counted while it ran."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from bowerbird.core.facts import COUNTED, F32, I64, Action
from bowerbird.simulate.deeds import NOWHERE, Deeds

PURPOSEFUL = (
    Action.CLICK,
    Action.LIKE,
    Action.COMMENT,
    Action.SAVE,
    Action.SHARE,
    Action.FOLLOW,
    Action.PROFILE_VISIT,
)
"""Actions that count as engagements when asking how many were off the main interests."""


@dataclass(frozen=True, slots=True)
class Report:
    """The figures of one run.

    Attributes:
        society: name of the preset.
        rows: kind of fact -> how many were written.
        actions: action -> how many, sign-ups included.
        rates: action -> share of impressions, sign-ups left out; long views too.
        off_main: share of engagements whose media is not about a main interest of the person.
        off_main_by: the same by action.
        top_share: share of all likes that the most liked 1 % of media have.
        sessions: how many there were.
        starts: epoch ms of the first day.
        ends: epoch ms at which the last ended.
    """

    society: str
    seed: int
    rows: Mapping[str, int]
    actions: Mapping[str, int]
    rates: Mapping[str, float]
    off_main: float
    off_main_by: Mapping[str, float]
    top_share: float
    sessions: int
    starts: int
    ends: int


class Tally:
    """Counts deeds as they are written."""

    def __init__(self) -> None:
        self.count: I64 = np.zeros(len(Action), np.int64)
        self.shown: I64 = np.zeros(len(Action), np.int64)  # those that a page led to
        self.main: I64 = np.zeros(len(Action), np.int64)
        self.sessions = 0

    def note(self, deeds: Deeds, long: int) -> None:
        """Add `deeds`, of whose views `long` were long ones."""
        led = deeds.surface != NOWHERE
        self.count += np.bincount(deeds.action, minlength=len(Action))
        self.shown += np.bincount(deeds.action[led], minlength=len(Action))
        self.main += np.bincount(deeds.action[led & (deeds.main == 1)], minlength=len(Action))
        self.shown[Action.LONG_VIEW] += long

    def rates(self) -> dict[str, float]:
        """Return action -> share of impressions."""
        per = self.shown / max(1, self.shown[Action.IMPRESSION])
        return {action.name.lower(): float(per[action]) for action in Action if action < COUNTED}

    def off_main(self, actions: tuple[Action, ...]) -> float:
        """Return the share of `actions` off the main interests."""
        return 1 - int(self.main[list(actions)].sum()) / max(
            1, int(self.shown[list(actions)].sum())
        )


def share_of_top(likes: F32) -> float:
    """Return the share of `likes` ([M]) that the most liked 1 % have."""
    top = np.sort(likes)[-max(1, len(likes) // 100) :]
    return float(top.sum() / max(1.0, float(likes.sum())))
