"""What the endpoints share: the engine, the writer, the threads, whether it is ready."""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import ParamSpec, TypeVar

from bowerbird.app.bowerbird import Bowerbird
from bowerbird.core.errors import BowerbirdError, Overloaded, WorldError
from bowerbird.journal.receipt import Receipt
from bowerbird.service.bodies import Row
from bowerbird.service.metrics import Metrics
from bowerbird.service.writer import Writer

LOG = logging.getLogger("bowerbird.service")

P = ParamSpec("P")
R = TypeVar("R")

THREADS = max(4, 2 * (os.cpu_count() or 1))
"""Threads that make pages; kernels and models let go of the GIL."""

WAITING = 512
"""Calls that may wait for a thread; beyond it they are refused."""

FREEZE = 1_000_000
"""Facts that a start after a crash may have to fold, at most; about a second of it."""

WATCH = 1.0
"""Seconds between two looks for a new Version."""


class Runtime:
    """One server's shared state.

    Attributes:
        bb: the engine.
        writable: whether facts and exposures are taken; a look at a folder in read mode is not.
        metrics: what is counted.
        writer: the thread that commits.
        version: number of the Version serving, 0 for none.
        cold: why pages are not warm yet; empty once they are.
    """

    def __init__(self, bb: Bowerbird, *, writable: bool = True) -> None:
        self.bb, self.writable = bb, writable
        self.metrics = Metrics()
        self.writer = Writer(bb, self.metrics)
        self.version = serving(bb)
        self.cold = "the kernels are being warmed"
        self._pool = ThreadPoolExecutor(THREADS, "bowerbird-page")
        self._calls = 0

    @property
    def offset(self) -> int:
        """The next fact to fold: everything before it is in the next page."""
        return self.bb.world.offset

    async def call(self, function: Callable[P, R], *args: P.args, **options: P.kwargs) -> R:
        """Run `function` in the pool and return what it returns.

        Raises:
            Overloaded: too many calls wait.
        """
        if self._calls >= WAITING:
            raise Overloaded(f"{self._calls} requests wait", "try again later")
        self._calls += 1
        try:
            loop = asyncio.get_running_loop()
            return await loop.run_in_executor(self._pool, partial(function, *args, **options))
        finally:
            self._calls -= 1

    async def append(self, rows: Sequence[Row]) -> Receipt:
        """Return the receipt of `rows` once they are durable and folded."""
        receipt = await asyncio.wrap_future(self.writer.submit(rows))
        self.metrics.events.inc(receipt.accepted)
        self.metrics.duplicates.inc(receipt.duplicates)
        for reject in receipt.rejected:
            self.metrics.rejected.labels(reject.reason).inc()
        return receipt

    def warm_up(self) -> None:
        """Make a page for nobody and for someone known, so that no request waits for it."""
        self.bb.warm()
        users = self.bb.journal.ids.users
        if len(users):
            self.bb.explore(users.id(0))
        self.cold = ""

    def ready(self) -> tuple[bool, str]:
        """Return whether to send requests here, and why not."""
        trouble = self.cold or self._unwritable()
        return (False, trouble) if trouble else self.bb.ready()

    def _unwritable(self) -> str:
        """Return why facts cannot be written: the last commit failed and the disk still refuses.

        Without the second look a server that is sent no requests would never recover.
        """
        if self.writer.trouble and _takes_bytes(self.bb.path):
            self.writer.trouble = ""
        return self.writer.trouble

    async def watch(self) -> None:
        """Swap in each newly published Version, and freeze now and then, while the server lives."""
        while True:
            await asyncio.sleep(WATCH)
            try:
                if await self.call(self.bb.refresh_version):
                    self.version = await self.call(serving, self.bb)
                    LOG.info("version %d serves from now on", self.version)
            except (BowerbirdError, OSError) as error:
                LOG.warning("no new version was swapped in: %s", error)
            try:
                if self.writable:
                    await self.call(self.bb.freeze, FREEZE)
            except WorldError as error:  # the one before is still there; a crash costs time
                LOG.warning("the World was not frozen: %s", error)

    def close(self) -> None:
        """Write what waits and end the threads; the engine stays open."""
        self.writer.stop()
        self._pool.shutdown()


def serving(bb: Bowerbird) -> int:
    """Return the number of the Version that serves, 0 for none."""
    return next((v.number for v in bb.versions() if v.current), 0)


def _takes_bytes(folder: Path) -> bool:
    """Return whether the disk of `folder` has room for a small commit."""
    try:
        with NamedTemporaryFile(dir=folder, prefix="probe-") as probe:
            probe.write(bytes(1 << 20))
            probe.flush()
            os.fsync(probe.fileno())
    except OSError:
        return False
    return True
