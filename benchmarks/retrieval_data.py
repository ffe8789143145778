"""KuaiRand-Pure as its README's protocol has it: learn from history, find what came later."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import duckdb
import numpy as np
from numpy.typing import NDArray

from bowerbird.core.facts import F64, I32
from bowerbird.evaluation.baselines import Engaged

DEPTH = 200
"""Ranks that are looked at."""
AT = (50, 100, 200)

VALIDATION = (20220425, 20220430)
TEST = (20220501, 20220508)

SEQUENCE = """
SELECT user_id, place, video_id FROM (
  SELECT user_id, unnest({0}) AS video_id, generate_subscripts({0}, 1) AS place
  FROM read_parquet($path)) ORDER BY user_id, place
"""

POSITIVE = """
SELECT DISTINCT user_id, video_id FROM read_parquet($path)
WHERE date BETWEEN $first AND $last
  AND (is_like = 1 OR long_view = 1 OR play_time_ms / greatest(duration_ms, 1) >= 0.95)
ORDER BY user_id, video_id
"""


@dataclass(frozen=True, slots=True)
class Pairs:
    """Who and what, [n] positions in `History.people` and `History.videos`; by person."""

    user: I32
    media: I32


@dataclass(frozen=True, slots=True)
class History:
    """What was known before 25 April.

    Attributes:
        people: [p] user_id, ascending; also those without history who came later.
        videos: [n] video_id, ascending: the whole catalogue.
        account: [n] position of each video's author among the authors.
        watched: in the order they were watched; repeats possible.
        everything: `watched`, and what was liked or seen long before that; each pair once.
        popularity: [n] 1 a watch + 6 a like + 3 a long view, as in the data's README.
    """

    people: NDArray[np.int64]
    videos: NDArray[np.int64]
    account: I32
    watched: Pairs
    everything: Pairs
    popularity: F64

    def engaged(self, pairs: Pairs, *, accounts: bool = False) -> Engaged:
        """Return `pairs` as the baselines learn from them, on media or on their accounts."""
        rows = self.account[pairs.media] if accounts else pairs.media
        items = int(self.account.max()) + 1 if accounts else len(self.videos)
        order = np.argsort(pairs.user, kind="stable")
        ones = np.ones(len(order), np.float32)
        return Engaged(pairs.user[order], rows[order], ones, len(self.people), items)


@dataclass(frozen=True, slots=True)
class Wanted:
    """The positives of some days.

    Attributes:
        people: [q] positions in `History.people` of those who have any, ascending.
        pairs: user is a position in `people` here.
        count: [q] positives of each.
    """

    people: I32
    pairs: Pairs
    count: F64


def load(source: Path) -> tuple[History, Wanted, Wanted]:
    """Return the history, and what people wanted on the validation and on the test days."""
    found = {name: _sequence(source, name) for name in ("watch_seq", "like_seq", "long_watch_seq")}
    days = {days: _positive(source, days) for days in (VALIDATION, TEST)}
    videos = _columns(
        source / "video_features_basic_pure.csv",
        "SELECT video_id, author_id FROM read_csv($path) ORDER BY video_id",
    )
    tables = [*found.values(), *days.values()]
    people = np.unique(np.concatenate([table["user_id"] for table in tables])).astype(np.int64)
    catalogue = videos["video_id"].astype(np.int64)
    placed = {name: _placed(table, people, catalogue) for name, table in found.items()}
    weight = {"watch_seq": 1, "like_seq": 6, "long_watch_seq": 3}
    popularity = np.zeros(len(catalogue))
    for name, w in weight.items():
        popularity += w * np.bincount(placed[name].media, minlength=len(catalogue))
    history = History(
        people=people,
        videos=catalogue,
        account=np.unique(videos["author_id"], return_inverse=True)[1].astype(np.int32),
        watched=placed["watch_seq"],
        everything=_once(list(placed.values()), len(catalogue)),
        popularity=popularity,
    )
    wanted = {name: _wanted(_placed(table, people, catalogue)) for name, table in days.items()}
    return history, wanted[VALIDATION], wanted[TEST]


def _columns(path: Path, query: str, **params: object) -> dict[str, NDArray[np.int64]]:
    with duckdb.connect() as connection:
        return connection.execute(query, {"path": str(path), **params}).fetchnumpy()


def _sequence(source: Path, name: str) -> dict[str, NDArray[np.int64]]:
    return _columns(source / "history_sequences.parquet", SEQUENCE.format(name))


def _positive(source: Path, days: tuple[int, int]) -> dict[str, NDArray[np.int64]]:
    return _columns(source / "interactions.parquet", POSITIVE, first=days[0], last=days[1])


def _placed(
    table: dict[str, NDArray[np.int64]], people: NDArray[np.int64], videos: NDArray[np.int64]
) -> Pairs:
    user = np.searchsorted(people, table["user_id"]).astype(np.int32)
    return Pairs(user, np.searchsorted(videos, table["video_id"]).astype(np.int32))


def _once(parts: list[Pairs], items: int) -> Pairs:
    keys = np.concatenate([part.user.astype(np.int64) * items + part.media for part in parts])
    user, media = np.divmod(np.unique(keys), items)
    return Pairs(user.astype(np.int32), media.astype(np.int32))


def _wanted(pairs: Pairs) -> Wanted:
    people, user, count = np.unique(pairs.user, return_inverse=True, return_counts=True)
    found = Pairs(user.astype(np.int32), pairs.media)
    return Wanted(people.astype(np.int32), found, count.astype(np.float64))


def thinned(wanted: Wanted, every: int) -> Wanted:
    """Return what every so manieth person wants."""
    kept = wanted.pairs.user % every == 0
    pairs = Pairs(wanted.pairs.user[kept] // np.int32(every), wanted.pairs.media[kept])
    return Wanted(wanted.people[::every], pairs, wanted.count[::every])


def hits(slates: I32, wanted: Wanted) -> NDArray[np.float64]:
    """Return [q, 3] how many of each person's positives are among the first 50, 100 and 200.

    Args:
        slates: [q, DEPTH] media, best first; NONE where there were no more.
        wanted: what the people want.
    """
    user, media = wanted.pairs.user, wanted.pairs.media
    found = slates[user] == media[:, None]
    counts = [np.bincount(user, found[:, :k].any(axis=1), minlength=len(wanted.people)) for k in AT]
    return np.stack(counts, axis=1).astype(np.float64)
