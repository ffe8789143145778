"""The rows of a slate as items: ids, signals, reasons, what a person reads."""

from __future__ import annotations

from typing import Any

import msgspec

from bowerbird.core.candidates import SCORE, Candidates, Kind
from bowerbird.core.facts import NONE, MediaType
from bowerbird.core.page import Item
from bowerbird.core.signals import Context
from bowerbird.page.reading import Reading
from bowerbird.page.why import ORIGIN, Origin, reason
from bowerbird.ranking.heads import HEADS

VALUE, PENALTY, PROPENSITY = "value", "penalty", "propensity"
NUMBERS = (VALUE, PENALTY, PROPENSITY, SCORE)
TYPE_NAMES = {member.value: member.name.lower() for member in MediaType}


def items_of(
    rows: Candidates,
    sources: tuple[str, ...],
    fallen: tuple[bool, ...],
    reading: Reading,
    context: Context,
) -> tuple[Item, ...]:
    """Return one item a row, in order; `fallen` [k] marks those of the fallback program."""
    owners, times, types = (
        reading.compute(Kind.MEDIA, name, rows.rows, context).tolist()
        for name in ("account_id", "ts", "media_type")
    )
    topics, details = reading.topics(rows.rows), reading.details(Kind.MEDIA, rows.rows)
    numbers = _columns(rows, NUMBERS)  # as lists: a cell of a column costs ten times as much
    heads = _columns(rows, HEADS)
    found = _columns(rows, ORIGIN)
    ids = reading.ids
    items = []
    for position, row in enumerate(rows.rows.tolist()):
        owner = owners[position]
        origin = Origin.at(found, sources, position)
        propensity = _number(numbers, PROPENSITY, position, 1.0)
        explored = propensity < 1.0
        said = _said(details[position])
        items.append(
            Item(
                position=position,
                media_id=ids.media.id(row),
                account_id=ids.accounts.id(owner) if owner != NONE else "",
                media_type=TYPE_NAMES.get(types[position], ""),
                ts=times[position],
                value=_value(numbers, position),
                penalty=_number(numbers, PENALTY, position, 0.0),
                propensity=propensity,
                signals=_signals(heads, position),
                reason=reason(origin, owner, ids, explored),
                fallback=fallen[position] or not (origin.personal or explored),
                topics=tuple(ids.topics.id(topic) for topic in topics[position] if topic != NONE),
                text=said["text"],
                url=said["url"],
            )
        )
    return tuple(items)


Lists = dict[str, list[Any]]
"""Column -> its cells; columns that a program never made are not there."""


def _columns(rows: Candidates, names: tuple[str, ...]) -> Lists:
    return {name: rows.columns[name].tolist() for name in names if name in rows.columns}


def _number(numbers: Lists, name: str, position: int, absent: float) -> float:
    value: float = numbers[name][position] if name in numbers else absent
    return value if value == value else absent


def _value(numbers: Lists, position: int) -> float:
    return _number(numbers, VALUE, position, _number(numbers, SCORE, position, 0.0))


def _signals(heads: Lists, position: int) -> dict[str, float]:
    values = {head: column[position] for head, column in heads.items()}
    return {head: round(value, 6) for head, value in values.items() if value >= 0}


def _said(details: bytes) -> dict[str, str]:
    found: dict[str, Any] = msgspec.json.decode(details) if details else {}
    return {key: str(found.get(key) or "") for key in ("text", "url")}
