"""Reasons: one row's provenance, said to a person."""

from __future__ import annotations

from dataclasses import dataclass

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

DID = {
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

EXPLORED = "explore"


@dataclass(frozen=True, slots=True)
class Origin:
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


def origin(rows: Candidates, sources: tuple[str, ...], position: int) -> Origin:
    """Return where the row at `position` came from; columns a program never made read as absent."""

    def cell(name: str, absent: int) -> int:
        return int(rows.columns[name][position]) if name in rows.columns else absent

    source = cell(SOURCE, NONE)
    similarity = rows.columns.get(SIMILARITY)
    return Origin(
        source=sources[source] if 0 <= source < len(sources) else "",
        seed=cell(SEED, NONE),
        seed_media=cell(SEED_MEDIA, NONE),
        action=cell(SEED_ACTION, NONE),
        via=cell(VIA, NONE),
        similarity=float(similarity[position]) if similarity is not None else float("nan"),
    )


def reason(found: Origin, owner: int, ids: Ids, explored: bool) -> Reason:
    """Return the reason in ids and in one sentence.

    Args:
        found: where the item came from.
        owner: account row of the item's owner, NONE where unknown.
        ids: of the journal.
        explored: whether an exploration slot drew it.
    """
    known = found.similarity == found.similarity
    return Reason(
        source=EXPLORED if explored else found.source,
        text=_explored() if explored else _sentence(found, owner, ids),
        seed_account=ids.accounts.id(found.seed) if found.seed != NONE else None,
        seed_action=Action(found.action).name.lower() if found.action in DID else None,
        seed_media=ids.media.id(found.seed_media) if found.seed_media != NONE else None,
        via_account=ids.accounts.id(found.via) if found.via != NONE else None,
        similarity=round(found.similarity, 4) if known else None,
    )


def _explored() -> str:
    return "New here: you are among the first to see it"


def _sentence(found: Origin, owner: int, ids: Ids) -> str:
    did = DID.get(Action(found.action), "engaged with") if found.action in DID else "engaged with"
    if found.seed == NONE and found.seed_media == NONE:
        return "Just posted" if "fresh" in found.source else "Popular right now"
    if found.seed == NONE:
        return f"You {did} {ids.media.id(found.seed_media)}; people who did also went for this"
    seed = ids.accounts.id(found.seed)
    if owner == found.seed:
        return f"You {did} {seed}, who posted this"
    if found.via not in (NONE, found.seed):
        return f"You {did} {seed}; people drawn to it are drawn to {ids.accounts.id(found.via)}"
    return f"You {did} {seed}; people who did also went for this"
