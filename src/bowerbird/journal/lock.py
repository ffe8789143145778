"""One writer a journal."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path

from bowerbird.core.errors import JournalLocked

PID = 32
"""Bytes for the number of the process; behind them is what was acknowledged."""


def acknowledged(path: Path) -> int:
    """Return how many facts are known to be acknowledged; 0 when nothing is known.

    It is not synced, so after a power cut it may say less than there is, but never more. It tells
    a log of SQLite that lost its end, which SQLite itself takes for one that was never written.
    """
    try:
        return int(path.read_bytes()[PID:] or 0)
    except (OSError, ValueError):
        return 0


class WriteLock:
    """Held from construction to `release`, or until the process ends, however it ends."""

    def __init__(self, path: Path) -> None:
        """Take the lock.

        Raises:
            JournalLocked: somebody else has it; the message names the process.
        """
        self._descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
        try:
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = (
                os.read(self._descriptor, PID).decode(errors="replace").split() or ["unknown"]
            )[0]
            os.close(self._descriptor)
            raise JournalLocked(
                f"the journal in {path.parent} is being written by process {holder}",
                "send the facts through that process, stop it, or open the journal for reading",
            ) from None
        os.pwrite(self._descriptor, f"{os.getpid()}\n".ljust(PID).encode(), 0)

    def note(self, end: int) -> None:
        """Note that the facts before `end` are acknowledged: for `acknowledged`, not for good."""
        os.pwrite(self._descriptor, f"{end:020d}\n".encode(), PID)

    def release(self) -> None:
        """Let the next writer in."""
        os.close(self._descriptor)
