"""Rows as they come, checked column by column, into a draft; what cannot be read is told why."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from bowerbird.core.facts import UNKNOWN, FactKind, Flag
from bowerbird.journal import values
from bowerbird.journal.draft import ABSENT, Draft, blank
from bowerbird.journal.hashing import derived, hashes64, identities
from bowerbird.journal.receipt import Reject, RejectReason
from bowerbird.journal.schema import BITS, KINDS, SCHEMAS, Field, Parse, Schema

RawRow = Mapping[str, object]

DAY = 86_400_000
MOST_DETAILS = 262_144
"""Bytes of JSON a fact may carry."""


@dataclass(frozen=True, slots=True)
class Checked:
    """What `check` found.

    Attributes:
        draft: the good rows, in order, each followed by the facts that came with it.
        faults: position of a bad row -> the first thing wrong with it.
    """

    draft: Draft
    faults: Mapping[int, RejectReason]


def check(
    rows: Sequence[object], *, now: int, untimed: int, kind: FactKind | None = None
) -> Checked:
    """Read rows; none of them can make this fail.

    Args:
        rows: mappings; anything else is a fault.
        now: wall time in epoch ms; a time more than a day later is a fault.
        untimed: the time of an account that has none, epoch ms; it counts as not known.
        kind: of rows without a `kind`.
    """
    reading = _Reading(rows)
    for group, positions in reading.by_kind(kind).items():
        reading.read(group, np.array(positions))
    reading.refuse_future(now)
    reading.write_details()
    reading.recognise()
    reading.fill_times(untimed)
    return Checked(reading.draft(), reading.faults)


class _Reading:
    """The state of one `check`: columns over all rows, filled kind by kind and field by field."""

    def __init__(self, rows: Sequence[object]) -> None:
        self.faults: dict[int, RejectReason] = {}
        self._rows = rows
        self._columns = blank(len(rows))
        self._columns["flags"][:] = Flag.TIME_KNOWN
        self._details: dict[int, dict[str, object]] = {}
        self._scores: dict[int, list[tuple[str, float]]] = {}

    def by_kind(self, default: FactKind | None) -> dict[FactKind, list[int]]:
        groups: dict[FactKind, list[int]] = {}
        for position, row in enumerate(self._rows):
            if not isinstance(row, Mapping):
                self.faults[position] = RejectReason.NOT_AN_OBJECT
                continue
            word = row.get("kind")
            kind = default if word is None else KINDS.get(word) if type(word) is str else None
            if kind is None:
                self.faults[position] = RejectReason.UNKNOWN_KIND
            else:
                groups.setdefault(kind, []).append(position)
        return groups

    def read(self, kind: FactKind, positions: NDArray[np.intp]) -> None:
        self._columns["kind"][positions] = kind
        schema = SCHEMAS[kind]
        rows: list[RawRow] = [self._rows[position] for position in positions]
        for field in schema.fields:
            self._place(field, positions, self._parsed(field, positions, rows))
        self._require_targets(schema, positions)
        self._keep_attributes(schema, positions.tolist(), rows)
        if kind == FactKind.EXPOSURE:
            self._complete_exposures(positions, rows)

    def _parsed(
        self, field: Field, positions: NDArray[np.intp], rows: Sequence[RawRow]
    ) -> list[Any]:
        name, parse = field.name, field.parse
        given = [row.get(name) for row in rows]
        if not _all_absent(given):
            try:
                given = [None if value is None else parse(value) for value in given]
            except values.Fault:
                given = self._one_by_one(parse, positions, given)
        if field.missing is not None:
            for position, value in zip(positions.tolist(), given, strict=True):
                if value is None:
                    self.faults.setdefault(position, field.missing)
        return given

    def _one_by_one(
        self, parse: Parse, positions: NDArray[np.intp], given: Sequence[object]
    ) -> list[object]:
        parsed: list[object] = []
        for position, value in zip(positions.tolist(), given, strict=True):
            try:
                parsed.append(None if value is None else parse(value))
            except values.Fault as fault:
                self.faults.setdefault(position, fault.reason)
                parsed.append(None)
        return parsed

    def _place(self, field: Field, positions: NDArray[np.intp], parsed: list[Any]) -> None:
        if field.into == "ts":
            self._place_times(positions, parsed)
        elif _all_absent(parsed):
            return
        elif field.into == "flags":
            self._place_bits(BITS[field.name], positions, parsed)
        elif field.into in ("details", "scores"):
            self._gather(field, positions, parsed)
        elif field.into in ("session", "request"):
            self._columns[field.into][positions] = hashes64(parsed)
        else:
            dtype, absent = ABSENT.get(field.into, (np.object_, None))
            filled = (absent if value is None else value for value in parsed)
            self._columns[field.into][positions] = np.fromiter(filled, dtype, len(parsed))

    def _place_times(self, positions: NDArray[np.intp], parsed: list[Any]) -> None:
        times = np.fromiter((value or 0 for value in parsed), np.int64, len(parsed))
        self._columns["ts"][positions] = times
        self._columns["flags"][positions[times == 0]] &= ~np.uint8(Flag.TIME_KNOWN)

    def _place_bits(self, bit: Flag, positions: NDArray[np.intp], parsed: list[Any]) -> None:
        flags = self._columns["flags"]
        yes = positions[np.fromiter((value is True for value in parsed), np.bool_, len(parsed))]
        no = positions[np.fromiter((value is False for value in parsed), np.bool_, len(parsed))]
        flags[no] &= ~np.uint8(bit)
        if bit != Flag.TIME_KNOWN:  # a row cannot make a time known that it did not give
            flags[yes] |= np.uint8(bit)
        if bit == Flag.RECOMMENDABLE:
            flags[yes] |= np.uint8(Flag.RECOMMENDABLE_GIVEN)
            flags[no] |= np.uint8(Flag.RECOMMENDABLE_GIVEN)

    def _gather(self, field: Field, positions: NDArray[np.intp], parsed: list[Any]) -> None:
        for position, value in zip(positions.tolist(), parsed, strict=True):
            if value is None:
                continue
            if field.into == "scores":
                self._scores.setdefault(position, []).append((field.name, value))
            else:
                self._details.setdefault(position, {})[field.name] = value

    def _require_targets(self, schema: Schema, positions: NDArray[np.intp]) -> None:
        if not schema.any_of:
            return
        into = {field.name: field.into for field in schema.fields}
        present = [self._columns[into[name]][positions] for name in schema.any_of]
        given = sum((column != None).astype(np.int8) for column in present)  # noqa: E711  # elementwise
        for position in positions[given == 0].tolist():
            self.faults.setdefault(position, RejectReason.MISSING_ID)
        if schema.only_one:
            for position in positions[given > 1].tolist():
                self.faults.setdefault(position, RejectReason.TOO_MANY_IDS)

    def _keep_attributes(
        self, schema: Schema, positions: Sequence[int], rows: Sequence[RawRow]
    ) -> None:
        covers = schema.names.issuperset
        for position, row in zip(positions, rows, strict=True):
            if not covers(row):
                extra = {k: v for k, v in row.items() if k not in schema.names and v is not None}
                if extra:
                    self._details.setdefault(position, {})["attributes"] = extra

    def _complete_exposures(self, positions: NDArray[np.intp], rows: Sequence[RawRow]) -> None:
        media, items = self._columns["media"], self._columns["items"]
        for position, row in zip(positions.tolist(), rows, strict=True):
            if position in self.faults:
                continue
            self._details.setdefault(position, {})["request_id"] = values.id(row["request_id"])
            if items[position] is None and media[position] is not None:
                items[position] = (media[position],)

    def refuse_future(self, now: int) -> None:
        for position in np.flatnonzero(self._columns["ts"] > now + DAY).tolist():
            self.faults.setdefault(position, RejectReason.FAR_FUTURE_TIME)

    def write_details(self) -> None:
        encode = msgspec.json.Encoder(order="deterministic").encode
        for position, details in self._details.items():
            try:
                content = encode(details)
            except (TypeError, ValueError, RecursionError, msgspec.MsgspecError):
                self.faults.setdefault(position, RejectReason.WRONG_TYPE)
                continue
            if len(content) > MOST_DETAILS:
                self.faults.setdefault(position, RejectReason.TOO_LONG)
            else:
                self._columns["details"][position] = content

    def recognise(self) -> None:
        id_of = Field("event_id", "", values.id)
        rows = [row if isinstance(row, Mapping) else {} for row in self._rows]
        ids = self._parsed(id_of, np.arange(len(rows)), rows)
        self._columns["hashes"] = identities(self._columns, ids)

    def fill_times(self, untimed: int) -> None:
        times = self._columns["ts"]
        times[times == 0] = untimed

    def draft(self) -> Draft:
        whole = Draft(**self._columns)
        good = np.ones(len(whole), np.bool_)
        good[list(self.faults)] = False
        kept = np.flatnonzero(good)
        if not self._scores:
            return whole if good.all() else whole.take(kept)
        facts = [1 + len(self._scores.get(position, ())) for position in kept.tolist()]
        source = np.repeat(kept, np.array(facts, np.int64))
        is_score = np.concatenate([[False], source[1:] == source[:-1]])[: len(source)]
        return self._with_scores(whole.take(source), is_score, kept.tolist())

    def _with_scores(self, draft: Draft, at: NDArray[np.bool_], kept: Sequence[int]) -> Draft:
        found = [score for position in kept for score in self._scores.get(position, ())]
        names = [name for name, _ in found]
        columns = {name: getattr(draft, name) for name in blank(0)}
        is_media = at & (draft.kind == FactKind.MEDIA)
        columns["account"][is_media] = None
        columns["user"][at] = None
        columns["kind"][at] = FactKind.SCORE
        columns["code"][at] = UNKNOWN
        columns["value"][at] = [value for _, value in found]
        columns["name"][at] = np.array(names, np.object_)
        columns["flags"][at] &= np.uint8(Flag.TIME_KNOWN)
        columns["expires"][at] = 0
        columns["items"][at] = None
        columns["details"][at] = None
        columns["hashes"][at] = derived(draft.hashes[at], names)
        columns["derived"][at] = True
        return Draft(**columns)


def _all_absent(given: Sequence[object]) -> bool:
    # By identity: what a caller hands in may be an array, which has no one answer to `==`.
    return not any(value is not None for value in given)


def rejects(rows: Sequence[object], faults: Mapping[int, RejectReason]) -> Iterator[Reject]:
    """Yield the rows at fault, by position, as they came."""
    for position in sorted(faults):
        yield Reject(position + 1, faults[position], text_of(rows[position]))


def text_of(row: object) -> str:
    """Return a row that was not taken as text: JSON where it can be."""
    try:
        return msgspec.json.encode(row).decode()
    except (TypeError, ValueError, RecursionError, msgspec.MsgspecError):
        return repr(row)
