"""Where `now` comes from, asked once a request at the outermost edge."""

from __future__ import annotations

import time
from enum import StrEnum
from typing import Protocol


class ClockName(StrEnum):
    """How a journal tells the time."""

    WALL = "wall"  # a live app
    JOURNAL = "journal"  # an imported or simulated history


class Clock(Protocol):
    """Tells the time in epoch milliseconds; never goes back."""

    def now(self) -> int: ...


class WallClock:
    """The machine's clock."""

    def __init__(self) -> None:
        self._last = 0

    def now(self) -> int:
        self._last = max(self._last, time.time_ns() // 1_000_000)
        return self._last


class JournalClock:
    """The time of the newest fact when opened, moving on at the pace of the machine from there."""

    def __init__(self, newest: int) -> None:
        self._newest, self._opened = newest, time.monotonic_ns()

    def now(self) -> int:
        return self._newest + (time.monotonic_ns() - self._opened) // 1_000_000


class FixedClock:
    """A time somebody named: `--now`, replays, tests."""

    def __init__(self, now: int) -> None:
        self._now = now

    def now(self) -> int:
        return self._now
