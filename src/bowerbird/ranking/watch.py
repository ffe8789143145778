"""Runs of nets that take too long are stopped, so that one slow net costs a page its limit only."""

from __future__ import annotations

from threading import Event, Thread
from time import monotonic, sleep
from typing import Any

EVERY = 0.02
"""Seconds between two looks at what runs."""

IDLE = 100
"""Looks that find nothing before nobody looks any more: waking the thread costs a run more than
being looked at."""


class Watch:
    """One thread that looks at every run in flight; begun with the first run.

    A run costs an entry in a dictionary: no lock, and no waking of the thread while others run.
    """

    def __init__(self) -> None:
        self._runs: dict[int, tuple[float, Any]] = {}
        self._busy, self._begun = Event(), False

    def begin(self, options: Any, seconds: float) -> int:
        """Watch a run with `options` (of ONNX Runtime); return the number to `end` it by."""
        number = id(options)
        self._runs[number] = monotonic() + seconds, options
        if not self._begun:
            self._begun = True
            Thread(target=self._look, name="bowerbird-watch", daemon=True).start()
        if not self._busy.is_set():
            self._busy.set()
        return number

    def end(self, number: int) -> None:
        """Let a run go, stopped or done."""
        del self._runs[number]

    def _look(self) -> None:
        idle = 0
        while True:
            self._busy.wait()
            sleep(EVERY)
            now = monotonic()
            runs = list(self._runs.values())
            for deadline, options in runs:
                if now > deadline:
                    options.terminate = True  # ONNX Runtime looks at it between two nodes
            idle = 0 if runs else idle + 1
            if idle > IDLE:
                idle = 0
                self._busy.clear()
                if self._runs:  # one began in between
                    self._busy.set()


WATCH = Watch()
"""Of this process."""
