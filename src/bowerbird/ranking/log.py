"""The ranking log: what sampled requests had to choose from, and what the final pass said of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from bowerbird.core.facts import F32, I32, I64
from bowerbird.features.compute import NAMES, Inputs
from bowerbird.ranking.heads import HEADS
from bowerbird.ranking.runtime import Model

FILE = "ranking_log.parquet"


@dataclass(frozen=True, slots=True)
class Recorded:
    """One sampled request, before any model ranked it.

    Attributes:
        user: row of the person.
        now: epoch ms.
        media: [n] int32 rows that entered ranking.
        inputs: their features as they stood then.
    """

    user: int
    now: int
    media: I32
    inputs: Inputs


@dataclass(frozen=True, slots=True)
class RankingLog:
    """Requests [q] by time, their candidates [N] one request after the other.

    Attributes:
        first: [q + 1] int64; request k owns rows `first[k] .. first[k + 1] - 1`.
        now: [q] int64 epoch ms.
        user: [q] int32.
        media: [N] int32.
        dense: [N, F] float32.
        heads: [N, H] float32, the final pass's answer, columns of `HEADS`.
    """

    first: I64
    now: I64
    user: I32
    media: I32
    dense: F32
    heads: F32

    def __len__(self) -> int:
        return len(self.now)


def write_down(recorded: Sequence[Recorded], teacher: Model) -> RankingLog:
    """Return the log of requests as `teacher` scores them, earliest first."""
    ordered = sorted(recorded, key=lambda request: request.now)
    heads = [
        np.stack([answer[head] for head in HEADS], axis=1)
        for answer in (teacher.predict(request.inputs) for request in ordered)
    ]
    none = np.empty((0, len(HEADS)), np.float32)
    return RankingLog(
        first=np.cumsum([0, *(len(request.media) for request in ordered)]).astype(np.int64),
        now=np.array([request.now for request in ordered], np.int64),
        user=np.array([request.user for request in ordered], np.int32),
        media=np.concatenate([np.empty(0, np.int32), *(r.media for r in ordered)]),
        dense=np.concatenate(
            [np.empty((0, len(NAMES)), np.float32), *(r.inputs.dense for r in ordered)]
        ),
        heads=np.concatenate([none, *heads]),
    )


def save_log(log: RankingLog, path: Path) -> None:
    """Write the log as Parquet, one row a candidate."""
    import duckdb  # here: nothing but training writes a log

    request = np.repeat(np.arange(len(log)), np.diff(log.first))
    columns = {
        "request": request,
        "now": log.now[request],
        "user_row": log.user[request],
        "media_row": log.media,
        **{name: np.ascontiguousarray(log.dense[:, k]) for k, name in enumerate(NAMES)},
        **{f"p_{head}": np.ascontiguousarray(log.heads[:, k]) for k, head in enumerate(HEADS)},
    }
    with duckdb.connect() as db:
        db.execute("create view log as select * from columns")
        db.execute(f"copy log to '{path}' (format parquet, compression zstd)")
        del columns
