"""The rows of a slate as items: ids, signals, reasons, what a person reads."""

from __future__ import annotations

from itertools import repeat
from typing import Any

import msgspec
import numpy as np

from bowerbird.core.candidates import SCORE, Candidates, Kind
from bowerbird.core.facts import NONE, MediaType
from bowerbird.core.page import Item
from bowerbird.core.signals import Context
from bowerbird.page.reading import Reading
from bowerbird.page.why import Names, origins_of, reason
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
    media = rows.rows.tolist()
    owners, times, types = (
        reading.compute(Kind.MEDIA, name, rows.rows, context).tolist()
        for name in ("account_id", "ts", "media_type")
    )
    topics, details = reading.topics(rows.rows), reading.details(Kind.MEDIA, rows.rows)
    said = reading.ids.topics.known(topic for told in topics for topic in told)
    origins = origins_of(rows, sources)
    names = Names.of(reading.ids, media, owners, origins)
    scores = _numbers(rows, SCORE, [0.0] * len(rows))
    chances = _numbers(rows, PROPENSITY, [1.0] * len(rows))
    columns = (
        media,
        owners,
        map(TYPE_NAMES.get, types, repeat("")),
        times,
        _numbers(rows, VALUE, scores),
        _numbers(rows, PENALTY, [0.0] * len(rows)),
        chances,
        signals_of(rows),
        origins,
        fallen,
        [tuple([said[topic] for topic in told if topic != NONE]) for told in topics],
        map(_said, details),
    )
    items = []
    for position, row in enumerate(zip(*columns, strict=True)):
        one, owner, type, ts, value, penalty, chance, signals, origin, fell, told, words = row
        explored = chance < 1.0
        items.append(
            Item(
                position=position,
                media_id=names.media[one],
                account_id=names.accounts.get(owner, ""),
                media_type=type,
                ts=ts,
                value=value,
                penalty=penalty,
                propensity=chance,
                signals=signals,
                reason=reason(origin, owner, names, explored),
                fallback=fell or not (origin.personal or explored),
                topics=told,
                text=str(words.text or ""),
                url=str(words.url or ""),
            )
        )
    return tuple(items)


def _numbers(rows: Candidates, name: str, absent: list[float]) -> list[float]:
    """Return the cells of a column, as a list, with those of `absent` where there is none."""
    column = rows.columns.get(name)
    if column is None:
        return absent
    cells: list[float] = column.tolist()  # a cell of a column costs ten times as much
    return [a if cell != cell else cell for cell, a in zip(cells, absent, strict=True)]


def signals_of(rows: Candidates) -> list[dict[str, float]]:
    """Return what models predict of each row, for people: six places, none where none ran.

    All numbers in one array: a number at a time they take longer than the items themselves.
    """
    heads = [head for head in HEADS if head in rows.columns]
    if not heads:
        return [{} for _ in range(len(rows))]
    said = np.array([rows.columns[head] for head in heads], np.float64)
    columns = np.round(said, 6).tolist()
    if (said >= 0).all():
        return [dict(zip(heads, row, strict=True)) for row in zip(*columns, strict=True)]
    return [
        {head: value for head, value in zip(heads, row, strict=True) if value >= 0}
        for row in zip(*columns, strict=True)
    ]


class _Said(msgspec.Struct):
    """What a fact says of a media to people; the rest of its JSON is passed over."""

    text: Any = ""
    url: Any = ""


_DECODER = msgspec.json.Decoder(_Said)
_NOTHING = _Said()


def _said(details: bytes) -> _Said:
    return _DECODER.decode(details) if details else _NOTHING
