"""One writer a journal."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path

from bowerbird.core.errors import JournalLocked


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
            holder = os.read(self._descriptor, 64).decode(errors="replace").strip() or "unknown"
            os.close(self._descriptor)
            raise JournalLocked(
                f"the journal in {path.parent} is being written by process {holder}",
                "send the facts through that process, stop it, or open the journal for reading",
            ) from None
        os.ftruncate(self._descriptor, 0)
        os.pwrite(self._descriptor, f"{os.getpid()}\n".encode(), 0)

    def release(self) -> None:
        """Let the next writer in."""
        os.close(self._descriptor)
