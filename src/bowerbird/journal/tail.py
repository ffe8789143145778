"""The tail: facts not sealed yet and every id, in SQLite, one blob a batch."""

from __future__ import annotations

import sqlite3
import zlib
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from bowerbird.core.errors import JournalDamaged, JournalError
from bowerbird.core.ids import SPACES, Ids

TABLES = """
CREATE TABLE IF NOT EXISTS batches (first INTEGER PRIMARY KEY, count INTEGER, body BLOB);
CREATE TABLE IF NOT EXISTS ids (
    space INTEGER, row INTEGER, id TEXT, crc INTEGER, PRIMARY KEY (space, row)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS state (
    one INTEGER PRIMARY KEY, next INTEGER, newest INTEGER, ids TEXT, crc INTEGER);
"""
FROM_FORMAT_1 = """
ALTER TABLE ids ADD COLUMN crc INTEGER;
ALTER TABLE state ADD COLUMN ids TEXT;
ALTER TABLE state ADD COLUMN crc INTEGER;
UPDATE ids SET crc = checksum(space, row, id);
"""


def checksum(*values: object) -> int:
    """Return what is kept beside values in SQLite, which itself has no checksums."""
    return zlib.crc32("/".join(map(str, values)).encode(errors="surrogatepass"))


@dataclass(frozen=True, slots=True)
class Blob:
    """One stored batch."""

    first: int
    count: int
    body: bytes


@dataclass(frozen=True, slots=True)
class State:
    """What one read transaction saw.

    Attributes:
        next: the offset after the last fact.
        newest: newest known time of any fact, epoch ms; 0 for none.
        ids: the ids from the rows asked for on, by space in the order of `SPACES`.
    """

    next: int
    newest: int
    ids: tuple[list[str], ...]


@dataclass(frozen=True, slots=True)
class News:
    """Ids that are to be stored: of each space the rows `since[i] .. until[i] - 1`."""

    ids: Ids
    since: Sequence[int]
    until: Sequence[int]

    def rows(self) -> Iterator[tuple[int, int, str]]:
        """Yield number of the space, row and id."""
        for space, name in enumerate(SPACES):
            first, last = self.since[space], self.until[space]
            news = getattr(self.ids, name).since(first)[: last - first]
            yield from ((space, row, id) for row, id in enumerate(news, first))


class Tail:
    """A connection to the tail; not safe to share between threads without a lock around it."""

    def __init__(self, path: Path, *, write: bool) -> None:
        """Open the tail at `path`, making it when `write` and there is none.

        Raises:
            JournalDamaged: the file is no SQLite database.
            JournalError: it cannot be opened.
        """
        self._path = path
        with self._explained("open"):
            mode = "rwc" if write else "ro"
            self._sql = sqlite3.connect(
                f"{path.resolve().as_uri()}?mode={mode}",
                uri=True,
                isolation_level=None,
                check_same_thread=False,
            )
            if write:
                self._sql.execute("PRAGMA journal_mode=WAL")
                self._sql.execute("PRAGMA synchronous=FULL")
                self._sql.executescript(TABLES)
                self._begin()
            columns = self._sql.execute("SELECT * FROM state LIMIT 0").description
            self._summed = len(columns) > 3  # those of format 1 have no checksums

    def close(self) -> None:
        """Close the connection."""
        self._sql.close()

    def _begin(self) -> None:
        """Bring a new tail, or one of format 1, to where `state` can be asked."""
        with self._transaction("BEGIN IMMEDIATE"):
            if len(self._sql.execute("SELECT * FROM state LIMIT 0").description) == 3:
                self._sql.create_function("checksum", -1, checksum, deterministic=True)
                for statement in FROM_FORMAT_1.split(";"):
                    self._sql.execute(statement)
            self._sql.execute("INSERT OR IGNORE INTO state VALUES (1, 0, 0, NULL, NULL)")
            next_, newest, crc = self._sql.execute("SELECT next, newest, crc FROM state").fetchone()
            if crc is None:
                count = "SELECT count(*) FROM ids WHERE space = ?"
                spaces = range(len(SPACES))
                ids = [self._sql.execute(count, (s,)).fetchone()[0] for s in spaces]
                self._put_state(next_, newest, ids)

    def _put_state(self, next_: int, newest: int, ids: Sequence[int]) -> None:
        told = ",".join(map(str, ids))
        crc = checksum(next_, newest, told)
        update = "UPDATE state SET next = ?, newest = ?, ids = ?, crc = ?"
        self._sql.execute(update, (next_, newest, told, crc))

    def state(self, known: Sequence[int]) -> State:
        """Return the state, with the ids that follow the first `known[i]` of space i.

        Raises:
            JournalDamaged: something in it is not what was written.
        """
        with self._explained("read"), self._transaction("BEGIN"):
            row = self._sql.execute("SELECT * FROM state").fetchone()
            if row is None or (self._summed and checksum(*row[1:4]) != row[4]):
                raise JournalDamaged(f"{self._path} does not match the checksum of its state")
            ids = tuple(self._ids(space, since) for space, since in enumerate(known))
            chain = self._sql.execute("SELECT first, count FROM batches ORDER BY first").fetchall()
        self._require_whole(row, known, ids, chain)
        return State(row[1], row[2], ids)

    def _ids(self, space: int, since: int) -> list[str]:
        columns = "row, id, crc" if self._summed else "row, id"
        select = f"SELECT {columns} FROM ids WHERE space = ? AND row >= ? ORDER BY row"
        found = self._sql.execute(select, (space, since)).fetchall()
        for at, (row, id, *crc) in enumerate(found, since):
            if row != at or type(id) is not str or (crc and checksum(space, row, id) != crc[0]):
                raise JournalDamaged(f"{self._path} has no whole id at row {at} of {SPACES[space]}")
        return [id for _, id, *_ in found]

    def _require_whole(
        self,
        row: tuple[object, ...],
        known: Sequence[int],
        ids: Sequence[Sequence[str]],
        chain: Sequence[tuple[int, int]],
    ) -> None:
        told = [int(n) for n in str(row[3]).split(",")] if self._summed else []
        for space, expected in zip(SPACES, told, strict=False):
            at = SPACES.index(space)
            if known[at] <= expected != known[at] + len(ids[at]):
                raise JournalDamaged(f"{self._path} has lost ids of {space}: {expected} were given")
        stops = [first + count for first, count in chain]
        if stops[:-1] != [first for first, _ in chain[1:]] or (stops and stops[-1] != row[1]):
            raise JournalDamaged(f"{self._path} lacks facts between its batches, or after them")

    def append(self, blobs: Sequence[Blob], news: News, newest: int) -> None:
        """Commit batches, and the ids they name first; durable on return.

        Raises:
            JournalError: nothing of it was written.
        """
        stop = blobs[-1].first + blobs[-1].count
        rows = [(blob.first, blob.count, blob.body) for blob in blobs]
        with self._explained("write"), self._transaction("BEGIN IMMEDIATE"):
            self._sql.executemany("INSERT INTO batches VALUES (?, ?, ?)", rows)
            self._set(news, stop, newest)

    def advance(self, stop: int, news: News, newest: int) -> None:
        """Note that the facts before `stop` are sealed: with their ids, and without a copy here.

        Raises:
            JournalError: nothing of it was written.
        """
        with self._explained("write"), self._transaction("BEGIN IMMEDIATE"):
            self._sql.execute("DELETE FROM batches WHERE first < ?", (stop,))
            (next_,) = self._sql.execute("SELECT next FROM state").fetchone()
            self._set(news, max(stop, next_), newest)

    def _set(self, news: News, stop: int, newest: int) -> None:
        rows = ((*row, checksum(*row)) for row in news.rows())
        self._sql.executemany("INSERT INTO ids VALUES (?, ?, ?, ?)", rows)
        self._put_state(stop, newest, news.until)

    def copy_to(self, path: Path) -> None:
        """Copy everything as one transaction sees it into a new file, while others write."""
        with self._explained("copy"), closing(sqlite3.connect(path)) as copy:
            self._sql.backup(copy, pages=4096)

    def shrink(self) -> None:
        """Give the room of what was sealed back to the disk."""
        with self._explained("shrink"):
            self._sql.execute("VACUUM")
            self._sql.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()

    def check(self) -> str:
        """Return what SQLite finds wrong with its file; empty when nothing is."""
        with self._explained("read"):
            (found,) = self._sql.execute("PRAGMA quick_check(1)").fetchone()
        return "" if found == "ok" else str(found)

    def drop_below(self, offset: int) -> None:
        """Delete the batches before `offset`; they are sealed."""
        with self._explained("write"), self._transaction("BEGIN IMMEDIATE"):
            self._sql.execute("DELETE FROM batches WHERE first < ?", (offset,))

    def blobs(self, offset: int, facts: int) -> list[Blob]:
        """Return consecutive batches from the one holding `offset` on, until `facts` are in."""
        found: list[Blob] = []
        with self._explained("read"):
            cursor = self._sql.execute(
                "SELECT first, count, body FROM batches WHERE first >= "
                "(SELECT max(first) FROM batches WHERE first <= ?) ORDER BY first",
                (offset,),
            )
            for row in cursor:
                found.append(Blob(*row))
                if found[-1].first + found[-1].count >= offset + facts:
                    break
            cursor.close()
        return found

    def all_blobs(self) -> Iterator[Blob]:
        """Yield every batch, in order."""
        with self._explained("read"):
            for row in self._sql.execute("SELECT first, count, body FROM batches ORDER BY first"):
                yield Blob(*row)

    @contextmanager
    def _transaction(self, begin: str) -> Iterator[None]:
        self._sql.execute(begin)
        try:
            yield
            self._sql.execute("COMMIT")
        except BaseException:
            if self._sql.in_transaction:
                self._sql.execute("ROLLBACK")
            raise

    @contextmanager
    def _explained(self, verb: str) -> Iterator[None]:
        try:
            yield
        except sqlite3.OperationalError as error:
            raise JournalError(
                f"cannot {verb} {self._path}: {error}",
                "see that the disk has room and that the folder may be written to",
            ) from error
        except sqlite3.DatabaseError as error:
            raise JournalDamaged(f"{self._path} cannot be read: {error}") from error
