"""The tail: facts not sealed yet and every id, in SQLite, one blob a batch."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from bowerbird.core.errors import JournalDamaged, JournalError
from bowerbird.core.ids import SPACES, Ids
from bowerbird.core.texts import Texts, joined
from bowerbird.journal.names import Names
from bowerbird.journal.rows_of_ids import checksum, rows_of_ids

TABLES = """
CREATE TABLE IF NOT EXISTS batches (first INTEGER PRIMARY KEY, count INTEGER, body BLOB);
CREATE TABLE IF NOT EXISTS names (
    space INTEGER, first INTEGER, count INTEGER, body BLOB, PRIMARY KEY (space, first));
CREATE TABLE IF NOT EXISTS state (
    one INTEGER PRIMARY KEY, next INTEGER, newest INTEGER, ids TEXT, crc INTEGER);
"""
FROM_FORMAT_1 = """
ALTER TABLE state ADD COLUMN ids TEXT;
ALTER TABLE state ADD COLUMN crc INTEGER;
"""
MANY = 65_536
"""Ids of one blob; those of fewer are made one of when there are `TOO_MANY_BLOBS` of them."""

TOO_MANY_BLOBS = 16


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
    ids: tuple[Texts, ...]


@dataclass(frozen=True, slots=True)
class News:
    """Ids that are to be stored: of each space the rows `since[i] .. until[i] - 1`."""

    ids: Ids
    since: Sequence[int]
    until: Sequence[int]

    def blobs(self) -> Iterator[Names]:
        """Yield the ids as they are stored."""
        spans = zip(self.ids.tables(), self.since, self.until, strict=True)
        for space, (table, first, last) in enumerate(spans):
            if last > first:
                yield Names.of(space, first, table.texts(first, last))


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
            log = path.with_name(path.name + "-wal")
            if not write and not os.access(path.parent, os.W_OK) and not log.exists():
                mode = "ro&immutable=1"  # on a read-only disk SQLite cannot make its shared memory
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
        """Bring a new tail, or one of an earlier format, to where `state` can be asked."""
        with self._transaction("BEGIN IMMEDIATE"):
            if len(self._sql.execute("SELECT * FROM state LIMIT 0").description) == 3:
                for statement in FROM_FORMAT_1.split(";"):
                    self._sql.execute(statement)
            if self._has_rows_of_ids():
                for space in range(len(SPACES)):
                    self._put_names(_cut(space, rows_of_ids(self._sql, space, 0, self._path)))
                self._sql.execute("DROP TABLE ids")
            self._sql.execute("INSERT OR IGNORE INTO state VALUES (1, 0, 0, NULL, NULL)")
            next_, newest, crc = self._sql.execute("SELECT next, newest, crc FROM state").fetchone()
            if crc is None:
                count = "SELECT coalesce(sum(count), 0) FROM names WHERE space = ?"
                spaces = range(len(SPACES))
                ids = [self._sql.execute(count, (s,)).fetchone()[0] for s in spaces]
                self._put_state(next_, newest, ids)

    def _has_rows_of_ids(self) -> bool:
        """Return whether this is a tail of format 1 or 2."""
        query = "SELECT count(*) FROM sqlite_master WHERE name = 'ids'"
        return bool(self._sql.execute(query).fetchone()[0])

    def _put_names(self, blobs: Iterable[Names]) -> None:
        rows = ((b.space, b.first, b.count, b.body) for b in blobs)
        self._sql.executemany("INSERT INTO names VALUES (?, ?, ?, ?)", rows)

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

    def _ids(self, space: int, since: int) -> Texts:
        if self._has_rows_of_ids():
            return rows_of_ids(self._sql, space, since, self._path)
        select = (
            "SELECT space, first, count, body FROM names WHERE space = ? AND first + count > ? "
            "ORDER BY first"
        )
        parts: list[Texts] = []
        expected = since
        for row in self._sql.execute(select, (space, since)).fetchall():
            names = Names(*row)
            texts = names.texts()
            if texts is None or names.first > expected or (parts and names.first != expected):
                told = f"{self._path} has no whole ids at row {expected} of {SPACES[space]}"
                raise JournalDamaged(told)
            parts.append(texts[expected - names.first :])
            expected = names.first + names.count
        return joined(parts) if parts else Texts.of([])

    def _gather_names(self, space: int) -> None:
        """Make one of the newest blobs of ids where there are many small ones."""
        select = "SELECT space, first, count, body FROM names WHERE space = ? ORDER BY first DESC"
        small: list[Names] = []
        for row in self._sql.execute(select, (space,)):
            if Names(*row).count >= MANY:
                break
            small.insert(0, Names(*row))
        if len(small) < TOO_MANY_BLOBS:
            return
        first = small[0].first
        texts = self._ids(space, first)
        self._sql.execute("DELETE FROM names WHERE space = ? AND first >= ?", (space, first))
        self._put_names(_cut(space, texts, first))

    def _require_whole(
        self,
        row: tuple[object, ...],
        known: Sequence[int],
        ids: Sequence[Texts],
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
            for space in range(len(SPACES)):
                self._gather_names(space)

    def _set(self, news: News, stop: int, newest: int) -> None:
        self._put_names(news.blobs())
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


def _cut(space: int, texts: Texts, first: int = 0) -> Iterator[Names]:
    """Yield the ids from row `first` on in blobs of `MANY`."""
    for at in range(0, len(texts), MANY):
        yield Names.of(space, first + at, texts[at : at + MANY])
