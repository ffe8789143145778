"""Facts as Parquet files, in the columns that anyone's app would hand in."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType

import duckdb
import numpy as np

from bowerbird.simulate.columns import Columns, Naming
from bowerbird.simulate.deeds import Deeds
from bowerbird.simulate.moderation import Labels, Removals
from bowerbird.simulate.town import Town
from bowerbird.simulate.visits import Mutes

PIECE = 1_000_000
"""Events in one file at most."""

EVENTS = """
SELECT printf('e%09d', n) AS event_id, user_id, action, ts,
  if(media < 0, NULL, printf('m%06d', media)) AS media_id,
  account_id,
  if(dwell < 0, NULL, dwell) AS dwell_ms,
  if(told = 0, NULL, printf('s%d', told)) AS session_id,
  if(surface = '', NULL, surface) AS surface,
  if(slot < 0, NULL, slot) AS position,
  if(request = 0, NULL, printf('r%08d', request)) AS request_id
FROM t
"""
ACCOUNTS = "SELECT account_id, ts, user_id, text, string_split(topics, '|') AS topics FROM t"
MEDIA = """
SELECT media_id, account_id, ts, media_type, text, string_split(topics, '|') AS topics,
  if(isnan(seconds), NULL, seconds) AS duration_s, if(expires = 0, NULL, expires) AS expires_at
FROM t
"""
LABELS = """
SELECT policy, violates, ts, if(media < 0, NULL, printf('m%06d', media)) AS media_id, account_id
FROM t
"""
REMOVALS = """
SELECT ts, user_id, account_id, if(media < 0, NULL, printf('m%06d', media)) AS media_id, reason
FROM t
"""


class FactFiles:
    """Writes files below one folder; the same rows give the same bytes."""

    def __init__(self, town: Town, folder: Path) -> None:
        self._naming, self._folder = Naming(town), folder
        folder.mkdir(parents=True, exist_ok=True)
        self._duckdb = duckdb.connect()
        self._duckdb.execute("SET threads = 1")  # more of them would not keep the bytes

    def __enter__(self) -> FactFiles:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self._duckdb.close()

    def write(self, name: str, columns: Columns, select: str = "SELECT * FROM t") -> int:
        """Write `select` of `columns` to file `name`, nothing where there are no rows; return n."""
        count = len(next(iter(columns.values())))
        if count:
            path = str(self._folder / f"{name}.parquet").replace("'", "''")
            self._duckdb.register("t", columns)
            self._duckdb.execute(f"COPY ({select}) TO '{path}' (FORMAT parquet, COMPRESSION zstd)")
            self._duckdb.unregister("t")
        return count

    def events(self, name: str, deeds: Deeds) -> None:
        """Write `deeds`, which have to be in order of time.

        More than `PIECE` go into several files: NAME, NAME-1, NAME-2 and so on.
        """
        for nth, at in enumerate(range(0, len(deeds), PIECE)):
            piece = deeds.take(np.arange(at, min(at + PIECE, len(deeds))))
            self.write(f"{name}-{nth}" if nth else name, self._naming.events(piece), EVENTS)

    def accounts(self) -> None:
        """Write all accounts of the run."""
        self.write("accounts", self._naming.accounts(), ACCOUNTS)

    def media(self, name: str, first: int, last: int) -> None:
        """Write the media posted in `first .. last - 1` (epoch ms, midnights)."""
        self.write(name, self._naming.media(first, last), MEDIA)

    def controls(self, parts: Sequence[Mutes]) -> int:
        """Write who muted whom, by time; return how many."""
        return self.write("controls", self._naming.controls(parts))

    def labels(self, parts: Sequence[Labels]) -> int:
        """Write labels by time; return how many."""
        return self.write("labels", self._naming.labels(parts), LABELS)

    def removals(self, removals: Removals) -> int:
        """Write what was taken down; return how many."""
        return self.write("removals", self._naming.removals(removals), REMOVALS)


def date(ts: int) -> str:
    """Return the day of `ts` as in a file's name."""
    return datetime.fromtimestamp(ts / 1_000, UTC).strftime("%Y-%m-%d")
