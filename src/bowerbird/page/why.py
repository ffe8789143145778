"""Reasons: one row's provenance, said to a person."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from msgspec import Struct

from bowerbird.core.candidates import (
    SEED,
    SEED_ACTION,
    SEED_MEDIA,
    SIMILARITY,
    SOURCE,
    VIA,
)
from bowerbird.core.facts import NONE, Action
from bowerbird.core.ids import Ids
from bowerbird.core.page import Reason

DID: Mapping[int, str] = {
    Action.VIEW: "watched",
    Action.CLICK: "opened",
    Action.LONG_VIEW: "spent time with",
    Action.LIKE: "liked",
    Action.COMMENT: "commented on",
    Action.SAVE: "saved",
    Action.SHARE: "shared",
    Action.FOLLOW: "followed",
    Action.PROFILE_VISIT: "visited",
}

NAMES: Mapping[int, str] = {int(action): Action(action).name.lower() for action in DID}

EXPLORED = "explore"

ORIGIN = (SOURCE, SEED, SEED_MEDIA, SEED_ACTION, VIA, SIMILARITY)
"""The columns that say where a row came from."""


class Origin(Struct, frozen=True):
    """Where one row came from, as row numbers; NONE for what it did not pass through."""

    source: str
    seed: int
    seed_media: int
    action: int
    via: int
    similarity: float

    @property
    def personal(self) -> bool:
        """Whether something the person did led here."""
        return self.seed != NONE or self.seed_media != NONE

    @staticmethod
    def at(columns: Mapping[str, list[Any]], sources: tuple[str, ...], position: int) -> Origin:
        """Return where row `position` came from; columns a program never made read as absent."""
        source = _cell(columns, SOURCE, position, NONE)
        return Origin(
            source=sources[source] if 0 <= source < len(sources) else "",
            seed=_cell(columns, SEED, position, NONE),
            seed_media=_cell(columns, SEED_MEDIA, position, NONE),
            action=_cell(columns, SEED_ACTION, position, NONE),
            via=_cell(columns, VIA, position, NONE),
            similarity=_cell(columns, SIMILARITY, position, float("nan")),
        )


def _cell(columns: Mapping[str, list[Any]], name: str, position: int, absent: Any) -> Any:
    return columns[name][position] if name in columns else absent


class Names:
    """The ids of rows, each looked up once a page: reasons name the same accounts again and again.

    Attributes:
        account: row -> id.
        media: the same.
        topic: the same.
    """

    def __init__(self, ids: Ids) -> None:
        tables = (ids.accounts, ids.media, ids.topics)
        self.account, self.media, self.topic = (cache(table.id) for table in tables)


def reason(found: Origin, owner: int, names: Names, explored: bool) -> Reason:
    """Return the reason in ids and in one sentence.

    Args:
        found: where the item came from.
        owner: account row of the item's owner, NONE where unknown.
        names: of rows.
        explored: whether an exploration slot drew it.
    """
    known = found.similarity == found.similarity
    return Reason(
        source=EXPLORED if explored else found.source,
        text=_explored() if explored else _sentence(found, owner, names),
        seed_account=names.account(found.seed) if found.seed != NONE else None,
        seed_action=NAMES.get(found.action),
        seed_media=names.media(found.seed_media) if found.seed_media != NONE else None,
        via_account=names.account(found.via) if found.via != NONE else None,
        similarity=round(found.similarity, 4) if known else None,
    )


def _explored() -> str:
    return "New here: you are among the first to see it"


def _sentence(found: Origin, owner: int, names: Names) -> str:
    did = DID.get(found.action, "engaged with")
    if found.seed == NONE and found.seed_media == NONE:
        return "Just posted" if "fresh" in found.source else "Popular right now"
    if found.seed == NONE:
        return f"You {did} {names.media(found.seed_media)}; people who did also went for this"
    seed = names.account(found.seed)
    if owner == found.seed:
        return f"You {did} {seed}, who posted this"
    if found.via not in (NONE, found.seed):
        return f"You {did} {seed}; people drawn to it are drawn to {names.account(found.via)}"
    return f"You {did} {seed}; people who did also went for this"
