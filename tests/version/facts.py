"""Small batches of events, written by hand."""

import numpy as np

from bowerbird.core.facts import DTYPES, NONE, UNKNOWN, Action, FactBatch, FactKind, Flag

DEFAULTS = {
    "kind": FactKind.EVENT,
    "ts": 0,
    "user": NONE,
    "account": NONE,
    "media": NONE,
    "code": UNKNOWN,
    "value": np.nan,
    "name": NONE,
    "flags": Flag.TIME_KNOWN,
    "session": 0,
    "request": 0,
    "position": NONE,
    "surface": NONE,
    "expires": 0,
}


def batch(*facts: dict[str, int], start: int = 0) -> FactBatch:
    """Return the facts, each a dict of what is not the default."""
    columns = {
        name: np.array([fact.get(name, default) for fact in facts], DTYPES[name])
        for name, default in DEFAULTS.items()
    }
    bounds = np.zeros(len(facts) + 1, np.int64)
    return FactBatch(
        start=start,
        **columns,
        items_at=bounds,
        items=np.zeros(0, np.int32),
        details_at=bounds,
        details=np.zeros(0, np.uint8),
    )


def like(user: int, *, account: int = NONE, media: int = NONE, ts: int = 1) -> dict[str, int]:
    return {"code": Action.LIKE, "user": user, "account": account, "media": media, "ts": ts}


def post(media: int, account: int, ts: int = 1) -> dict[str, int]:
    return {"kind": FactKind.MEDIA, "media": media, "account": account, "ts": ts}
