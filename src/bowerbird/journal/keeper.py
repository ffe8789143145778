"""The thread that seals and merges, so that nobody waits for it."""

from __future__ import annotations

import threading
from collections.abc import Callable

from bowerbird.core.errors import BowerbirdError


class Keeper:
    """Does `work` in a thread of its own whenever it is called; the thread starts with the first.

    Attributes:
        trouble: why the last round failed; empty after one that went well.
    """

    def __init__(self, work: Callable[[], None]) -> None:
        self._work = work
        self._due = threading.Condition()
        self._wanted = self._stopping = False
        self._thread: threading.Thread | None = None
        self.trouble = ""

    def call(self) -> None:
        """Ask for a round of work; returns at once."""
        with self._due:
            if self._stopping:
                return
            self._wanted = True
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="journal", daemon=True)
                self._thread.start()
            self._due.notify()

    def stop(self) -> None:
        """Let a round that runs come to its end, then end."""
        with self._due:
            self._stopping = True
            self._due.notify()
        if self._thread is not None:
            self._thread.join()

    def _run(self) -> None:
        while True:
            with self._due:
                self._due.wait_for(lambda: self._wanted or self._stopping)
                if self._stopping:
                    return
                self._wanted = False
            try:
                self._work()
            except BowerbirdError as error:  # the facts stay in the tail; the next call tries again
                self.trouble = error.message
            except Exception as error:  # whatever it is, `ready` must hear of it
                self.trouble = f"{type(error).__name__}: {error}"
            else:
                self.trouble = ""
