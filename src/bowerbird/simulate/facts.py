"""Facts as Parquet files, in the columns that anyone's app would hand in."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any

import duckdb
import numpy as np
from numpy.typing import NDArray

from bowerbird.core.facts import I16, NONE, Action, MediaType
from bowerbird.simulate.captions import captions
from bowerbird.simulate.deeds import SURFACES, Deeds
from bowerbird.simulate.draws import stream
from bowerbird.simulate.media import media_id
from bowerbird.simulate.moderation import Labels, Removals
from bowerbird.simulate.society import DAY
from bowerbird.simulate.town import Town
from bowerbird.simulate.visits import Mutes

PIECE = 1_000_000
"""Events in one file at most."""

Text = NDArray[np.object_]
Columns = dict[str, NDArray[Any]]

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
        self._town, self._folder = town, folder
        folder.mkdir(parents=True, exist_ok=True)
        self._names = named(town.people.name)
        self._handles = named(town.accounts.handle)
        self._actions = named([action.name.lower() for action in Action])
        self._surfaces = named(SURFACES)
        self._events = 0
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

    def write(self, name: str, columns: Columns, select: str = "SELECT * FROM t") -> None:
        """Write `select` of `columns` to file `name`; nothing where there are no rows."""
        if len(next(iter(columns.values()))):
            path = str(self._folder / f"{name}.parquet").replace("'", "''")
            self._duckdb.register("t", columns)
            self._duckdb.execute(f"COPY ({select}) TO '{path}' (FORMAT parquet, COMPRESSION zstd)")
            self._duckdb.unregister("t")

    def events(self, name: str, deeds: Deeds) -> None:
        """Write `deeds`, which have to be in order of time; events are numbered through.

        More than `PIECE` go into several files: NAME, NAME-1, NAME-2 and so on.
        """
        for piece, at in enumerate(range(0, len(deeds), PIECE)):
            rows = deeds.take(np.arange(at, min(at + PIECE, len(deeds))))
            self._events_piece(name if piece == 0 else f"{name}-{piece}", rows)

    def _events_piece(self, name: str, deeds: Deeds) -> None:
        columns = {
            "n": self._events + 1 + np.arange(len(deeds)),
            "user_id": self._names[deeds.person],
            "action": self._actions[deeds.action],
            "ts": deeds.ts,
            "media": deeds.media,
            "account_id": self._handles[deeds.account],
            "dwell": deeds.dwell,
            "told": deeds.told,
            "surface": self._surfaces[deeds.surface],
            "slot": deeds.position,
            "request": deeds.request,
        }
        self._events += len(deeds)
        self.write(name, columns, EVENTS)

    def accounts(self) -> None:
        """Write all accounts of the run."""
        accounts, tree = self._town.accounts, self._town.tree
        leaf = [tree.names[topic].partition("/")[2] for topic in accounts.topics[:, 0].tolist()]
        told = stream(self._town.seed, "about").random(len(leaf)) < 0.5
        about = [
            "" if not tells else f"{name}, mostly" if not spam else "the best deals, every day"
            for name, tells, spam in zip(leaf, told.tolist(), accounts.spam.tolist(), strict=True)
        ]
        columns = {
            "account_id": self._handles[:-1],
            "ts": accounts.born,
            "user_id": self._names[accounts.person],
            "text": or_none(about),
            "topics": or_none(joined(accounts.tags, tree.names)),
        }
        self.write("accounts", columns, ACCOUNTS)

    def media(self, name: str, first: int, last: int) -> None:
        """Write the media posted in `first .. last - 1` (epoch ms)."""
        media, town = self._town.media, self._town
        low, high = np.searchsorted(media.ts, [first, last]).tolist()
        rows = np.arange(low, high, dtype=np.int32)
        text = captions(media, rows, town.tree, stream(town.seed, "captions", first // DAY))
        types = named([form.name.lower() for form in MediaType])
        columns = {
            "media_id": np.array([media_id(row) for row in rows.tolist()], object),
            "account_id": self._handles[media.account[rows]],
            "ts": media.ts[rows],
            "media_type": types[media.form[rows]],
            "text": or_none(text),
            "topics": or_none(joined(media.tag[rows, None], town.tree.names)),
            "seconds": np.round(media.seconds[rows].astype(np.float64), 1),
            "expires": media.expires[rows],
        }
        self.write(name, columns, MEDIA)

    def controls(self, parts: Sequence[Mutes]) -> int:
        """Write who muted whom, by time; return how many."""
        person, account, ts = (np.concatenate(column) for column in zip(*parts, strict=True))
        order = np.argsort(ts, kind="stable")
        order = order[ts[order] < self._town.society.ends]
        columns = {
            "user_id": self._names[person[order]],
            "control": np.full(len(order), "mute", object),
            "ts": ts[order],
            "account_id": self._handles[account[order]],
        }
        self.write("controls", columns)
        return len(order)

    def labels(self, parts: Sequence[Labels]) -> int:
        """Write labels by time; return how many."""
        whole = Labels(*(np.concatenate(column) for column in zip(*parts, strict=True)))
        order = np.argsort(whole.ts, kind="stable")
        columns = {
            "policy": np.where(whole.spam[order], "spam", "policy").astype(object),
            "violates": whole.violates[order],
            "ts": whole.ts[order],
            "media": whole.media[order],
            "account_id": self._handles[whole.account[order]],
        }
        self.write("labels", columns, LABELS)
        return len(order)

    def removals(self, removals: Removals) -> int:
        """Write what was taken down; return how many."""
        columns = {
            "ts": removals.ts,
            "user_id": self._names[removals.person],
            "account_id": self._handles[removals.account],
            "media": removals.media,
            "reason": np.array(removals.reason, object),
        }
        self.write("removals", columns, REMOVALS)
        return len(removals.ts)


def named(names: Iterable[str]) -> Text:
    """Return `names` followed by None, so that the row NONE (-1) is no name."""
    return np.array([*names, None], object)


def or_none(texts: list[str]) -> Text:
    """Return `texts` with None for what is empty."""
    return np.array([text or None for text in texts], object)


def joined(tags: I16, names: tuple[str, ...]) -> list[str]:
    """Return the names of each row of `tags` ([n, k], -1 for none) with `|` between them."""
    return [
        "|".join(dict.fromkeys(names[tag] for tag in row if tag != NONE)) for row in tags.tolist()
    ]


def date(ts: int) -> str:
    """Return the day of `ts` as in a file's name."""
    return datetime.fromtimestamp(ts / 1_000, UTC).strftime("%Y-%m-%d")
