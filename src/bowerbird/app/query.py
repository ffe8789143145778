"""Rows of any program, turned into ids for people to look at."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
import numpy as np

from bowerbird.app.answers import QueryAnswer
from bowerbird.core.candidates import SEED, SEED_ACTION, SEED_MEDIA, SOURCE, VIA, Candidates, Kind
from bowerbird.core.facts import NONE, Action
from bowerbird.core.ids import Ids, IdTable
from bowerbird.core.signals import Context
from bowerbird.igql.explain import Explained, explain
from bowerbird.igql.program import Program
from bowerbird.igql.run import Result, run
from bowerbird.page.reading import Reading

ACTION_NAMES = {member.value: member.name.lower() for member in Action}


def run_query(
    program: Program,
    reading: Reading,
    user: str | None,
    now: int,
    params: Mapping[str, float | int | str | bool],
    limit: int,
    seed: int,
) -> QueryAnswer:
    """Run `program` for `user` (nobody when None) and return its first `limit` rows."""
    row = reading.ids.users.find(user) if user is not None else NONE
    result = run(program, reading, Context(row, now, seed), dict(params))
    first = result.rows.take(np.arange(min(limit, len(result.rows))))
    return QueryAnswer(
        kind=first.kind.value,
        rows=[_row(first, position, result.sources, reading.ids) for position in range(len(first))],
        steps=steps_of(result),
        warnings=tuple(dict.fromkeys([*result.warnings, *reading.warnings])),
        offset=reading.offset,
        version=reading.version_number,
    )


def explain_query(
    program: Program,
    reading: Reading,
    user: str | None,
    now: int,
    params: Mapping[str, float | int | str | bool],
    *,
    analyze: bool,
    rules: bool,
) -> Explained:
    """Explain `program`; with `analyze`, run it for `user` (nobody when None) too."""
    row = reading.ids.users.find(user) if user is not None else NONE
    context = Context(row, now)
    return explain(program, reading, context, dict(params), analyze=analyze, rules=rules)


def steps_of(result: Result) -> list[dict[str, Any]]:
    """Return what each operator of a run took in, gave out and cost."""
    return [msgspec.to_builtins(step) for step in result.steps]


def _row(rows: Candidates, position: int, sources: tuple[str, ...], ids: Ids) -> dict[str, Any]:
    named: dict[str, Any] = {"id": _table(rows.kind, ids).id(int(rows.rows[position]))}
    for name, column in rows.columns.items():
        value = _cell(name, column[position].item(), sources, ids)
        if value is not None:
            named[name] = value
    return named


def _cell(name: str, value: float | int | bool, sources: tuple[str, ...], ids: Ids) -> Any:
    """Return one value as a person reads it; None for "absent"."""
    if name in (SEED, VIA, "seed_id", "account_id"):
        return ids.accounts.id(int(value)) if value != NONE else None
    if name == SEED_MEDIA:
        return ids.media.id(int(value)) if value != NONE else None
    if name == SEED_ACTION:
        return ACTION_NAMES.get(int(value))
    if name == SOURCE:
        return sources[int(value)] if 0 <= value < len(sources) else None
    if isinstance(value, float):
        return None if value != value else round(value, 6)
    return value


def _table(kind: Kind, ids: Ids) -> IdTable:
    return {Kind.USERS: ids.users, Kind.ACCOUNTS: ids.accounts, Kind.MEDIA: ids.media}[kind]
