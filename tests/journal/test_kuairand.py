from collections import Counter
from pathlib import Path

import duckdb
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bowerbird.core.clock import ClockName
from bowerbird.core.errors import InputError, NotFound
from bowerbird.core.facts import NONE, Action, FactBatch, FactKind, Flag
from bowerbird.core.ids import hash64
from bowerbird.journal.importers import import_dataset
from bowerbird.journal.importers.kuairand import LOG_COLUMNS
from bowerbird.journal.importers.kuairand_history import aligned
from bowerbird.journal.ingest import Summary
from bowerbird.journal.journal import Journal
from tests.journal.rows import whole

REAL = Path(__file__).parents[2].parent / "shared/data/kuairand-pure-14d"
NOW = 1_760_000_000_000
LAST = 1_650_800_000_000  # of the first person's history
LOGGED = LAST + 1_000_000


def log_row(**told: int) -> str:
    row = dict.fromkeys(LOG_COLUMNS, 0) | {"user_id": 1, "video_id": 11, "author_id": 5} | told
    return f"({', '.join(str(row[name]) for name in LOG_COLUMNS)})"


LOG = [
    log_row(time_ms=LOGGED, is_click=1, long_view=1, is_follow=1, play_time_ms=8123, tab=4),
    log_row(time_ms=LOGGED, is_click=1, long_view=1, is_follow=1, play_time_ms=8123, tab=4),
    log_row(time_ms=LOGGED + 9, video_id=12, is_hate=1, is_profile_enter=1, tab=0),
    log_row(time_ms=LAST - 90_000, user_id=2, is_like=1, is_comment=1, is_forward=1),
]
VIDEOS = """video_id,author_id,video_type,upload_dt,upload_type,visible_status,video_duration,\
server_width,server_height,music_id,music_type,tag
11,5,NORMAL,2022-04-10,Web,0.0,8500.0,720.0,1280.0,1,9.0,"20,43"
12,5,NORMAL,2022-04-11,Kmovie,0.0,,720.0,1280.0,2,9.0,
"""


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """The published files, in small; the statistics are no Parquet, so that nobody reads them."""
    folder = tmp_path / "kuairand"
    folder.mkdir()
    (folder / "video_features_basic_pure.csv").write_text(VIDEOS)
    (folder / "video_features_statistic.parquet").write_text("whoever opens this, leaks")
    with duckdb.connect() as connection:
        connection.execute(
            f"COPY (SELECT * FROM (VALUES {', '.join(LOG)}) t({', '.join(LOG_COLUMNS)})) "
            f"TO '{folder}/interactions.parquet'"
        )
        connection.execute(
            f"COPY (SELECT 1 AS user_id, 4 AS history_len, {LAST}::BIGINT AS last_time_ms, "
            "[12, 11, 12] AS watch_seq, [12] AS like_seq, [11, 11, 12] AS long_watch_seq) "
            f"TO '{folder}/history_sequences.parquet'"
        )
    return folder


def taken(journal: Journal, source: Path) -> Summary:
    return import_dataset("kuairand", journal, source, now=NOW)


def told(journal: Journal, batch: FactBatch) -> list[tuple[str, str, int, str]]:
    """Person, video, time and action of each event."""
    return [
        (
            journal.ids.users.id(batch.user[at]),
            journal.ids.media.id(batch.media[at]),
            int(batch.ts[at]),
            Action(batch.code[at]).name.lower(),
        )
        for at in np.flatnonzero(batch.kind == FactKind.EVENT)
    ]


def test_a_row_is_an_impression_with_its_outcomes_and_history_comes_before(
    tmp_path: Path, source: Path
) -> None:
    with Journal.open(tmp_path, clock=ClockName.JOURNAL) as journal:
        summary = taken(journal, source)
        events = told(journal, whole(journal))
    step, end = 60_000, LAST
    assert events == [
        ("u1", "v11", end - 3 * step, "impression"),  # seen long before the 50 listed
        ("u1", "v11", end - 3 * step, "view"),
        ("u1", "v11", end - 3 * step, "long_view"),
        ("u1", "v12", end - 2 * step, "impression"),
        ("u1", "v12", end - 2 * step, "view"),
        ("u2", "v11", LAST - 90_000, "impression"),
        ("u2", "v11", LAST - 90_000, "like"),
        ("u2", "v11", LAST - 90_000, "comment"),
        ("u2", "v11", LAST - 90_000, "share"),
        ("u1", "v11", end - step, "impression"),
        ("u1", "v11", end - step, "view"),
        ("u1", "v11", end - step, "long_view"),
        ("u1", "v12", end, "impression"),
        ("u1", "v12", end, "view"),
        ("u1", "v12", end, "long_view"),
        ("u1", "v12", end, "like"),
        ("u1", "v11", LOGGED, "impression"),
        ("u1", "v11", LOGGED, "view"),
        ("u1", "v11", LOGGED, "click"),
        ("u1", "v11", LOGGED, "long_view"),
        ("u1", "v11", LOGGED, "follow"),
        ("u1", "v12", LOGGED + 9, "impression"),
        ("u1", "v12", LOGGED + 9, "profile_visit"),
        ("u1", "v12", LOGGED + 9, "hide"),
    ]
    assert (summary.accepted, summary.duplicates) == (len(events) + 2, 1)
    assert summary.by_kind == {"media": 2, "event": len(events)}


def test_the_columns_of_an_event_are_those_of_its_row(tmp_path: Path, source: Path) -> None:
    with Journal.open(tmp_path) as journal:
        taken(journal, source)
        batch = whole(journal)
        seen, view, _, _, follow = np.flatnonzero(batch.ts == LOGGED)
        assert (batch.value[seen], batch.account[seen]) == (8123, NONE)
        assert journal.ids.surfaces.id(batch.surface[seen]) == "4"
        assert journal.ids.accounts.id(batch.account[follow]) == "a5"
        assert np.isnan(batch.value[[view, follow]]).all()
    known = (batch.flags & Flag.TIME_KNOWN) > 0
    assert known[batch.ts >= LOGGED].all()
    of_history = (batch.kind == FactKind.EVENT) & (batch.surface == NONE)
    assert (known == ~of_history | (batch.ts == LAST)).all()  # a history's last impression alone
    requests = Counter(zip(batch.ts.tolist(), batch.request.tolist(), strict=True))
    requests.pop(next(pair for pair in requests if pair[1] == 0))
    assert len({request for _, request in requests} - {0}) == 7  # 4 of history, 3 of the log
    assert hash64("kh-1-0") in batch.request


def test_videos_are_media_of_their_upload_day_in_china_with_tags_as_topics(
    tmp_path: Path, source: Path
) -> None:
    with Journal.open(tmp_path) as journal:
        taken(journal, source)
        batch = whole(journal).slice(0, 2)
        assert journal.ids.topics.since(0) == ["tag:20", "tag:43"]
        assert journal.ids.accounts.since(0) == ["a5"]
    assert batch.ts.tolist() == [1_649_520_000_000, 1_649_606_400_000]
    assert batch.items_at.tolist() == [0, 2, 2]
    assert batch.value[0] == np.float32(8.5)
    assert np.isnan(batch.value[1])
    assert batch.details_of(1) == b'{"attributes":{"upload_type":"Kmovie"}}'


def test_importing_again_adds_nothing(tmp_path: Path, source: Path) -> None:
    with Journal.open(tmp_path) as journal:
        taken(journal, source)
        end = journal.end
        journal.seal()
        assert taken(journal, source).accepted == 0
        assert journal.end == end


def test_a_missing_file_and_an_unknown_data_set_are_named(tmp_path: Path, source: Path) -> None:
    with Journal.open(tmp_path) as journal:
        with pytest.raises(NotFound, match="did you mean `kuairand`"):
            import_dataset("kuairan", journal, source, now=NOW)
        (source / "history_sequences.parquet").unlink()
        with pytest.raises(InputError, match=r"history_sequences\.parquet is missing"):
            taken(journal, source)


@given(st.lists(st.integers(0, 4), max_size=12), st.integers(0, 12), st.data())
def test_a_sequence_is_found_in_its_whole_and_only_what_is_older_is_not(
    whole_: list[int], cut: int, data: st.DataObject
) -> None:
    part = [item for item in whole_ if data.draw(st.booleans())]
    listed = whole_[min(cut, len(whole_)) :]
    places = aligned(listed, part)
    found = [place for place in places if place != NONE]
    assert found == sorted(set(found))
    assert found == places[len(places) - len(found) :]
    assert [listed[place] for place in found] == part[len(part) - len(found) :]
    if len(listed) == len(whole_):
        assert len(found) == len(part)


@pytest.mark.skipif(not REAL.exists(), reason=f"SKIPPED LOUDLY: no KuaiRand-Pure in {REAL}")
def test_the_published_log_gives_the_counts_its_readme_states(tmp_path: Path) -> None:
    with Journal.open(tmp_path, clock=ClockName.JOURNAL) as journal:
        summary = taken(journal, REAL)
        log: Counter[str] = Counter()
        history: Counter[str] = Counter()
        newest, timed = 0, 0
        for batch in journal.read():
            assert batch.ts[0] >= newest or batch.start == 0
            events, before = batch.kind == FactKind.EVENT, batch.surface == NONE
            assert (np.diff(batch.ts[events]) >= 0).all()
            newest = int(batch.ts[-1])
            for counter, rows in ((log, events & ~before), (history, events & before)):
                codes, counts = np.unique(batch.code[rows], return_counts=True)
                counter.update({Action(c).name: int(n) for c, n in zip(codes, counts, strict=True)})
            known = (batch.flags & Flag.TIME_KNOWN) > 0
            timed += int((events & before & known & (batch.code == Action.VIEW)).sum())
        people, media = len(journal.ids.users), len(journal.ids.media)
    assert summary.duplicates == 4_341
    assert log["IMPRESSION"] == 182_555 - 4_341
    assert log["VIEW"] < log["IMPRESSION"]
    assert history["VIEW"] == history["IMPRESSION"] > 653_875
    assert history["LIKE"] == 17_972
    assert history["LONG_VIEW"] == 312_356
    assert 653_875 < history["IMPRESSION"] < 967_758
    assert timed == 21_166  # the last of each
    assert (summary.by_kind["media"], media) == (7_583, 7_583)
    assert people >= 21_166
    assert newest < 1_652_025_600_000  # 8 May, China time, is over
