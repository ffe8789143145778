"""Reasons: one row's provenance, said to a person."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from msgspec import Struct

from bowerbird.core.candidates import (
    SEED,
    SEED_ACTION,
    SEED_MEDIA,
    SIMILARITY,
    SOURCE,
    VIA,
    Candidates,
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

ORIGIN: Mapping[str, float] = {
    SOURCE: NONE,
    SEED: NONE,
    SEED_MEDIA: NONE,
    SEED_ACTION: NONE,
    VIA: NONE,
    SIMILARITY: float("nan"),
}
"""The columns that say where a row came from, in the order of `Origin`, and what is absent."""


class Origin(Struct, frozen=True, gc=False):
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


def origins_of(rows: Candidates, sources: tuple[str, ...]) -> list[Origin]:
    """Return where each row came from; columns a program never made read as absent."""
    n, labels = len(rows), dict(enumerate(sources))
    cells: list[list[Any]] = [
        rows.columns[name].tolist() if name in rows.columns else [absent] * n
        for name, absent in ORIGIN.items()
    ]
    named = [labels.get(source, "") for source in cells[0]]
    return [Origin(*row) for row in zip(named, *cells[1:], strict=True)]


class Names(Struct, frozen=True):
    """The ids of all rows that a page names, looked up together.

    Attributes:
        accounts: row -> id, of owners, seeds and ways.
        media: the same, of the slate and of seeds.
    """

    accounts: Mapping[int, str]
    media: Mapping[int, str]

    @staticmethod
    def of(ids: Ids, media: list[int], owners: list[int], origins: list[Origin]) -> Names:
        """Return the names of `media` and `owners`, and of what their origins name."""
        accounts = {row for found in origins for row in (found.seed, found.via)}
        started = {found.seed_media for found in origins}
        return Names(
            ids.accounts.known(accounts.union(owners)), ids.media.known(started.union(media))
        )


def reason(found: Origin, owner: int, names: Names, explored: bool) -> Reason:
    """Return the reason in ids and in one sentence.

    Args:
        found: where the item came from.
        owner: account row of the item's owner, NONE where unknown.
        names: of the rows of the page.
        explored: whether an exploration slot drew it.
    """
    known = found.similarity == found.similarity
    return Reason(
        source=EXPLORED if explored else found.source,
        text=_explored() if explored else _sentence(found, owner, names),
        seed_account=names.accounts.get(found.seed),
        seed_action=NAMES.get(found.action),
        seed_media=names.media.get(found.seed_media),
        via_account=names.accounts.get(found.via),
        similarity=round(found.similarity, 4) if known else None,
    )


def _explored() -> str:
    return "New here: you are among the first to see it"


def _sentence(found: Origin, owner: int, names: Names) -> str:
    did = DID.get(found.action, "engaged with")
    if found.seed == NONE and found.seed_media == NONE:
        return "Just posted" if "fresh" in found.source else "Popular right now"
    if found.seed == NONE:
        return f"You {did} {names.media[found.seed_media]}; people who did also went for this"
    seed = names.accounts[found.seed]
    if owner == found.seed:
        return f"You {did} {seed}, who posted this"
    if found.via not in (NONE, found.seed):
        return f"You {did} {seed}; people drawn to it are drawn to {names.accounts[found.via]}"
    return f"You {did} {seed}; people who did also went for this"
