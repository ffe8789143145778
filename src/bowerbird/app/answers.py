"""What the facade answers, besides a page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from msgspec import Struct


class VersionInfo(Struct, frozen=True):
    """One published Version; times in epoch ms."""

    number: int
    created: int
    offset: int
    newest: int
    metrics: Mapping[str, Any]
    current: bool


class TrainReport(Struct, frozen=True):
    """What training did.

    Attributes:
        version: number published.
        facts: folded.
        examples: rows the ranking learned from.
        seconds: by step, `total` last.
        metrics: what the exam said, by artefact.
    """

    version: int
    facts: int
    examples: int
    seconds: Mapping[str, float]
    metrics: Mapping[str, Any]


class Similar(Struct, frozen=True):
    """An account near another."""

    account_id: str
    similarity: float
    topics: tuple[str, ...]
    posts: int


class Person(Struct, frozen=True):
    """Somebody a page can be made for."""

    user_id: str
    events: int
    last_ts: int
    accounts: tuple[str, ...]


class QueryAnswer(Struct, frozen=True):
    """The rows of a program, in ids."""

    kind: str
    rows: list[dict[str, Any]]
    steps: list[dict[str, Any]]
    warnings: tuple[str, ...]
    offset: int
    version: int
