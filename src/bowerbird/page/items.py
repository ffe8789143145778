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
from bowerbird.page.why import ORIGIN, Names, Origin, reason
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
    signals = signals_of(rows)
    found = _columns(rows, ORIGIN)
    names = Names(reading.ids)
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
                media_id=names.media(row),
                account_id=names.account(owner) if owner != NONE else "",
                media_type=TYPE_NAMES.get(types[position], ""),
                ts=times[position],
                value=_value(numbers, position),
                penalty=_number(numbers, PENALTY, position, 0.0),
                propensity=propensity,
                signals=signals[position],
                reason=reason(origin, owner, names, explored),
                fallback=fallen[position] or not (origin.personal or explored),
                topics=tuple(names.topic(topic) for topic in topics[position] if topic != NONE),
                text=str(said.text or ""),
                url=str(said.url or ""),
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


def signals_of(rows: Candidates) -> list[dict[str, float]]:
    """Return what models predict of each row, for people: six places, none where none ran.

    All numbers in one array: a number at a time they take longer than the items themselves.
    """
    heads = [head for head in HEADS if head in rows.columns]
    if not heads:
        return [{} for _ in range(len(rows))]
    said = np.stack([rows.columns[head] for head in heads], axis=1).astype(np.float64)
    ranked: list[bool] = np.all(said >= 0, axis=1).tolist()
    pairs = zip(np.round(said, 6).tolist(), ranked, strict=True)
    return [
        dict(zip(heads, row, strict=True))
        if known
        else {head: value for head, value in zip(heads, row, strict=True) if value >= 0}
        for row, known in pairs
    ]


class _Said(msgspec.Struct):
    """What a fact says of a media to people; the rest of its JSON is passed over."""

    text: Any = ""
    url: Any = ""


_DECODER = msgspec.json.Decoder(_Said)
_NOTHING = _Said()


def _said(details: bytes) -> _Said:
    return _DECODER.decode(details) if details else _NOTHING
