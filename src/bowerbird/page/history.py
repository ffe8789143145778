"""What a page knew of the person: their newest engagements, in ids."""

from __future__ import annotations

from msgspec import Struct

from bowerbird.core.facts import Action
from bowerbird.page.reading import Reading

NEWEST = 10

NAMES = {int(action): action.name.lower() for action in Action}


class Engagement(Struct, frozen=True):
    """One thing the person did."""

    action: str
    account_id: str | None
    media_id: str | None
    ts: int


def newest_engagements(reading: Reading, user: int) -> tuple[Engagement, ...]:
    """Return up to `NEWEST` engagements of the person, newest first; none for somebody unknown."""
    histories = reading.histories()
    if not 0 <= user < len(histories.length):
        return ()
    start, length = int(histories.start[user]), int(histories.length[user])
    first = max(start, start + length - NEWEST)
    newest = slice(first, start + length)
    columns = (histories.action, histories.account, histories.media, histories.ts)
    actions, accounts, media, times = (column[newest].tolist() for column in columns)
    owners, named = reading.ids.accounts.known(accounts), reading.ids.media.known(media)
    rows = zip(
        map(NAMES.__getitem__, actions),
        map(owners.get, accounts),  # NONE is not among the known
        map(named.get, media),
        times,
        strict=True,
    )
    return tuple([Engagement(*row) for row in rows][::-1])
