"""Last.fm 2K (Cantador et al., HetRec 2011): who listens to whom, tags them, is whose friend.

Artists are accounts; there are no media. That somebody listens to an artist is a long view of the
account, with the number of plays as an attribute; it has no time, so it gets one before all others,
the artist played most last. A tag is a save on its day. People are accounts as well, so that
friendship can be told: as two follows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from bowerbird.journal.importers.rows import fetched, take
from bowerbird.journal.ingest import Load
from bowerbird.journal.validate import RawRow

WHAT = "Last.fm 2K (HetRec 2011) as Parquet, with its five files"
START = 1_104_364_800_000
"""2004-12-30, epoch ms: made-up times begin here, before the first day that can be right."""

MINUTE = 60_000
FIRST_DAY = "2005-01-01"
"""Days before it are mistakes (there are five); what bears one has no known time."""

ARTISTS = """
SELECT 'a' || artist_id, name, list(tag ORDER BY n DESC, tag)[:3] FROM read_parquet($artists)
LEFT JOIN (SELECT artist_id, tag, count(*) AS n FROM read_parquet($tagged)
  JOIN read_parquet($tags) USING (tag_id) GROUP BY ALL) USING (artist_id)
GROUP BY artist_id, name ORDER BY artist_id
"""
LISTENED = """
SELECT 'u' || user_id, 'a' || artist_id, weight,
  row_number() OVER (PARTITION BY user_id ORDER BY weight, artist_id) AS nth
FROM read_parquet($listened) ORDER BY nth, user_id
"""
FRIENDS = """
SELECT 'u' || user_id, 'u' || friend_id FROM read_parquet($friends) ORDER BY user_id, friend_id
"""
TAGGED = f"""
SELECT 'u' || user_id, 'a' || artist_id, date >= DATE '{FIRST_DAY}', epoch_ms(date),
  list(tag ORDER BY tag) FROM read_parquet($tagged) JOIN read_parquet($tags) USING (tag_id)
GROUP BY user_id, artist_id, date ORDER BY date, user_id, artist_id
"""


def import_lastfm(load: Load, source: Path, *, now: int, progress: Callable[[int], None]) -> None:
    """Commit artists and people, what has no time, then tags by day.

    Raises:
        InputError: a file is missing or has other columns.
    """
    take(load, "lastfm", _rows(source), now=now, progress=progress)


def _rows(source: Path) -> Iterator[RawRow]:
    tags, tagged = source / "tags.parquet", source / "user_taggedartists.parquet"
    artists, friends = source / "artists.parquet", source / "user_friends.parquet"
    listened = fetched(LISTENED, WHAT, listened=source / "user_artists.parquet")
    follows = fetched(FRIENDS, WHAT, friends=friends)
    made_up = {"ts": START, "time_known": False}
    for account, name, told in fetched(ARTISTS, WHAT, artists=artists, tagged=tagged, tags=tags):
        topics = [topic for topic in told if topic is not None]
        yield {"kind": "account", "account_id": account, "text": name, "topics": topics} | made_up
    people = {user for user, *_ in listened} | {user for pair in follows for user in pair}
    for user in sorted(people):
        yield {"kind": "account", "account_id": user, "user_id": user} | made_up
    for user, friend in follows:
        yield _event(user, "follow", friend, START)
    yield from _listening(listened)
    days = fetched(TAGGED, WHAT, tagged=tagged, tags=tags)
    last = START + 2 * 24 * 60 * MINUTE - 1
    for user, account, right, ts, names in sorted(days, key=lambda row: (row[2], row[3])):
        row = _event(user, "save", account, ts if right else last) | {"tags": names}
        yield row | {"time_known": right}


def _listening(listened: list[tuple[str, str, int, int]]) -> Iterator[RawRow]:
    for user, account, plays, nth in listened:
        yield _event(user, "long_view", account, START + nth * MINUTE) | {"plays": plays}


def _event(user: str, action: str, account: str, ts: int) -> dict[str, object]:
    return {
        "kind": "event",
        "user_id": user,
        "action": action,
        "account_id": account,
        "ts": ts,
        "time_known": False,
    }
