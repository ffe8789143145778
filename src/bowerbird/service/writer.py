"""The one thread that writes: group commit of what requests append, and of what pages showed."""

from __future__ import annotations

import logging
import threading
from collections import deque
from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import dataclass

from bowerbird.app.bowerbird import Bowerbird
from bowerbird.core.errors import BowerbirdError, JournalError, Overloaded
from bowerbird.core.page import Page
from bowerbird.journal.receipt import Receipt
from bowerbird.service.bodies import Row
from bowerbird.service.metrics import Metrics

LOG = logging.getLogger("bowerbird.service")

WAITING = 200_000
"""Rows that may wait; beyond it a request is refused rather than kept waiting."""

GROUP = 20_000
"""Rows of one transaction, so that pages do not wait long for a fold."""

PAGES = 10_000
"""Exposures that may wait; beyond it the oldest is lost and counted."""

PAGES_A_ROUND = 8
"""Exposures between two group commits, so that neither keeps the other waiting."""


@dataclass(frozen=True, slots=True)
class _Append:
    rows: Sequence[Row]
    done: Future[Receipt]


class Writer:
    """Takes rows and pages from any thread, and commits them from one.

    Attributes:
        trouble: why the last commit failed; empty after one that went well.
    """

    def __init__(self, bb: Bowerbird, metrics: Metrics) -> None:
        self._bb, self._metrics = bb, metrics
        self._appends: deque[_Append] = deque()
        self._pages: deque[Page] = deque()
        self._waiting_rows = 0
        self._stopping = False
        self._work = threading.Condition()
        self._thread = threading.Thread(target=self._run, name="bowerbird-writer", daemon=True)
        self.trouble = ""

    def start(self) -> None:
        """Begin to write."""
        self._thread.start()

    def stop(self) -> None:
        """Write what waits, then end."""
        with self._work:
            self._stopping = True
            self._work.notify()
        if self._thread.is_alive():
            self._thread.join()

    def submit(self, rows: Sequence[Row]) -> Future[Receipt]:
        """Queue `rows`; the future is done when they are durable and folded.

        Raises:
            Overloaded: too many rows wait, or the server is ending.
        """
        job = _Append(rows, Future())
        with self._work:
            if self._stopping or self._waiting_rows + len(rows) > WAITING:
                raise Overloaded(f"{self._waiting_rows} rows wait to be written", "try again later")
            self._appends.append(job)
            self._waiting_rows += len(rows)
            self._work.notify()
        return job.done

    def expose(self, page: Page) -> None:
        """Queue what `page` showed; nobody waits for it."""
        with self._work:
            if len(self._pages) >= PAGES:
                self._pages.popleft()
                self._metrics.lost.inc()
            self._pages.append(page)
            self._work.notify()

    def _run(self) -> None:
        while True:
            appends, pages = self._take()
            if not appends and not pages:
                return
            for page in pages:
                self._expose(page)
            if appends:
                self._commit(appends)

    def _take(self) -> tuple[list[_Append], list[Page]]:
        """Wait for work and return some of it; nothing only when all is written and we stop."""
        with self._work:
            self._work.wait_for(lambda: self._appends or self._pages or self._stopping)
            pages = [self._pages.popleft() for _ in range(min(PAGES_A_ROUND, len(self._pages)))]
            appends: list[_Append] = []
            size = 0
            while self._appends and (not appends or size + len(self._appends[0].rows) <= GROUP):
                appends.append(self._appends.popleft())
                size += len(appends[-1].rows)
            self._waiting_rows -= size
            return appends, pages

    def _commit(self, appends: Sequence[_Append]) -> None:
        try:
            receipts = self._bb.append_many([job.rows for job in appends])
        except Exception as error:  # whatever it is, the requests that wait must hear of it
            failure = self._failed("commit", error)
            for job in appends:
                job.done.set_exception(failure)
            return
        self.trouble = ""
        for job, receipt in zip(appends, receipts, strict=True):
            job.done.set_result(receipt)

    def _expose(self, page: Page) -> None:
        try:
            self._bb.expose(page)
        except Exception as error:  # the answer has left; the thread must outlive it
            self._failed("exposure", error)
            self._metrics.lost.inc()
        else:
            self.trouble = ""

    def _failed(self, what: str, error: Exception) -> BowerbirdError:
        LOG.error("the %s failed: %s", what, error, exc_info=error)
        self.trouble = f"the last {what} failed: {error}"
        if isinstance(error, BowerbirdError):
            return error
        return JournalError(
            f"the journal could not be written: {error}", "nothing of this request was kept"
        )
