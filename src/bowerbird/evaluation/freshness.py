"""How new what a page shows is."""

from __future__ import annotations

from collections.abc import Sequence

DAY_MS = 86_400_000


def freshness(posted: Sequence[int], now: int, within: int = DAY_MS) -> float:
    """Return the share of slots whose media was posted at most `within` ms before `now`.

    A media posted at a time nobody told (0) is not fresh. NaN for an empty page.

    Example:
        >>> freshness([0, 1_000, 90_000_000], now=90_000_500)
        0.3333333333333333
    """
    if not posted:
        return float("nan")
    return sum(ts > 0 and now - within <= ts <= now for ts in posted) / len(posted)
