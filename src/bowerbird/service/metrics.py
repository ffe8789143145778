"""What a server counts, in the format of Prometheus."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST

from bowerbird.core.page import Page

SECONDS = (0.001, 0.002, 0.003, 0.005, 0.0075, 0.01, 0.015, 0.025, 0.05, 0.1, 0.25, 1.0)
"""Upper bounds of the histogram of page times, around the 5 ms that a page should take."""

CONTENT_TYPE = CONTENT_TYPE_LATEST


class Metrics:
    """The counters of one server, in a registry of their own."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.pages = self._count("bowerbird_pages", "pages answered")
        self.slots = self._count("bowerbird_slots", "slots filled, of all pages")
        self.fallback = self._count("bowerbird_fallback_slots", "slots the program left empty")
        self.lost = self._count("bowerbird_exposures_lost", "exposures that were not journaled")
        self.events = self._count("bowerbird_facts", "facts accepted over HTTP")
        self.duplicates = self._count("bowerbird_duplicates", "facts that were there already")
        self.rejected = Counter(
            "bowerbird_rejected", "rows refused", ["reason"], registry=self.registry
        )
        self.errors = Counter(
            "bowerbird_errors", "answers of 400 and over", ["status"], registry=self.registry
        )
        self.seconds = Histogram(
            "bowerbird_page_seconds",
            "time to make a page, in the engine",
            registry=self.registry,
            buckets=SECONDS,
        )
        self.share = Gauge(
            "bowerbird_fallback_share", "fallback slots over all slots", registry=self.registry
        )
        self.offset = Gauge("bowerbird_fold_offset", "next fact to fold", registry=self.registry)
        self.version = Gauge("bowerbird_version", "Version serving", registry=self.registry)
        self._filled = self._fell = 0

    def _count(self, name: str, what: str) -> Counter:
        return Counter(name, what, registry=self.registry)

    def page(self, page: Page) -> None:
        """Count one page."""
        fell = sum(item.fallback for item in page.items)
        self.pages.inc()
        self.slots.inc(len(page.items))
        self.fallback.inc(fell)
        self.seconds.observe(page.took_ms / 1000)
        self._filled, self._fell = self._filled + len(page.items), self._fell + fell
        self.share.set(self._fell / max(self._filled, 1))

    def text(self, *, offset: int, version: int) -> bytes:
        """Return all of it as text, the two gauges as they stand."""
        self.offset.set(offset)
        self.version.set(version)
        return generate_latest(self.registry)
