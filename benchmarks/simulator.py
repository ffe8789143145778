"""What people do in a simulated society beside what they do in KuaiRand-Pure, measured alike.

.venv/bin/bowerbird simulate small --out build/society --seed 1
.venv/bin/python benchmarks/simulator.py build/society ../shared/data/kuairand-pure-14d
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import duckdb

OURS = """
CREATE TABLE shown AS SELECT row_number() OVER () AS n, user_id AS person, media_id AS media,
  request_id AS request, ts FROM read_parquet('{0}/facts/events-*.parquet')
  WHERE action = 'impression';
CREATE TABLE owner AS SELECT media_id AS media, account_id AS account
  FROM read_parquet('{0}/facts/media-*.parquet');
CREATE TABLE length AS SELECT media_id AS media, media_type AS form, duration_s AS seconds
  FROM read_parquet('{0}/facts/media-*.parquet');
CREATE TABLE done AS SELECT action, user_id AS person, media_id AS media
  FROM read_parquet('{0}/facts/events-*.parquet')
  WHERE request_id NOTNULL AND action NOT IN ('impression', 'view');
INSERT INTO done SELECT 'long_view', user_id, media_id
  FROM read_parquet('{0}/facts/events-*.parquet') JOIN length ON media = media_id
  WHERE action = 'view' AND dwell_ms >= 1000 * CASE form WHEN 'photo' THEN 5 WHEN 'story' THEN 5
    WHEN 'live' THEN 30 ELSE least(15, 0.9 * seconds) END;
"""
"""Long views follow from the dwell time: `simulate.choice.LONG_VIEW_S`."""

THEIRS = """
CREATE TABLE log AS SELECT DISTINCT * FROM read_parquet('{0}/interactions.parquet');
CREATE TABLE shown AS SELECT row_number() OVER () AS n, user_id AS person, video_id AS media,
  time_ms AS ts FROM log;
CREATE TABLE owner AS SELECT DISTINCT video_id AS media, author_id AS account FROM log;
CREATE TABLE done AS SELECT action, user_id AS person, video_id AS media FROM (
  UNPIVOT (SELECT user_id, video_id, is_click AS click, long_view, is_like AS like,
    is_comment AS comment, is_forward AS share, is_follow AS follow,
    is_profile_enter AS profile_visit, is_hate AS hide FROM log)
  ON click, long_view, "like", comment, share, follow, profile_visit, hide
  INTO NAME action VALUE did) WHERE did = 1;
"""

ACTIONS = (
    *("click", "long_view", "like", "save", "comment", "share", "follow", "profile_visit"),
    "hide",
)

SESSIONS = """
SELECT count(*) AS n FROM (SELECT person, sum(gap) OVER (PARTITION BY person ORDER BY ts, n) AS nth
  FROM (SELECT *, coalesce(ts - lag(ts) OVER (PARTITION BY person ORDER BY ts, n) > 1800000, true)
    ::INT AS gap FROM shown)) GROUP BY person, nth
"""
"""Impressions of each session; a gap of 30 minutes ends one."""

REPEATS = """
SELECT avg((nth > 1)::INT) FROM (SELECT row_number() OVER (PARTITION BY person, account
  ORDER BY ts, n) AS nth FROM shown JOIN owner USING (media))
"""

Figures = dict[str, float]


def measure(create: str, folder: Path) -> Figures:
    """Return what -> figure; shares are of one."""
    facts = duckdb.connect()
    facts.execute("SET threads = 1")
    facts.execute(create.format(folder))

    def one(query: str) -> float:
        row = facts.execute(query).fetchone()
        assert row is not None
        return float(row[0])

    found = {"impressions": one("SELECT count(*) FROM shown")}
    for what in ("person", "media", "account"):
        found[f"distinct, {what}"] = one(
            f"SELECT count(DISTINCT {what}) FROM shown JOIN owner USING (media)"
        )
    for action in ACTIONS:
        done = one(f"SELECT count(*) FROM done WHERE action = '{action}'")
        found[f"{action}, share of impressions"] = done / found["impressions"]
    for what, rows in (
        ("impressions, media", "shown GROUP BY media"),
        ("likes, media shown", "shown GROUP BY media"),
        ("impressions, account", "shown JOIN owner USING (media) GROUP BY account"),
        ("impressions, person", "shown GROUP BY person"),
    ):
        counts = f"SELECT count(*) AS n FROM {rows}"
        if what.startswith("likes"):
            liked = "SELECT media, count(*) AS n FROM done WHERE action = 'like' GROUP BY media"
            counts = (
                "SELECT coalesce(liked.n, 0) AS n FROM (SELECT DISTINCT media FROM shown) "
                f"LEFT JOIN ({liked}) AS liked USING (media)"
            )
        for share in (0.01, 0.1):
            found[f"share of the top {share:.0%}: {what}"] = one(
                f"SELECT sum(n) FILTER (place <= ceil({share} * size)) / sum(n) FROM (SELECT n, "
                f"row_number() OVER (ORDER BY n DESC) AS place, count(*) OVER () AS size "
                f"FROM ({counts}))"
            )
    found["impression of an account the person was shown before"] = one(REPEATS)
    found["impressions a session, mean"] = one(f"SELECT avg(n) FROM ({SESSIONS})")
    for place in (0.5, 0.9):
        found[f"impressions a session, quantile {place}"] = one(
            f"SELECT quantile_cont(n, {place}) FROM ({SESSIONS})"
        )
    by_person = "SELECT count(*) AS n FROM shown GROUP BY person"
    for place in (0.5, 0.9, 0.99):
        found[f"impressions a person, quantile {place}"] = one(
            f"SELECT quantile_cont(n, {place}) FROM ({by_person})"
        )
    found["people with a like"] = (
        one("SELECT count(DISTINCT person) FROM done WHERE action = 'like'")
        / found["distinct, person"]
    )
    return found


def main() -> int:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("society", type=Path)
    parser.add_argument("kuairand", type=Path)
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    ours, theirs = measure(OURS, asked.society), measure(THEIRS, asked.kuairand)
    for what, figure in ours.items():
        if asked.json:
            print(json.dumps({"what": what, "ours": figure, "peer": theirs[what]}))
        else:
            print(f"{what:<58} {shown(what, figure):>10} {shown(what, theirs[what]):>10}")
    return 0


def shown(what: str, figure: float) -> str:
    """Return a figure as people read it: shares in percent."""
    is_count = what.startswith(("impressions", "distinct"))
    return f"{figure:,.1f}" if is_count else f"{100 * figure:.2f} %"


if __name__ == "__main__":
    raise SystemExit(main())
