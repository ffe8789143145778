"""`Bowerbird`: one data folder, opened; everything the command line and the server do goes here."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from threading import Lock
from types import TracebackType
from typing import TYPE_CHECKING, Any, Literal, Self

from bowerbird.app.answers import Person, QueryAnswer, Similar, TrainReport, VersionInfo
from bowerbird.app.config import Config, read_config, write_config
from bowerbird.app.live import Live, newest_version
from bowerbird.app.lock import ReadWriteLock
from bowerbird.app.opening import open_folder, programs_of
from bowerbird.app.published import published
from bowerbird.app.query import explain_query, run_query
from bowerbird.app.society import find_people, similar_accounts
from bowerbird.app.tracing import Traces
from bowerbird.app.warming import warm_up
from bowerbird.core.clock import Clock, ClockName, JournalClock, WallClock
from bowerbird.core.facts import FactBatch, FactKind
from bowerbird.core.ids import hash64
from bowerbird.core.page import Page
from bowerbird.igql.check import Diagnostic, check
from bowerbird.igql.explain import Explained
from bowerbird.journal.receipt import Receipt
from bowerbird.page.exposure import exposure_row
from bowerbird.page.make import make_page
from bowerbird.page.programs import Programs
from bowerbird.page.reading import Reading
from bowerbird.page.request import PAGE_SIZE, Request
from bowerbird.version.overlay import catch_up
from bowerbird.version.publish import numbers
from bowerbird.version.version import overlays_of
from bowerbird.world.world import World

if TYPE_CHECKING:  # a server starts without what takes in files, builds programs or learns
    from bowerbird.app.training import Progress
    from bowerbird.igql.builder.streams import Stream
    from bowerbird.journal.ingest import Summary

Row = Mapping[str, object]


class Bowerbird:
    """An app's journal, what is true now, and what was learned.

    Thread-safe: pages share a lock, a fold takes it alone for at most a millisecond of work.

    Attributes:
        path: the data folder.
        config: what its `bowerbird.toml` says.
        journal: opened for writing, or for reading beside a process that writes.
    """

    def __init__(
        self,
        path: Path | str,
        *,
        mode: Literal["write", "read"] = "write",
        clock: Clock | None = None,
        programs: Programs | None = None,
    ) -> None:
        """Open the data folder, made if need be, and fold what its frozen World lacks.

        Where some of its `programs_of` it were compiled already, they are handed over.

        Raises:
            JournalLocked: another process writes to it and `mode` is "write".
            JournalDamaged: a part of the journal is not what its manifest says.
            ConfigError: `bowerbird.toml` cannot be used.
        """
        self.path = Path(path)
        self.config: Config = read_config(self.path)
        self._mode = mode
        self._lock, self._append, self._refresh = ReadWriteLock(), Lock(), Lock()
        self.journal, world, self._thaw_failure = open_folder(self.path, self.config, mode)
        self._live = Live(world, world.offset, patience=self.config.patience_ms / 1_000)
        self.catch_up()
        self._clock = clock or self._own_clock()
        self._programs = programs or programs_of(self.path, self.config)
        self._traces = Traces(self.path, self.journal, self._programs)
        self._version_failure, self._looked_at = "", 0
        self.refresh_version()

    @staticmethod
    def init(path: Path, *, clock: ClockName = ClockName.WALL, program: str = "explore") -> None:
        """Make a data folder with a `bowerbird.toml`; one that is there stays as it is."""
        write_config(path, clock, program)

    def close(self) -> None:
        """Freeze the World, so that the next start is quick, and let the journal go."""
        if self._mode == "write":
            with self._append:
                self._live.freeze_or_warn(self.path / "world")
        self.journal.close()

    def freeze(self, after: int = 0) -> None:
        """Write the World down if `after` facts are new to the last time; pages go on meanwhile."""
        with self._append:
            self._live.freeze(self.path / "world", after)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    @property
    def world(self) -> World:
        """What is true now; changes under you unless you hold no thread but this one."""
        return self._live.world

    def reading(self) -> Reading:
        """Return what a page would read now; for one thread that nobody folds beside."""
        return self._live.reading(self.journal.ids)

    def _own_clock(self) -> Clock:
        if self.config.clock is ClockName.JOURNAL:
            return JournalClock(self._live.world.newest)
        return WallClock()

    def now(self) -> int:
        """Return the time by this journal's clock, epoch ms."""
        return self._clock.now()

    def ready(self) -> tuple[bool, str]:
        """Return whether pages and writes are whole, and why not."""
        if self._live.world.offset < self.journal.end:
            return False, f"folding: at {self._live.world.offset} of {self.journal.end} facts"
        if self.journal.trouble:
            return False, f"the journal cannot seal: {self.journal.trouble}"
        if self._version_failure:
            return False, self._version_failure
        return True, ""

    # What comes in

    def append(self, rows: Sequence[Row]) -> Receipt:
        """Take in rows of facts; they are durable, and the next page's, when this returns.

        Raises:
            JournalError: nothing of them was kept (a full disk, a folder opened for reading).
        """
        return self.append_many([rows])[0]

    def append_many(self, groups: Sequence[Sequence[Row]]) -> list[Receipt]:
        """Take in several callers' rows in one transaction; one receipt a group.

        Raises:
            JournalError: nothing of them was kept.
        """
        with self._append:
            receipts = self.journal.append_many(groups, now=WallClock().now())
            for receipt in receipts:
                for batch in receipt.batches:
                    self._fold(batch)
        return receipts

    def ingest(
        self,
        path: Path,
        *,
        kind: FactKind | None = None,
        progress: Callable[[int], None] | None = None,
    ) -> Summary:
        """Take in a file or a folder of facts; bad rows go to quarantine and are counted."""
        from bowerbird.journal.ingest import ingest

        with self._append:
            now = WallClock().now()
            summary = ingest(
                self.journal, path, kind=kind, now=now, progress=progress, on_batch=self._fold
            )
        self._moved()
        return summary

    def import_dataset(
        self, name: str, source: Path, *, progress: Callable[[int], None] | None = None
    ) -> Summary:
        """Take in a published data set by its importer's name."""
        from bowerbird.journal.importers import import_dataset

        with self._append:
            now = WallClock().now()
            summary = import_dataset(name, self.journal, source, now=now, progress=progress)
            self.catch_up()
        self._moved()
        return summary

    def retry(self, mended: Path | None = None) -> Summary:
        """Take rows of the quarantine again: those of `mended`, or all as they are."""
        from bowerbird.journal.retry import retry

        with self._append:
            summary = retry(self.journal, mended, now=WallClock().now(), on_batch=self._fold)
        self._moved()
        return summary

    def _fold(self, batch: FactBatch) -> None:
        self._live.take(batch, self._lock)

    def catch_up(self) -> None:
        """Fold what the journal holds beyond the World: at start, or beside a writing process."""
        if self._mode == "read":
            self.journal.refresh()
        for batch in self.journal.read(self._live.world.offset):
            self._live.take(batch, self._lock, len(batch))

    def _moved(self) -> None:
        """Let a journal's clock know that its newest fact is a newer one."""
        if isinstance(self._clock, JournalClock):
            self._clock = self._own_clock()

    # What was learned

    def train(
        self, *, until: int | None = None, progress: Progress | None = None, seed: int | None = None
    ) -> TrainReport:
        """Learn from the facts before `until` (epoch ms; all by default) and publish a Version.

        Raises:
            TrainingError: there is too little to learn from, or the training extra is missing.
        """
        from bowerbird.app.training import train

        report = train(
            self.path, self.config, now=self.now(), until=until, progress=progress, seed=seed
        )
        self.refresh_version()
        return report

    def refresh_version(self) -> bool:
        """Swap in a newer Version if one was published; return whether one was.

        The Overlay is folded beside the running one; pages wait only for the last facts. A Version
        that cannot be loaded leaves the one before it in place; `ready` says why.
        """
        with self._refresh:  # else a slow load could take back a later one's swap
            return self._swap()

    def _swap(self) -> bool:
        loaded = self._live.version.number if self._live.version else 0
        published = max(numbers(self.path / "versions"), default=0)
        if published == self._looked_at:
            return False
        version, self._version_failure = newest_version(self.path / "versions", loaded)
        self._looked_at = published
        if version is None:
            return False
        overlays = overlays_of(version)
        catch_up(overlays.values(), self._read, self._live.world.offset)
        with self._append, self._lock.write():
            catch_up(overlays.values(), self._read, self._live.world.offset)
            self._live.version, self._live.overlays = version, overlays
        return True

    def versions(self) -> list[VersionInfo]:
        """Return the published Versions, oldest first."""
        current = self._live.version.number if self._live.version else 0
        return published(self.path / "versions", current)

    def _read(self, start: int, stop: int | None) -> Iterator[FactBatch]:
        return self.journal.read(start, stop)

    # What goes out

    def explore(
        self,
        user: str,
        *,
        now: int | None = None,
        size: int | None = None,
        program: str | None = None,
        params: Mapping[str, float | int | str | bool] | None = None,
        seed: int | None = None,
        request_id: str | None = None,
        cursor: str = "",
    ) -> Page:
        """Return the page of `user`; anybody gets one, also people nobody has heard of.

        Nothing is journaled: `expose` does that, after the answer has left. `request_id` is the
        caller's own name for the page; a new one by default. With the `cursor` of a page it is the
        next one: nothing that the pages before showed is on it.

        Raises:
            NotFound: there is no such program.
            QueryError: the program does not compile, or a param is not its own.
            InputError: the cursor is not one that a page of `user` gave.
        """
        request_id = request_id or uuid.uuid4().hex
        chosen = self._programs.named(program or self.config.programs.page, self.path)
        chosen.ready(params or {})  # a wrong param is the caller's mistake, not a failing part
        request = Request(
            request_id=request_id,
            user_id=user,
            now=self.now() if now is None else now,
            seed=hash64(request_id) >> 1 & 0x7FFF_FFFF if seed is None else seed,
            program=chosen,
            fallback=self._programs.named(self.config.programs.fallback, self.path),
            size=PAGE_SIZE if size is None else size,
            params=params or {},
            cursor=cursor,
        )
        with self._lock.read():
            made = make_page(request, self._live.reading(self.journal.ids))
        self._traces.remember(made)
        return made.page

    def expose(self, *pages: Page) -> Receipt:
        """Journal that people were shown `pages`, with the recipes that make them again."""
        for digest in {d for p in pages for d in (p.recipe.program, p.recipe.fallback_program)}:
            self._programs.keep(digest)
        return self.append([exposure_row(page) for page in pages])

    def trace(self, request_id: str, *, passes: bool = False) -> dict[str, Any]:
        """Return what made a page: its recipe, each operator's rows, the person's newest events.

        With `passes` also which rows each step handed on and which it dropped, and why. That, and
        a page that this process did not make lately, is worked out anew; see `Traces`.

        Raises:
            NotFound: this process made no such page lately and none is in the journal.
        """
        return self._traces.trace(request_id, passes=passes)

    def query(
        self,
        program: str | Stream,
        *,
        user: str | None = None,
        now: int | None = None,
        params: Mapping[str, float | int | str | bool] | None = None,
        limit: int = 100,
        seed: int = 0,
    ) -> QueryAnswer:
        """Run a program, as text or as `bowerbird.igql.builder` makes it; return rows in ids.

        Raises:
            QueryError: it does not compile.
        """
        compiled = self._programs.compiled(str(program))
        at = self.now() if now is None else now
        with self._lock.read():
            reading = self._live.reading(self.journal.ids)
            return run_query(compiled, reading, user, at, params or {}, limit, seed)

    def explain(
        self,
        program: str | Stream,
        *,
        user: str | None = None,
        now: int | None = None,
        params: Mapping[str, float | int | str | bool] | None = None,
        analyze: bool = False,
        rules: bool = False,
    ) -> Explained:
        """Return the plan of a program with its cost; see `igql.explain`."""
        compiled, at = self._programs.compiled(str(program)), self.now() if now is None else now
        with self._lock.read():
            asked = (compiled, self._live.reading(self.journal.ids), user, at, params or {})
            return explain_query(*asked, analyze=analyze, rules=rules)

    def check(self, text: str) -> list[Diagnostic]:
        """Return everything that is wrong or doubtful about a program; nothing when it is fine."""
        return check(text, self._programs.catalog)

    def similar(self, account: str, *, k: int = 20, embedding: str = "default") -> list[Similar]:
        """Return the accounts nearest to `account`, best first.

        Raises:
            NotFound: nobody has named the account.
            VersionError: no such embedding was published yet.
        """
        row = self.journal.ids.accounts.row(account, "account")
        with self._lock.read():
            reading = self._live.reading(self.journal.ids)
            return similar_accounts(row, k, embedding, reading, self._live.world.tables)

    def people(self, *, limit: int = 50, query: str = "") -> list[Person]:
        """Return the busiest people whose id starts with `query`."""
        with self._lock.read():
            reading = self._live.reading(self.journal.ids)
            return find_people(query, limit, reading, self._live.world.tables)

    def warm(self) -> None:
        """Run every kernel of a page once, so that the first request is not the slow one."""
        programs = self.config.programs
        warm_up(
            self._programs.named(programs.page, self.path),
            self._programs.named(programs.fallback, self.path),
        )
        self.explore("", seed=0, now=self.now())
