"""The exposure fact: what a person was shown, and how to show it again."""

from __future__ import annotations

import msgspec

from bowerbird.core.page import Page


def exposure_row(page: Page) -> dict[str, object]:
    """Return the row that journals `page`; the same page twice is one exposure."""
    return {
        "kind": "exposure",
        "event_id": f"exposure:{page.request_id}",
        "request_id": page.request_id,
        "user_id": page.user_id,
        "ts": page.now,
        "slate": list(page.recipe.slate),
        "recipe": msgspec.to_builtins(page.recipe),
    }
