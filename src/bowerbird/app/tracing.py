"""The trace of a page: where it stood in the journal, what each operator did, what it knew."""

from __future__ import annotations

from typing import Any

import msgspec

from bowerbird.app.query import steps_of
from bowerbird.page.make import Made


def trace_of(made: Made) -> dict[str, Any]:
    """Return the trace as plain values.

    `history` are the person's newest engagements as the page read them, newest first, so that a
    like can be seen to have been felt; `seeds` the accounts that led to its items.
    """
    page = made.page
    return {
        "request_id": page.request_id,
        "offset": page.offset,
        "version": page.version,
        "now": page.now,
        "recipe": msgspec.to_builtins(page.recipe),
        "history": [msgspec.to_builtins(entry) for entry in made.history],
        "seeds": _seeds(made),
        "runs": [steps_of(run) for run in made.runs],
        "warnings": list(page.warnings),
    }


def _seeds(made: Made) -> list[dict[str, Any]]:
    found = {
        (item.reason.seed_account, item.reason.seed_action)
        for item in made.page.items
        if item.reason.seed_account
    }
    return [
        {"account_id": account, "action": action}
        for account, action in sorted(found, key=lambda pair: (pair[0] or "", pair[1] or ""))
    ]
