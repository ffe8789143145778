"""What every importer promises, and what each reads its data set as."""

from __future__ import annotations

from pathlib import Path

import duckdb
import msgspec
import numpy as np
import pytest

from bowerbird.core.clock import ClockName
from bowerbird.core.errors import InputError
from bowerbird.core.facts import NONE, Action, Control, FactKind, Flag
from bowerbird.journal.importers import IMPORTERS, import_dataset
from bowerbird.journal.importers.kuairand import LOG_COLUMNS
from bowerbird.journal.ingest import Summary
from bowerbird.journal.journal import Journal
from tests.journal.rows import whole
from tests.journal.test_kuairand import VIDEOS, log_row

SHARED = Path(__file__).parents[2].parent / "shared/data"
NOW = 1_760_000_000_000


def parquet(path: Path, query: str) -> None:
    with duckdb.connect() as connection:
        connection.execute(f"COPY ({query}) TO '{path}'")


class Contract:
    """One importer on a small copy of its data set; a new one adds a class with two members."""

    name: str
    facts: int
    """How many facts `publish` stands for."""

    quarantined = 0

    def publish(self, folder: Path) -> None:
        """Write the files of the data set."""
        raise NotImplementedError

    def taken(self, journal: Journal, folder: Path) -> Summary:
        return import_dataset(self.name, journal, folder, now=NOW)

    @pytest.fixture
    def folder(self, tmp_path: Path) -> Path:
        folder = tmp_path / "published"
        folder.mkdir()
        self.publish(folder)
        return folder

    @pytest.fixture
    def journal(self, tmp_path: Path, folder: Path) -> Journal:
        journal = Journal.open(tmp_path / "data", clock=ClockName.JOURNAL)
        self.summary = self.taken(journal, folder)
        return journal

    def told(self, journal: Journal) -> list[tuple[str, str, str]]:
        """Person, word and target of each event and control, in order."""
        batch, ids = whole(journal), journal.ids
        found = []
        for at in np.flatnonzero(np.isin(batch.kind, (FactKind.EVENT, FactKind.CONTROL))).tolist():
            word = Action if batch.kind[at] == FactKind.EVENT else Control
            target = (
                ids.media.id(batch.media[at])
                if batch.media[at] != NONE
                else ids.accounts.id(batch.account[at])
            )
            user = ids.users.id(batch.user[at])
            found.append((user, word(batch.code[at]).name.lower(), target))
        return found

    def test_every_row_is_a_fact_or_in_quarantine(self, journal: Journal) -> None:
        with journal:
            assert journal.end == self.facts
        assert sum(self.summary.rejected.values()) == self.quarantined
        assert (self.summary.quarantine is not None) == (self.quarantined > 0)

    def test_events_come_in_order_of_time_within_the_years_that_can_be(
        self, journal: Journal
    ) -> None:
        with journal:
            batch = whole(journal)
        events = batch.kind == FactKind.EVENT
        assert (np.diff(batch.ts[events]) >= 0).all()
        assert (batch.ts < NOW).all()
        assert (batch.user[events] != NONE).all()
        assert ((batch.media[events] != NONE) | (batch.account[events] != NONE)).all()

    def test_media_and_accounts_are_told_before_what_is_done_with_them(
        self, journal: Journal
    ) -> None:
        with journal:
            batch = whole(journal)
        for kind, rows in ((FactKind.MEDIA, batch.media), (FactKind.ACCOUNT, batch.account)):
            described = {int(rows[at]): at for at in np.flatnonzero(batch.kind == kind)[::-1]}
            used = np.flatnonzero(np.isin(batch.kind, (FactKind.EVENT, FactKind.CONTROL)))
            assert all(described.get(int(rows[at]), -1) < at for at in used)

    def test_importing_again_adds_nothing_also_once_sealed(
        self, journal: Journal, folder: Path
    ) -> None:
        with journal:
            end = journal.end
            assert self.taken(journal, folder).accepted == 0
            journal.seal()
            assert self.taken(journal, folder).accepted == 0
            assert journal.end == end

    def test_progress_is_told_and_ends_at_all_rows(self, tmp_path: Path, folder: Path) -> None:
        counts: list[int] = []
        with Journal.open(tmp_path / "other", clock=ClockName.JOURNAL) as journal:
            import_dataset(self.name, journal, folder, now=NOW, progress=counts.append)
        assert counts
        assert counts == sorted(counts)

    def test_an_empty_folder_is_refused_and_named(self, tmp_path: Path) -> None:
        (tmp_path / "nothing").mkdir()
        with (
            Journal.open(tmp_path / "data", clock=ClockName.JOURNAL) as journal,
            pytest.raises(InputError, match="nothing"),
        ):
            self.taken(journal, tmp_path / "nothing")


def test_every_importer_has_a_contract_and_a_line_in_the_docs() -> None:
    names = {each.name for each in Contract.__subclasses__()}
    assert names == {importer.name for importer in IMPORTERS}
    page = (Path(__file__).parents[2] / "docs/journal.md").read_text()
    assert not [name for name in names if f"| `{name}` |" not in page]


class TestKuaiRand(Contract):
    name, facts = "kuairand", 2 + 3 + 2

    def publish(self, folder: Path) -> None:
        (folder / "video_features_basic_pure.csv").write_text(VIDEOS)
        rows = log_row(time_ms=1_650_800_000_000, is_click=1, play_time_ms=9)
        columns = ", ".join(LOG_COLUMNS)
        parquet(folder / "interactions.parquet", f"SELECT * FROM (VALUES {rows}) AS log({columns})")
        parquet(
            folder / "history_sequences.parquet",
            "SELECT 1 AS user_id, 1 AS history_len, 1650700000000::BIGINT AS last_time_ms, "
            "[12] AS watch_seq, []::INT[] AS like_seq, []::INT[] AS long_watch_seq",
        )


class TestLastfm(Contract):
    name, facts = "lastfm", 3 + 2 + 2 + 3 + 3

    def publish(self, folder: Path) -> None:
        parquet(
            folder / "artists.parquet",
            "SELECT * FROM (VALUES (51, 'Ana'), (52, 'Bo'), (53, 'Nobody')) t(artist_id, name)",
        )
        parquet(
            folder / "tags.parquet", "SELECT * FROM (VALUES (1, 'jazz'), (2, 'dub')) t(tag_id, tag)"
        )
        parquet(
            folder / "user_artists.parquet",
            "SELECT * FROM (VALUES (2, 51, 900), (2, 52, 12), (3, 51, 5)) "
            "t(user_id, artist_id, weight)",
        )
        parquet(
            folder / "user_friends.parquet",
            "SELECT * FROM (VALUES (2, 3), (3, 2)) t(user_id, friend_id)",
        )
        parquet(
            folder / "user_taggedartists.parquet",
            "SELECT * FROM (VALUES (2, 51, 1, DATE '2009-04-01'), (2, 51, 2, DATE '2009-04-01'), "
            "(3, 51, 2, DATE '2009-05-01'), (3, 52, 1, DATE '1956-06-01')) "
            "t(user_id, artist_id, tag_id, date)",
        )

    def test_listening_comes_first_the_most_played_last_then_tags_by_day(
        self, journal: Journal
    ) -> None:
        with journal:
            assert self.told(journal) == [
                ("u2", "follow", "u3"),
                ("u3", "follow", "u2"),
                ("u2", "long_view", "a52"),
                ("u3", "long_view", "a51"),
                ("u2", "long_view", "a51"),
                ("u3", "save", "a52"),  # tagged in 1956
                ("u2", "save", "a51"),
                ("u3", "save", "a51"),
            ]
            batch = whole(journal)
            known = (batch.flags & Flag.TIME_KNOWN) > 0
            assert known.sum() == 2
            topics = journal.ids.topics.since(0)
        plays = [msgspec.json.decode(batch.details_of(at)) for at in (7, 9)]
        assert plays == [{"attributes": {"plays": 12}}, {"attributes": {"plays": 900}}]
        assert topics == ["dub", "jazz"]


class TestRecBole(Contract):
    name, facts = "recbole", 3 + 4 + 2

    def publish(self, folder: Path) -> None:
        (folder / "films.inter").write_text(
            "user_id:token\titem_id:token\trating:float\ttimestamp:float\n"
            "7\tx\t4\t881250949\n7\ty\t3\t881250940\n8\tx\t5\t891717742\n8\tz\t1\t891717743\n"
        )
        (folder / "films.item").write_text(
            "item_id:token\ttitle:token_seq\tgenre:token_seq\tauthor_id:token\n"
            'x\tA "quoted" title\tDrama War\tann\ny\t\tWar\tbob\n'
        )
        (folder / "films.user").write_text("user_id:token\tage:float\n7\t30\n")

    def test_a_high_rating_is_a_like_and_a_maker_the_account(self, journal: Journal) -> None:
        with journal:
            assert self.told(journal) == [
                ("7", "view", "y"),
                ("7", "view", "x"),
                ("7", "like", "x"),
                ("8", "view", "x"),
                ("8", "like", "x"),
                ("8", "view", "z"),
            ]
            batch, ids = whole(journal), journal.ids
            assert [ids.accounts.id(row) for row in batch.account[:3]] == ["ann", "bob", "z"]
            assert ids.topics.since(0) == ["Drama", "War"]
        assert batch.ts[3] == 881_250_940_000
        assert b'A \\"quoted\\" title' in batch.details_of(0)

    def test_without_ratings_and_times_every_line_is_a_like_in_its_order(
        self, tmp_path: Path
    ) -> None:
        lines = "user_id:token\titem_id:token\nb\tq\na\tp\n"
        (tmp_path / "plain.inter").write_text(lines)
        with Journal.open(tmp_path / "data", clock=ClockName.JOURNAL) as journal:
            self.taken(journal, tmp_path)
            assert self.told(journal) == [
                ("b", "view", "q"),
                ("b", "like", "q"),
                ("a", "view", "p"),
                ("a", "like", "p"),
            ]
            assert not (whole(journal).flags & Flag.TIME_KNOWN).any()

    def test_a_file_without_people_is_refused(self, tmp_path: Path) -> None:
        (tmp_path / "odd.inter").write_text("who:token\titem_id:token\nb\tq\n")
        with (
            Journal.open(tmp_path / "data", clock=ClockName.JOURNAL) as journal,
            pytest.raises(InputError, match="no column 'user_id'"),
        ):
            self.taken(journal, tmp_path)


ANN, BOB, PICTURE = "https://a/ann", "https://a/bob", "https://a/p/1"


def activity(nth: int, kind: str, actor: str, thing: object, **more: object) -> dict[str, object]:
    ts = f"2024-05-01T10:{nth:02d}:00Z"
    return {
        "id": f"https://a/act/{nth}",
        "type": kind,
        "actor": actor,
        "object": thing,
        "published": ts,
        **more,
    }


class TestActivityStreams(Contract):
    name, facts, quarantined = "activitystreams", 13, 3

    def publish(self, folder: Path) -> None:
        picture = {
            "id": PICTURE,
            "type": "Image",
            "attributedTo": ANN,
            "content": "<p>ink</p>",
            "tag": [{"type": "Hashtag", "name": "#ink"}, {"type": "Mention", "name": "@bob"}],
        }
        ann = {"id": ANN, "type": "Person", "name": "Ann"}
        like = activity(3, "Like", BOB, PICTURE)
        block = activity(7, "Block", BOB, ANN)
        posted = [
            activity(1, "Create", ANN, picture),
            activity(0, "Update", ANN, ann),
            activity(2, "View", BOB, PICTURE, duration="PT8S"),
            like,
            activity(4, "Follow", BOB, ANN),
            activity(5, "Announce", BOB, PICTURE),
            activity(6, "Dislike", BOB, PICTURE),
            block,
            activity(8, "Flag", BOB, [PICTURE, ANN]),
            activity(9, "Undo", BOB, like["id"]),
            activity(10, "Undo", BOB, activity(4, "Follow", BOB, ANN)),
            activity(11, "Undo", BOB, block),
        ]
        collection = {"type": "OrderedCollection", "orderedItems": posted}
        (folder / "outbox.json").write_bytes(msgspec.json.encode(collection))
        odd = [
            activity(12, "Undo", BOB, activity(5, "Announce", BOB, PICTURE)),
            activity(13, "Dance", BOB, PICTURE),
            {"id": "https://a/act/14", "type": "Like", "actor": BOB, "object": PICTURE},
        ]
        (folder / "odd.jsonl").write_bytes(b"\n".join(map(msgspec.json.encode, odd)) + b"\n\n")

    def test_each_activity_is_the_fact_it_stands_for(self, journal: Journal) -> None:
        with journal:
            assert self.told(journal) == [
                (BOB, "view", PICTURE),
                (BOB, "like", PICTURE),
                (BOB, "follow", ANN),
                (BOB, "share", PICTURE),
                (BOB, "hide", PICTURE),
                (BOB, "mute", ANN),
                (BOB, "report", PICTURE),
                (BOB, "report", ANN),
                (BOB, "unlike", PICTURE),
                (BOB, "unfollow", ANN),
                (BOB, "unmute", ANN),
            ]
            batch = whole(journal)
            assert batch.kind[:2].tolist() == [FactKind.ACCOUNT, FactKind.MEDIA]
            assert journal.ids.topics.since(0) == ["ink"]
        assert b'"text":"ink"' in batch.details_of(1)
        assert batch.value[2] == 8_000
        assert self.summary.rejected == {"unknown_action": 2, "missing_ts": 1}

    def test_a_file_that_is_no_json_is_named_with_its_line(self, tmp_path: Path) -> None:
        (tmp_path / "broken.jsonl").write_text('{"type": "Like"}\n{"type": \n')
        with (
            Journal.open(tmp_path / "data", clock=ClockName.JOURNAL) as journal,
            pytest.raises(InputError, match=r"broken\.jsonl, line 2"),
        ):
            self.taken(journal, tmp_path)


@pytest.mark.skipif(
    not (SHARED / "lastfm-hetrec2011-2k").exists(), reason="SKIPPED LOUDLY: no Last.fm 2K"
)
def test_the_published_lastfm_gives_the_counts_its_readme_states(tmp_path: Path) -> None:
    with Journal.open(tmp_path, clock=ClockName.JOURNAL) as journal:
        summary = import_dataset("lastfm", journal, SHARED / "lastfm-hetrec2011-2k", now=NOW)
        accounts, people = len(journal.ids.accounts), len(journal.ids.users)
        counts = np.zeros(len(Action), np.int64)
        for batch in journal.read():
            codes = batch.code[batch.kind == FactKind.EVENT]
            counts += np.bincount(codes, minlength=len(Action))
    assert summary.rejected == {}
    assert (accounts, people) == (17_632 + 390 + 1_892, 1_892)  # 390 are tagged but have no name
    assert (counts[Action.LONG_VIEW], counts[Action.FOLLOW]) == (92_834, 25_434)
    assert counts[Action.SAVE] == 85_015  # of one day, several tags are one save
