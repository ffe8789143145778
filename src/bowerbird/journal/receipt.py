"""What `append` answers: how many rows were taken, and why the others were not."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from bowerbird.core.facts import FactBatch


class RejectReason(StrEnum):
    """Why a row was not taken; `docs/journal.md` explains each."""

    NOT_JSON = "not_json"
    NOT_AN_OBJECT = "not_an_object"
    NOT_CSV = "not_csv"
    WRONG_COLUMNS = "wrong_columns"
    UNKNOWN_KIND = "unknown_kind"
    UNKNOWN_ACTION = "unknown_action"
    UNKNOWN_CONTROL = "unknown_control"
    UNKNOWN_MEDIA_TYPE = "unknown_media_type"
    MISSING_ID = "missing_id"
    MISSING_TS = "missing_ts"
    MISSING_VALUE = "missing_value"
    TOO_MANY_IDS = "too_many_ids"
    UNREADABLE_TIME = "unreadable_time"
    FAR_FUTURE_TIME = "far_future_time"
    WRONG_TYPE = "wrong_type"
    VALUE_OUT_OF_RANGE = "value_out_of_range"
    TOO_LONG = "too_long"


@dataclass(frozen=True, slots=True)
class Reject:
    """A row that was not taken.

    Attributes:
        line: of the file, or place in the rows given; from 1.
        reason: a `RejectReason`.
        raw: the row as it came, as text.
    """

    line: int
    reason: RejectReason
    raw: str


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of the rows of one group; given only after they are on disk.

    Every row is in exactly one of `accepted`, `duplicates` and `rejected`. A row may become more
    than one fact (integrity scores beside a media), so `stop - start` can exceed `accepted`.

    Attributes:
        start: offset of the first fact.
        stop: offset after the last one.
        batches: the facts themselves, as `Journal.read` gives them.
    """

    accepted: int
    duplicates: int
    rejected: tuple[Reject, ...]
    start: int
    stop: int
    batches: tuple[FactBatch, ...]
