"""What a person gets: items with reasons, and the recipe that gives the same page again."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct


class Reason(Struct, frozen=True, omit_defaults=True):
    """Why an item is here, in ids.

    Attributes:
        source: label of the branch of the program that found it.
        text: one sentence for the person.
        seed_account: the account the person engaged with.
        seed_action: how.
        seed_media: the media, where the hop started from one.
        via_account: the account found near the seed.
        similarity: how near, on that source's own scale.
    """

    source: str
    text: str
    seed_account: str | None = None
    seed_action: str | None = None
    seed_media: str | None = None
    via_account: str | None = None
    similarity: float | None = None


class Item(Struct, frozen=True, gc=False):
    """One slot of a page.

    Attributes:
        position: from 0.
        value: what the value model says, before diversity; the retrieval score where none ran.
        penalty: what diversity took off.
        propensity: chance that this item stood in this slot where it was drawn; 1 where it was not.
        signals: head -> predicted probability.
        fallback: whether nothing the person did led here, and no exploration either.
    """

    position: int
    media_id: str
    account_id: str
    media_type: str
    ts: int
    value: float
    penalty: float
    propensity: float
    signals: Mapping[str, float]
    reason: Reason
    fallback: bool
    topics: tuple[str, ...] = ()
    text: str = ""
    url: str = ""


class Recipe(Struct, frozen=True):
    """What `replay` needs to make the page again, to the bit; journaled as the exposure's details.

    Attributes:
        program: sha256 of the program text, which the data folder keeps under that name.
        fallback_program: the same of the program that fills empty slots.
        params: overrides of the program's params.
        version: number of the Version, 0 for none.
        offset: journal offset the page read.
        now: epoch ms.
        seed: of every random draw.
        user: id of the person.
        size: slots asked for.
        slate: media ids, top slot first.
        fallback: [k] whether nothing the person did led to that slot.
        propensity: [k].
        features: blake2b of the features of the slate, dense [k, F] then sparse [k, S].
        cursor: as it came with the request, empty for a first page.
        late: models that took too long and were done without.
        logged: feature -> [k] values of the features that depend on the Version; training reads
            them here, since the Version of that day is not the one being trained.
    """

    program: str
    fallback_program: str
    params: Mapping[str, float | int | str | bool]
    version: int
    offset: int
    now: int
    seed: int
    user: str
    size: int
    slate: tuple[str, ...]
    fallback: tuple[bool, ...]
    propensity: tuple[float, ...]
    features: str = ""
    cursor: str = ""
    late: tuple[str, ...] = ()
    logged: Mapping[str, tuple[float, ...]] = {}


class Page(Struct, frozen=True):
    """One answer.

    Attributes:
        request_id: names the exposure and its trace.
        offset: every fact before it was read, none from it on.
        warnings: what was missing or degraded.
        cursor: asks for the next page, without anything that this one and those before it showed;
            None where nothing is left.
    """

    request_id: str
    user_id: str
    now: int
    offset: int
    version: int
    items: tuple[Item, ...]
    fallback: bool
    warnings: tuple[str, ...]
    recipe: Recipe
    took_ms: float
    cursor: str | None = None
