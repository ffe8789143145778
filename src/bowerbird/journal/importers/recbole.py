"""Atomic files of RecBole (Zhao et al., CIKM 2021): NAME.inter, and NAME.item where there is one.

Each line of `.inter` is a view of the item, and a like as well where its rating is at least four
fifths of the highest one (or its label is 1). An item is a media; its account is what a column of
`.item` names as its maker, else the item itself. `.user` describes people, which no fact does.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from bowerbird.core.errors import InputError
from bowerbird.journal.importers.rows import fetched, take
from bowerbird.journal.ingest import Load
from bowerbird.journal.validate import RawRow

WHAT = "RecBole atomic files: one NAME.inter, perhaps NAME.item"
START = 1_000_000_000_000
"""Epoch ms; where the lines tell no time, they get one a second apart from here, in their order."""

MAKERS = ("account_id", "author_id", "artist_id", "creator_id", "channel_id", "brand", "seller_id")
"""Columns of `.item` that name whose it is, the first one there counts."""

TITLES = ("title", "name", "movie_title", "item_name", "entity_name")
GENRES = ("genre", "genres", "class", "categories", "category", "tags", "tag", "keywords")
LIKED = 0.8
"""Share of the highest rating from which an item is liked."""

READ = "read_csv(${0}, delim = '\t', header = true, all_varchar = true, quote = '', escape = '')"


def import_recbole(load: Load, source: Path, *, now: int, progress: Callable[[int], None]) -> None:
    """Commit all items, then the interactions in order of time.

    Raises:
        InputError: there is not exactly one `.inter`, or a file lacks a column it needs.
    """
    found = sorted(source.glob("*.inter"))
    if len(found) != 1:
        raise InputError(f"{source} holds {len(found)} files NAME.inter, expected one", WHAT)
    lines = _interactions(found[0])
    items = _items(found[0].with_suffix(".item"), lines)
    rows = _told(items, lines)
    take(load, found[0].stem, rows, now=now, progress=progress)


class _Columns:
    """Where a file's columns are, by name without the type RecBole adds to it."""

    def __init__(self, path: Path) -> None:
        with path.open(encoding="utf-8") as file:
            heading = file.readline().rstrip("\r\n").split("\t")
        self._quoted: Mapping[str, str] = {
            column.partition(":")[0]: '"' + column.replace('"', '""') + '"' for column in heading
        }
        self._path = path

    def one(self, *names: str) -> str:
        """Return the first of `names` as SQL, NULL where none is there."""
        return next((self._quoted[name] for name in names if name in self._quoted), "NULL")

    def need(self, name: str) -> str:
        """Return a column as SQL.

        Raises:
            InputError: it is not there.
        """
        if name not in self._quoted:
            raise InputError(f"{self._path} has no column {name!r}", f"a heading like {name}:token")
        return self._quoted[name]


Line = tuple[str, str, int | None, bool]
"""Person, item, epoch ms (None where no line tells one) and whether it was liked."""


def _interactions(path: Path) -> list[Line]:
    columns = _Columns(path)
    time, rating = columns.one("timestamp"), columns.one("rating", "score")
    label = columns.one("label")
    query = f"""
    WITH line AS (SELECT row_number() OVER () AS n, {columns.need("user_id")} AS person,
      {columns.need("item_id")} AS item, TRY_CAST({time} AS DOUBLE) AS time,
      TRY_CAST({rating} AS DOUBLE) AS rating, TRY_CAST({label} AS DOUBLE) AS label
      FROM {READ.format("inter")}),
    scale AS (SELECT max(rating) AS highest, max(time) AS newest FROM line)
    SELECT person, item, CAST(time * if(newest > 1e11, 1, 1000) AS BIGINT) AS ts,
      coalesce(label = 1, rating >= {LIKED} * highest, true)
    FROM line, scale ORDER BY ts, n
    """
    return fetched(query, WHAT, inter=path)


def _items(path: Path, lines: list[Line]) -> list[tuple[str, str, str | None, str | None]]:
    """Return id, account, title and topics of every item that a line or a row of `.item` names."""
    known: dict[str, tuple[str, str, str | None, str | None]] = {}
    if path.exists():
        columns = _Columns(path)
        item = columns.need("item_id")
        query = f"""
        SELECT {item}, coalesce({columns.one(*MAKERS)}, {item}), {columns.one(*TITLES)},
          replace({columns.one(*GENRES)}, ' ', '|') FROM {READ.format("item")}
        """
        known = {row[0]: row for row in fetched(query, WHAT, item=path)}
    for _, item, *_ in lines:
        known.setdefault(item, (item, item, None, None))
    return list(known.values())


def _told(
    items: list[tuple[str, str, str | None, str | None]], lines: list[Line]
) -> Iterator[RawRow]:
    timed = lines and lines[0][2] is not None
    first = lines[0][2] if timed else START
    for item, account, title, topics in items:
        yield {
            "kind": "media",
            "media_id": item,
            "account_id": account,
            "ts": first,
            "time_known": False,
            "text": title or None,
            "topics": topics or None,
        }
    for nth, (person, item, ts, liked) in enumerate(lines):
        event = {
            "kind": "event",
            "user_id": person,
            "media_id": item,
            "ts": ts if timed else START + 1_000 * nth,
            "time_known": timed,
        }
        yield event | {"action": "view"}
        if liked:
            yield event | {"action": "like"}
