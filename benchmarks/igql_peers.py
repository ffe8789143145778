"""The retrieval of `benchmarks/igql.py` by hand: in numpy, Polars and DuckDB, one thread each.

Each is handed the seeds, with tables loaded and queries prepared; each gives (media, score, seed)
of the best 500 by the same arithmetic: what a step stores is a float32, sums are in double
precision. The seed is the one behind the strongest evidence: pages show it, diversity reads it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import duckdb
import numpy as np
from numpy.typing import NDArray

Found = tuple[NDArray[Any], NDArray[Any], NDArray[Any]]
Peer = Callable[[], Found]

TOP = 500
SPAM, POLICY, POPULARITY = 0.5, 0.5, 0.05


@dataclass(frozen=True)
class Data:
    """What everybody reads.

    Attributes:
        seeds: [s] accounts, `seed_scores` theirs.
        near: per source [A, w] accounts with scores [A, w], best first, never the account itself.
        caps: per source neighbours of an account, and media of each of those.
        posted: [A, 64] media, newest first.
        media: name -> [M], the columns that are filtered on.
    """

    seeds: NDArray[np.int32]
    seed_scores: NDArray[np.float32]
    near: tuple[tuple[NDArray[np.int32], NDArray[np.float32]], ...]
    caps: tuple[tuple[int, int], ...]
    posted: NDArray[np.int32]
    media: dict[str, NDArray[Any]]


def by_numpy(data: Data) -> Peer:
    """Scratch arrays over all media instead of sorts; conditions on what is left of the rows."""
    size = len(data.media["spam"])
    total, first = np.zeros(size), np.zeros(size, np.int64)
    most, seed_of = np.zeros(size, np.float32), np.zeros(size, np.int32)
    accounts = len(data.posted)
    weights, strongest = np.zeros(accounts), np.zeros(accounts, np.float32)
    origin = np.zeros(accounts, np.int32)
    fade = 1.0 + 0.1 * np.arange(data.posted.shape[1])

    def branch(source: int) -> Found:
        (k, cap), (rows, scores) = data.caps[source], data.near[source]
        others = rows[data.seeds, :k].ravel()
        near = np.maximum(scores[data.seeds, :k].astype(np.float64), 1e-6)
        product = data.seed_scores[:, None].astype(np.float64) * near
        evidence = product.astype(np.float32).ravel()
        np.add.at(weights, others, evidence)
        np.maximum.at(strongest, others, evidence)
        told = np.flatnonzero(evidence == strongest[others])[::-1]
        origin[others[told]] = data.seeds[told // k]
        found = np.flatnonzero(weights)
        strength = weights[found].astype(np.float32)
        weights[found] = strongest[found] = 0
        media = data.posted[found, :cap].ravel()
        score = (strength[:, None].astype(np.float64) / fade[:cap]).astype(np.float32).ravel()
        return media, score, np.repeat(origin[found], cap)

    def retrieve() -> Found:
        branches = [branch(source) for source in range(len(data.near))]
        media, score, seed = (np.concatenate(part) for part in zip(*branches, strict=True))
        known = data.media
        for name, passes in (
            ("recommendable", lambda column: column),
            ("seen", np.logical_not),
            ("spam", lambda column: column < SPAM),
            ("policy", lambda column: column < POLICY),
            ("popularity", lambda column: column > POPULARITY),
        ):
            kept = np.flatnonzero(passes(known[name][media]))
            media, score, seed = media[kept], score[kept], seed[kept]
        np.add.at(total, media, score)
        np.maximum.at(most, media, score)
        told = np.flatnonzero(score == most[media])[::-1]
        seed_of[media[told]] = seed[told]
        place = np.arange(len(media))
        first[media[::-1]] = place[::-1]
        rows = media[first[media] == place]
        summed = total[rows].astype(np.float32)
        total[rows] = most[rows] = 0
        if len(rows) > TOP:
            best = np.argpartition(-summed, TOP)[:TOP]
            rows, summed = rows[best], summed[best]
        order = np.argsort(-summed, kind="stable")
        return rows[order], summed[order], seed_of[rows[order]]

    return retrieve


def by_polars(data: Data, polars: Any) -> Peer:
    """Rows are positions, so tables are gathered rather than joined; then one lazy query."""
    pl = polars
    width = data.posted.shape[1]
    near = [
        pl.DataFrame({"other": rows[:, :k], "near": scores[:, :k].astype(np.float64)}).cast(
            {"other": pl.List(pl.Int32), "near": pl.List(pl.Float64)}
        )
        for (rows, scores), (k, _) in zip(data.near, data.caps, strict=True)
    ]
    fade = np.broadcast_to(1.0 + 0.1 * np.arange(width), data.posted.shape)
    posted = [
        pl.DataFrame({"media": data.posted[:, :cap], "fade": fade[:, :cap]}).cast(
            {"media": pl.List(pl.Int32), "fade": pl.List(pl.Float64)}
        )
        for _, cap in data.caps
    ]
    media = pl.DataFrame(data.media)
    seeds = pl.DataFrame({"seed": data.seeds, "score": data.seed_scores.astype(np.float64)})
    f32, f64 = pl.Float32, pl.Float64

    def branch(source: int) -> Any:
        evidence = pl.col("score") * pl.max_horizontal("near", pl.lit(1e-6))
        found = (
            near[source][data.seeds]
            .with_columns(seeds["seed"], seeds["score"])
            .lazy()
            .explode("other", "near")
            .select("other", "seed", evidence.cast(f32).cast(f64).alias("evidence"))
            .group_by("other")
            .agg(
                pl.col("evidence").sum().cast(f32).cast(f64).alias("strength"),
                pl.col("seed").get(pl.col("evidence").arg_max()),
            )
            .collect()
        )
        lists = posted[source][found["other"]].with_columns(found["strength"], found["seed"])
        score = (pl.col("strength") / pl.col("fade")).cast(f32).cast(f64).alias("score")
        return lists.lazy().explode("media", "fade").select("media", "seed", score)

    def retrieve() -> Found:
        rows = pl.concat([branch(source) for source in range(len(near))]).collect()
        best = (
            media[rows["media"]]
            .with_columns(rows["media"], rows["score"], rows["seed"])
            .lazy()
            .filter(
                pl.col("recommendable"),
                ~pl.col("seen"),
                pl.col("spam") < SPAM,
                pl.col("policy") < POLICY,
                pl.col("popularity") > POPULARITY,
            )
            .group_by("media")
            .agg(
                pl.col("score").sum().cast(f32),
                pl.col("seed").get(pl.col("score").arg_max()),
            )
            .top_k(TOP, by="score")
            .sort("score", descending=True)
            .collect()
        )
        return best["media"].to_numpy(), best["score"].to_numpy(), best["seed"].to_numpy()

    return retrieve


QUERY = """
with {branches},
found as ({union})
select media, cast(sum(score) as float) as score, arg_max(seed, score) as seed
from found join media using (media)
where recommendable and not seen
  and spam < {spam} and policy < {policy} and popularity > {popularity}
group by media order by score desc limit {top}
"""

BRANCH = """
near_{i} as (
    select other, cast(sum(evidence) as float) as strength, arg_max(seed, evidence) as seed from (
        select account as seed, unnest(others) as other,
               cast(cast(cast(score as double) * greatest(unnest(near), 1e-6) as float) as double)
                   as evidence
        from seeds join neighbours_{i} using (account))
    group by other),
media_{i} as (
    select media, seed, cast(cast(cast(strength as double) / fade as float) as double) as score
    from (
        select seed, strength, unnest(media) as media, unnest(fades) as fade
        from near_{i} join posted_{i} on account = other))"""


def by_duckdb(data: Data) -> Peer:
    """One query over tables in memory, lists as lists."""
    engine = duckdb.connect(config={"threads": 1})
    accounts = np.arange(len(data.posted), dtype=np.int32)
    _table(engine, "seeds", {"account": data.seeds, "score": data.seed_scores})
    media = np.arange(len(data.media["spam"]), dtype=np.int32)
    _table(engine, "media", {"media": media, **data.media})
    for i, ((rows, scores), (k, cap)) in enumerate(zip(data.near, data.caps, strict=True)):
        long = {
            "account": np.repeat(accounts, k),
            "other": rows[:, :k].ravel(),
            "near": scores[:, :k].astype(np.float64).ravel(),
            "place": np.tile(np.arange(k), len(accounts)),
        }
        _table(engine, "long", long)
        engine.execute(
            f"create table neighbours_{i} as select account, list(other order by place) as others, "
            "list(near order by place) as near from long group by account order by account"
        )
        long = {
            "account": np.repeat(accounts, cap),
            "item": data.posted[:, :cap].ravel(),
            "place": np.tile(np.arange(cap), len(accounts)),
        }
        _table(engine, "long", long)
        engine.execute(
            f"create table posted_{i} as select account, list(item order by place) as media, "
            "list(1.0::double + 0.1::double * place order by place) as fades "
            "from long group by account order by account"
        )
    several = range(len(data.near))
    query = QUERY.format(
        branches=",".join(BRANCH.format(i=i) for i in several),
        union=" union all ".join(f"select * from media_{i}" for i in several),
        spam=f"{SPAM}::float",
        policy=f"{POLICY}::float",
        popularity=f"{float(np.float32(POPULARITY))}::double",
        top=TOP,
    )

    def retrieve() -> Found:
        found = engine.execute(query).fetchnumpy()
        return found["media"], found["score"], found["seed"]

    return retrieve


def _table(engine: Any, name: str, columns: Mapping[str, object]) -> None:
    engine.register("given", columns)
    engine.execute(f"create or replace table {name} as select * from given")
    engine.unregister("given")
