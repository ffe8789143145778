"""Where the rows go that were not taken: one file a load, for a person to look at."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import msgspec

from bowerbird.journal.disk import sync
from bowerbird.journal.receipt import Reject, RejectReason


class Quarantine:
    """Takes the rejects of one load; the file appears with the first of them.

    A file left by an earlier load of the same content is replaced: what it said is said again.

    Attributes:
        counts: rejects so far, by reason.
    """

    def __init__(self, path: Path) -> None:
        self.counts: Counter[RejectReason] = Counter()
        self._path = path
        path.unlink(missing_ok=True)

    @property
    def path(self) -> Path | None:
        """The file; None when nothing was rejected."""
        return self._path if self.counts else None

    def add(self, file: str, rejects: Sequence[Reject]) -> None:
        """Write down rejects of `file`; durable on return."""
        if not rejects:
            return
        self.counts.update(reject.reason for reject in rejects)
        encode = msgspec.json.Encoder().encode
        with self._path.open("ab") as out:
            for reject in rejects:
                entry = {"file": file, "line": reject.line, "reason": reject.reason}
                out.write(encode({**entry, "raw": reject.raw}) + b"\n")
            out.flush()
            os.fsync(out.fileno())
        sync(self._path.parent)
