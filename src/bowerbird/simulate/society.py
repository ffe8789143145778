"""What a society is made of: its size, its mix of people, and the weights of their taste."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from bowerbird.core.errors import ConfigError, did_you_mean
from bowerbird.simulate.topics import BRANCHES

HOUR = 3_600_000
DAY = 24 * HOUR
"""Milliseconds."""

ENDS = 1_772_323_200_000
"""2026-03-01T00:00:00Z, when every run ends unless told otherwise: a run needs no clock."""

MAIN = 2
"""A person's main interests are the `MAIN` strongest; the others are side interests."""


@dataclass(frozen=True, slots=True)
class Taste:
    """Weights of the utility, as logits; `choice.utility` says how they combine."""

    affinity: float = 3.9
    mood: float = 1.6
    quality: float = 0.50
    proof: float = 0.18
    fresh: float = 0.5
    hour: float = 0.30
    tired: float = 0.3
    fatigue: float = 0.22
    repeat: float = 0.45
    media_type: float = 0.45
    bait: float = 0.7


CARELESS = Taste(affinity=0, mood=0, hour=0, tired=0, fatigue=0, repeat=0, media_type=0)
"""Nobody cares for topics or forms: what is good is good for all (the null world)."""


@dataclass(frozen=True, slots=True)
class Society:
    """A society before it has lived; equal societies and seeds give equal facts.

    Attributes:
        name: of the preset, kept in the truth.
        people: who look; a tenth of them sign up mid-run.
        accounts: that post; an eighth of them are born mid-run.
        media: posted in all, over `backlog` and `days`.
        days: of sessions.
        backlog: days before the first session from which media are already there.
        branches: of the tree of topics; small societies have fewer, so that accounts meet.
        sessions: mean sessions a person a day; heavy-tailed over people.
        spammers: share of accounts.
        breakers: share of accounts some of whose media break the app's policy.
        newborn: topics that are born mid-run.
        ends: epoch ms at which the last day ends, a midnight.
        taste: of everyone; `CARELESS` is the null world.
        shuffled: deal the topics of media out anew among all media, and those of the directory at
            the sign-up among all accounts: then no account is about anything.
    """

    name: str
    people: int
    accounts: int
    media: int
    days: int = 14
    backlog: int = 3
    branches: int = BRANCHES
    sessions: float = 0.72
    spammers: float = 0.02
    breakers: float = 0.04
    newborn: int = 3
    ends: int = ENDS
    taste: Taste = field(default_factory=Taste)
    shuffled: bool = False

    def __post_init__(self) -> None:
        if not 1 <= self.branches <= BRANCHES:
            raise ConfigError(f"branches are 1 to {BRANCHES}, got {self.branches}")
        for name in ("people", "accounts", "media", "days", "backlog"):
            if getattr(self, name) < 1:
                raise ConfigError(f"a society needs {name} >= 1, got {getattr(self, name)}")

    @property
    def starts(self) -> int:
        """Epoch ms of the first day of sessions."""
        return self.ends - self.days * DAY


PRESETS: Mapping[str, Society] = {
    "tiny": Society(
        "tiny", people=60, accounts=80, media=600, days=4, branches=3, sessions=1.2, newborn=1
    ),
    "small": Society("small", people=2_000, accounts=3_000, media=60_000),
    "medium": Society("medium", people=35_000, accounts=20_000, media=300_000),
    "large": Society("large", people=1_000_000, accounts=100_000, media=1_000_000, sessions=0.25),
}
"""Frozen: a test knows the hash of each. A change to one changes every figure measured on it."""


def preset(name: str) -> Society:
    """Return the society called `name`.

    Raises:
        ConfigError: there is none.
    """
    if name not in PRESETS:
        raise ConfigError(f"no society is called {name!r}", did_you_mean(name, PRESETS))
    return PRESETS[name]
