"""The rows of a slate as items: ids, signals, reasons, what a person reads."""

from __future__ import annotations

from typing import Any

import msgspec
import numpy as np

from bowerbird.core.candidates import SCORE, Candidates, Kind
from bowerbird.core.facts import NONE, MediaType
from bowerbird.core.page import Item
from bowerbird.core.signals import Context
from bowerbird.page.reading import Reading
from bowerbird.page.why import origin, reason
from bowerbird.ranking.heads import HEADS

VALUE, PENALTY, PROPENSITY = "value", "penalty", "propensity"
TYPE_NAMES = {member.value: member.name.lower() for member in MediaType}


def items_of(
    rows: Candidates,
    sources: tuple[str, ...],
    fallen: tuple[bool, ...],
    reading: Reading,
    context: Context,
) -> tuple[Item, ...]:
    """Return one item a row, in order; `fallen` [k] marks those of the fallback program."""
    owners = reading.compute(Kind.MEDIA, "account_id", rows.rows, context)
    times = reading.compute(Kind.MEDIA, "ts", rows.rows, context)
    types = reading.compute(Kind.MEDIA, "media_type", rows.rows, context)
    ids = reading.ids
    items = []
    for position, row in enumerate(rows.rows.tolist()):
        owner = int(owners[position])
        found = origin(rows, sources, position)
        propensity = _number(rows, PROPENSITY, position, 1.0)
        explored = propensity < 1.0
        said = _said(reading.details(Kind.MEDIA, row))
        items.append(
            Item(
                position=position,
                media_id=ids.media.id(row),
                account_id=ids.accounts.id(owner) if owner != NONE else "",
                media_type=TYPE_NAMES.get(int(types[position]), ""),
                ts=int(times[position]),
                value=_number(rows, VALUE, position, _number(rows, SCORE, position, 0.0)),
                penalty=_number(rows, PENALTY, position, 0.0),
                propensity=propensity,
                signals=_signals(rows, position),
                reason=reason(found, owner, ids, explored),
                fallback=fallen[position] or not (found.personal or explored),
                topics=tuple(ids.topics.id(topic) for topic in reading.topics(row)),
                text=said["text"],
                url=said["url"],
            )
        )
    return tuple(items)


def _number(rows: Candidates, name: str, position: int, absent: float) -> float:
    column = rows.columns.get(name)
    value = absent if column is None else float(column[position])
    return absent if np.isnan(value) else value


def _signals(rows: Candidates, position: int) -> dict[str, float]:
    values = {head: _number(rows, head, position, -1.0) for head in HEADS if head in rows.columns}
    return {head: round(value, 6) for head, value in values.items() if value >= 0}


def _said(details: bytes) -> dict[str, str]:
    found: dict[str, Any] = msgspec.json.decode(details) if details else {}
    return {key: str(found.get(key) or "") for key in ("text", "url")}
