"""Ids as segments tell them: what the tail lacks after a crash, or when it is gone."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from bowerbird.core.errors import JournalDamaged
from bowerbird.core.facts import FactKind, Flag
from bowerbird.core.ids import SPACES, Ids
from bowerbird.journal.parquet import engine

EXPOSURE = int(FactKind.EXPOSURE)
OF_ROWS = {"users": "user", "accounts": "account", "media": "media", "names": "name"}
OF_ROWS |= {"surfaces": "surface"}
READABLE = {"name": "name", "surface": "surface"}

LISTED = """
UNION SELECT unnest(items) AS line, unnest(item_ids) AS id
FROM read_parquet($paths) WHERE (kind_code = {exposure}) = {is_media} AND len(items) > 0
"""
NEWEST = f"""
SELECT coalesce(max(ts), 0) FROM read_parquet($paths) WHERE flags & {int(Flag.TIME_KNOWN)} != 0
"""


def recover_ids(paths: Sequence[Path], ids: Ids) -> int:
    """Add to `ids` what the segments at `paths` name beyond it; return the newest known time.

    Raises:
        JournalDamaged: their rows do not go on where `ids` ends.
    """
    if not paths:
        return 0
    given = {"paths": [str(path) for path in paths]}
    with engine().cursor() as cursor:
        for space in SPACES:
            table = getattr(ids, space)
            news = cursor.execute(_query(space), {**given, "known": len(table)}).fetchall()
            rows = [row for row, _ in news]
            if rows != list(range(len(table), len(table) + len(rows))):
                raise JournalDamaged(
                    f"{paths[0].parent} names {space} that do not go on from row {len(table)}",
                    "the tail belongs to another journal; restore both from one backup",
                )
            table.add(id for _, id in news)
        (newest,) = cursor.execute(NEWEST, given).fetchall()[0]
    return int(newest)


def _query(space: str) -> str:
    parts = []
    if name := OF_ROWS.get(space):
        readable = READABLE.get(name, f"{name}_id")
        parts.append(
            f"SELECT DISTINCT {name}_row AS line, {readable} AS id FROM read_parquet($paths)"
        )
    else:
        parts.append("SELECT NULL::INTEGER AS line, NULL::VARCHAR AS id WHERE false")
    if space in ("media", "topics"):
        parts.append(LISTED.format(exposure=EXPOSURE, is_media=space == "media"))
    return f"SELECT line, id FROM ({' '.join(parts)}) WHERE line >= $known ORDER BY line"
