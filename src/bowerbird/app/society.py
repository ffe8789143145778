"""Questions about accounts and people: who is near whom, who can be asked for."""

from __future__ import annotations

from itertools import islice

import numpy as np

from bowerbird.app.answers import Person, Similar
from bowerbird.core.errors import VersionError, did_you_mean
from bowerbird.core.facts import NONE
from bowerbird.core.ids import Ids
from bowerbird.core.signals import Links
from bowerbird.page.reading import NEIGHBOURS, Reading
from bowerbird.world.tables import Tables

TOP = 3
"""Accounts shown beside a person."""


def similar_accounts(
    account: int, k: int, embedding: str, reading: Reading, tables: Tables
) -> list[Similar]:
    """Return the `k` accounts nearest to `account`, best first; none for one without a vector.

    Raises:
        VersionError: nothing was published yet, or not this embedding.
    """
    parts = reading.links(NEIGHBOURS + embedding)
    if not parts:
        known = reading.version.embeddings if reading.version else ()
        raise VersionError(
            f"no embedding `{embedding}` was published", did_you_mean(embedding, known)
        )
    near: dict[int, float] = {}
    for part in parts:
        near.update(_line(part, account))
    best = sorted(near.items(), key=lambda pair: (-pair[1], pair[0]))[:k]
    return [
        Similar(
            account_id=reading.ids.accounts.id(row),
            similarity=round(score, 4),
            topics=_topics(row, tables, reading.ids),
            posts=int(tables.accounts.posts[row]),
        )
        for row, score in best
    ]


def _line(links: Links, row: int) -> dict[int, float]:
    line = int(links.index[row]) if row < len(links.index) else NONE
    if line == NONE:
        return {}
    filled = int(links.length[line])
    return dict(
        zip(links.rows[line, :filled].tolist(), links.scores[line, :filled].tolist(), strict=True)
    )


def _topics(account: int, tables: Tables, ids: Ids) -> tuple[str, ...]:
    rows = tables.accounts.topics[account].tolist()
    return tuple(ids.topics.id(row) for row in rows if row != NONE)


def find_people(query: str, limit: int, reading: Reading, tables: Tables) -> list[Person]:
    """Return the people with the most engagements whose id starts with `query`, busiest first."""
    users = tables.sizes.users
    events = tables.users.total[:users, 1:].sum(axis=1)
    order = np.argsort(-events, kind="stable")
    people = reading.ids.users
    named = (row for row in order.tolist() if people.id(row).startswith(query))
    return [_person(row, int(events[row]), reading, tables) for row in islice(named, limit)]


def _person(row: int, events: int, reading: Reading, tables: Tables) -> Person:
    histories = reading.histories()
    start, length = int(histories.start[row]), int(histories.length[row])
    accounts = histories.account[start : start + length]
    found, counts = np.unique(accounts[accounts != NONE], return_counts=True)
    top = found[np.argsort(-counts, kind="stable")[:TOP]]
    return Person(
        user_id=reading.ids.users.id(row),
        events=events,
        last_ts=int(tables.users.last_ts[row]),
        accounts=tuple(reading.ids.accounts.id(account) for account in top.tolist()),
    )
