"""What a page knew of the person: their newest engagements, in ids."""

from __future__ import annotations

from msgspec import Struct

from bowerbird.core.facts import NONE, Action
from bowerbird.core.ids import Ids
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
    rows = zip(*(column[newest].tolist() for column in columns), strict=True)
    return tuple(_engagement(reading.ids, *row) for row in rows)[::-1]


def _engagement(ids: Ids, action: int, account: int, media: int, ts: int) -> Engagement:
    return Engagement(
        action=NAMES[action],
        account_id=ids.accounts.id(account) if account != NONE else None,
        media_id=ids.media.id(media) if media != NONE else None,
        ts=ts,
    )
