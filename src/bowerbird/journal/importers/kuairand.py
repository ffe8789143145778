"""KuaiRand-Pure (Gao et al., CIKM 2022, doi:10.1145/3511808.3557624), the 14-day window.

A row of the log is an impression with its outcomes; one that played at all is a view as well. The
view tells no play time, so that nothing is derived from it beside the log's own long views. A
person's history is in order, with the time of its last impression alone; those before it get
made-up times, a minute apart. The table of video statistics averages over the days to be predicted,
so it is not read.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bowerbird.core.errors import InputError
from bowerbird.core.facts import F32, I64, NONE, U8, Action, FactKind, Flag
from bowerbird.journal.draft import Draft, Objects, blank
from bowerbird.journal.hashing import hashes64, identities
from bowerbird.journal.importers.kuairand_history import replayed
from bowerbird.journal.ingest import Load
from bowerbird.journal.parquet import engine
from bowerbird.journal.receipt import Reject
from bowerbird.journal.validate import check, text_of

LOG = "interactions.parquet"
HISTORY = "history_sequences.parquet"
VIDEOS = "video_features_basic_pure.csv"
PIECE = 65_536

OUTCOMES = {
    "is_click": Action.CLICK,
    "long_view": Action.LONG_VIEW,
    "is_like": Action.LIKE,
    "is_comment": Action.COMMENT,
    "is_forward": Action.SHARE,
    "is_follow": Action.FOLLOW,
    "is_profile_enter": Action.PROFILE_VISIT,
    "is_hate": Action.HIDE,
}
"""Columns of the log and the events a 1 in them stands for, in the order they are told."""

ON_ACCOUNTS = (Action.FOLLOW, Action.PROFILE_VISIT)

READ_VIDEOS = """
SELECT 'v' || video_id AS media_id, 'a' || author_id AS account_id,
  strftime(upload_dt, '%Y-%m-%dT00:00:00+08:00') AS ts, 'video' AS media_type,
  video_duration / 1000 AS duration_s, upload_type,
  array_to_string(list_transform(string_split(tag, ','), lambda t: 'tag:' || trim(t)), '|')
    AS topics
FROM read_csv($path, types = {'upload_dt': 'DATE', 'tag': 'VARCHAR'}) ORDER BY video_id
"""

LOG_COLUMNS = (
    *("user_id", "video_id", "author_id", "date", "hourmin", "time_ms", "is_click", "is_like"),
    *("is_follow", "is_comment", "is_forward", "is_hate", "long_view", "play_time_ms"),
    *("duration_ms", "profile_stay_time", "comment_stay_time", "is_profile_enter", "is_rand"),
    "tab",
)
"""All of them: together they tell a row from its like, and name its request."""

READ_LOG = f"""
SELECT *, 'kr-' || left(md5(concat_ws(',', {", ".join(LOG_COLUMNS)})), 16) AS request
FROM (SELECT DISTINCT {", ".join(LOG_COLUMNS)} FROM read_parquet($path))
ORDER BY time_ms, request
"""

READ_HISTORY = """
SELECT user_id, last_time_ms, watch_seq, like_seq, long_watch_seq
FROM read_parquet($path) ORDER BY user_id
"""


@dataclass(frozen=True, slots=True)
class Acts:
    """Events [n] in the numbers of the data set.

    Attributes:
        ts: epoch ms.
        known: whether that is a real time.
        user: user_id.
        video: video_id.
        account: author_id where it is the target too, else NONE.
        action: `Action`.
        dwell: ms, NaN where not told.
        tab: of the app, NONE where not told.
        request: text that the events of one impression share, and no others.
    """

    ts: I64
    known: NDArray[np.bool_]
    user: NDArray[Any]
    video: NDArray[Any]
    account: NDArray[Any]
    action: U8
    dwell: F32
    tab: NDArray[Any]
    request: Objects


def import_kuairand(load: Load, source: Path, *, now: int, progress: Callable[[int], None]) -> None:
    """Commit all videos, then history and log as events in order of time.

    Raises:
        InputError: a file is missing or has other columns.
    """
    load.commit(_videos(load, source, now))
    log, twins = _log(source)
    load.add_duplicates(twins)
    acts = _together(_history(source), log)
    done = 0
    for piece in _pieces(acts):
        load.commit(_draft(piece))
        done += len(piece.ts)
        progress(done)


def _videos(load: Load, source: Path, now: int) -> Draft:
    columns = _read(source / VIDEOS, READ_VIDEOS)
    names = list(columns)
    rows = [
        {name: value for name, value in zip(names, values, strict=True) if value is not None}
        for values in zip(*(column.tolist() for column in columns.values()), strict=True)
    ]
    checked = check(rows, now=now, untimed=now, kind=FactKind.MEDIA)
    faults = sorted(checked.faults.items())
    load.quarantine.add(VIDEOS, [Reject(p + 1, why, text_of(rows[p])) for p, why in faults])
    return checked.draft


def _log(source: Path) -> tuple[Acts, int]:
    """Return the events of the log and how many rows were exact twins of others."""
    columns = _read(source / LOG, READ_LOG)
    total = _read(source / LOG, "SELECT count(*) AS n FROM read_parquet($path)")["n"][0]
    shown, played = np.ones(len(columns["time_ms"]), np.bool_), columns["play_time_ms"] > 0
    outcomes = [columns[name] == 1 for name in OUTCOMES]
    row, which = np.nonzero(np.stack([shown, played, *outcomes], axis=1))
    action = np.array([Action.IMPRESSION, Action.VIEW, *OUTCOMES.values()], np.uint8)[which]
    dwell = columns["play_time_ms"][row].astype(np.float32)
    acts = Acts(
        ts=columns["time_ms"][row],
        known=np.ones(len(row), np.bool_),
        user=columns["user_id"][row],
        video=columns["video_id"][row],
        account=np.where(np.isin(action, ON_ACCOUNTS), columns["author_id"][row], NONE),
        action=action,
        dwell=np.where(which == 0, dwell, np.float32(np.nan)),
        tab=columns["tab"][row],
        request=columns["request"][row],
    )
    return acts, int(total) - len(columns["time_ms"])


def _history(source: Path) -> Acts:
    columns = _read(source / HISTORY, READ_HISTORY)
    told = replayed(
        *(columns[name] for name in ("user_id", "last_time_ms")),
        *(columns[name] for name in ("watch_seq", "like_seq", "long_watch_seq")),
    )
    nothing = np.full(len(told.ts), NONE)
    return Acts(
        ts=told.ts,
        known=told.known,
        user=told.user,
        video=told.video,
        account=nothing,
        action=told.action,
        dwell=np.full(len(told.ts), np.nan, np.float32),
        tab=nothing,
        request=told.request,
    )


def _together(*parts: Acts) -> Acts:
    columns = {
        name: np.concatenate([getattr(part, name) for part in parts])
        for name in Acts.__dataclass_fields__
    }
    order = np.argsort(columns["ts"], kind="stable")
    return Acts(**{name: column[order] for name, column in columns.items()})


def _pieces(acts: Acts) -> Iterator[Acts]:
    for at in range(0, len(acts.ts), PIECE):
        span = slice(at, at + PIECE)
        yield Acts(**{name: getattr(acts, name)[span] for name in Acts.__dataclass_fields__})


def _draft(acts: Acts) -> Draft:
    columns = blank(len(acts.ts))
    columns["kind"][:] = FactKind.EVENT
    columns["ts"][:] = acts.ts
    columns["flags"][acts.known] = Flag.TIME_KNOWN
    columns["user"][:] = _ids("u", acts.user)
    columns["media"][:] = _ids("v", acts.video)
    columns["account"][:] = _ids("a", acts.account)
    columns["surface"][:] = _ids("", acts.tab)
    columns["code"][:] = acts.action
    columns["value"][:] = acts.dwell
    requests = acts.request.tolist()
    columns["request"][:] = hashes64(requests)
    words = [Action(code).name.lower() for code in range(len(Action))]
    told = zip(requests, acts.action.tolist(), strict=True)
    columns["hashes"] = identities(columns, [f"{request}-{words[code]}" for request, code in told])
    return Draft(**columns)


def _ids(prefix: str, numbers: NDArray[Any]) -> Objects:
    """Return the ids of the data set's numbers, None for NONE."""
    unique, inverse = np.unique(numbers, return_inverse=True)
    named = [None if number == NONE else f"{prefix}{number}" for number in unique.tolist()]
    ids: Objects = np.array(named, np.object_)[inverse]
    return ids


def _read(path: Path, query: str) -> dict[str, NDArray[Any]]:
    import duckdb

    if not path.exists():
        raise InputError(
            f"{path} is missing", "give the folder of KuaiRand-Pure that has its three files"
        )
    try:
        columns: dict[str, NDArray[Any]] = (
            engine().cursor().execute(query, {"path": str(path)}).fetchnumpy()
        )
    except duckdb.Error as error:
        raise InputError(f"{path} is not a file of KuaiRand-Pure: {error}") from error
    return columns
