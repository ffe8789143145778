import csv
import gzip
from collections.abc import Callable, Sequence
from pathlib import Path

import duckdb
import msgspec
import pytest

from bowerbird.core.errors import InputError
from bowerbird.core.facts import FactBatch, FactKind
from bowerbird.journal.ingest import Summary, ingest
from bowerbird.journal.journal import Journal
from tests.journal.rows import NOW, Row, assert_same, event, whole


def plain(n: int, **more: object) -> Row:
    row = event(n, dwell_ms=n, surface="tab", event_id=f"e{n}", **more)
    del row["kind"]
    return row


def write_json(path: Path, rows: Sequence[object]) -> Path:
    path.write_bytes(b"".join(msgspec.json.encode(row) + b"\n" for row in rows))
    return path


def write_gzip(path: Path, rows: Sequence[object]) -> Path:
    path.write_bytes(gzip.compress(write_json(path, rows).read_bytes()))
    return path


def write_csv(path: Path, rows: Sequence[Row]) -> Path:
    with path.open("w", newline="") as file:
        writer = csv.DictWriter(file, list({name: 0 for row in rows for name in row}))
        writer.writeheader()
        writer.writerows(rows)
    return path


def write_parquet(path: Path, rows: Sequence[Row]) -> Path:
    lines = write_json(path.with_suffix(".lines"), rows)
    with duckdb.connect() as connection:
        connection.execute(
            f"COPY (SELECT * FROM read_json('{lines}', format = 'newline_delimited')) "
            f"TO '{path}' (FORMAT parquet)"
        )
    lines.unlink()
    return path


WRITERS: dict[str, Callable[[Path, Sequence[Row]], Path]] = {
    "events.jsonl": write_json,
    "events.ndjson": write_json,
    "events.json": write_json,
    "events.jsonl.gz": write_gzip,
    "events.csv": write_csv,
    "events.parquet": write_parquet,
}


def load(folder: Path, path: Path, kind: FactKind | None = None) -> Summary:
    with Journal.open(folder) as journal:
        return ingest(journal, path, kind=kind, now=NOW)


@pytest.mark.parametrize("name", WRITERS)
def test_the_same_rows_are_the_same_facts_in_every_format(tmp_path: Path, name: str) -> None:
    rows = [plain(n, ts=f"2023-11-14T22:13:{n % 60:02}Z") for n in range(50)]
    path = WRITERS[name](tmp_path / name, rows)
    with Journal.open(tmp_path / "a") as journal, Journal.open(tmp_path / "b") as appended:
        summary = ingest(journal, path, now=NOW)
        assert (summary.accepted, summary.rejected, summary.quarantine) == (50, {}, None)
        assert summary.by_kind == {"event": 50}
        appended.append([{"kind": "event", **row} for row in rows], now=NOW)
        assert_same(whole(journal), whole(appended))
        again = ingest(journal, path, now=NOW)
        assert (again.accepted, again.duplicates, journal.end) == (0, 50, 50)


def test_a_bad_row_goes_to_quarantine_with_its_line_its_reason_and_its_text(tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    good = [msgspec.json.encode(plain(n)) for n in range(2)]
    bad = [
        b'{"user_id": "u", "action": "likd", "media_id": "m", "ts": 1700000000000}',
        b'{"user_id": "u", "action": "like", "media_id": "m", "ts": "soon"}',
        b"not json at all",
        b"[1, 2]",
        b'{"user_id": "\xff"}',
        b'{"a":' * 5000,
    ]
    path.write_bytes(b"\xef\xbb\xbf" + b"\r\n".join([good[0], bad[0], b"", *bad[1:], good[1]]))
    summary = load(tmp_path, path)
    assert summary.accepted == 2
    assert summary.rejected == {
        "not_json": 3,
        "unknown_action": 1,
        "unreadable_time": 1,
        "not_an_object": 1,
    }
    assert summary.quarantine is not None
    assert summary.quarantine.parent == tmp_path / "journal/quarantine"
    kept = [msgspec.json.decode(line) for line in summary.quarantine.read_bytes().splitlines()]
    assert [entry["line"] for entry in kept] == [2, 4, 5, 6, 7, 8]
    assert [entry["reason"] for entry in kept][:3] == [
        "unknown_action",
        "unreadable_time",
        "not_json",
    ]
    assert [entry["raw"].encode() for entry in kept if "\ufffd" not in entry["raw"]] == [
        *bad[:4],
        bad[5],
    ]
    assert {entry["file"] for entry in kept} == {"events.jsonl"}


def test_loading_a_file_again_keeps_one_quarantine_file_of_it(tmp_path: Path) -> None:
    path = write_json(tmp_path / "events.jsonl", [{}, plain(0)])
    first, second = load(tmp_path, path), load(tmp_path, path)
    assert first.quarantine == second.quarantine is not None
    assert len(second.quarantine.read_bytes().splitlines()) == 1


def test_a_broken_csv_record_does_not_take_others_with_it(tmp_path: Path) -> None:
    path = tmp_path / "events.csv"
    path.write_bytes(
        b'\xef\xbb\xbfuser_id, action,media_id,ts,note\n'
        b'007,like,m1,1700000000000,"two\nlines, one cell"\n'
        b"u,like,m2,1700000000000\n"
        b"\n"
        b'u,like,m3,1700000000000,"a"b\n'
        b"u\xff,like,m4,1700000000000,\n"
        b"u,like,m5,1700000000000,\n"
        b'u,like,m6,1700000000000,"never closed\n'
    )  # fmt: skip
    with Journal.open(tmp_path) as journal:
        summary = ingest(journal, path, now=NOW)
        assert journal.ids.users.since(0) == ["007", "u"]
        assert journal.ids.media.since(0) == ["m1", "m5"]
        batch = whole(journal)
    assert batch.details_of(0) == b'{"attributes":{"note":"two\\nlines, one cell"}}'
    assert summary.quarantine is not None
    kept = [msgspec.json.decode(line) for line in summary.quarantine.read_bytes().splitlines()]
    assert [(entry["line"], entry["reason"]) for entry in kept] == [
        (4, "wrong_columns"),
        (6, "not_csv"),
        (7, "wrong_type"),
        (9, "not_csv"),
    ]
    assert kept[0]["raw"] == "u,like,m2,1700000000000"


def test_parquet_keeps_its_types(tmp_path: Path) -> None:
    path = tmp_path / "media.parquet"
    with duckdb.connect() as connection:
        connection.execute(
            f"""COPY (SELECT 7 AS media_id, 'a' AS account_id, ['x', 'y'] AS topics,
              TIMESTAMP '2023-11-14 22:13:20' AS ts, 1.5::DECIMAL(4, 1) AS duration_s,
              true AS recommendable, NULL AS text, {{'w': 3}} AS size) TO '{path}'"""
        )
    with Journal.open(tmp_path) as journal:
        assert ingest(journal, path, now=NOW).accepted == 1
        batch = whole(journal)
        assert journal.ids.media.since(0) == ["7"]
        assert journal.ids.topics.since(0) == ["x", "y"]
    assert (batch.ts[0], batch.value[0]) == (NOW, 1.5)
    assert batch.details_of(0) == b'{"attributes":{"size":{"w":3}}}'


def test_the_kind_is_what_the_row_says_else_the_caller_else_the_name(tmp_path: Path) -> None:
    account = {"account_id": "a", "ts": NOW}
    mute = {"kind": "control", "user_id": "u", "account_id": "a", "control": "mute", "ts": NOW}
    path = write_json(tmp_path / "accounts-1.jsonl", [account, mute])
    assert load(tmp_path / "a", path).by_kind == {"account": 1, "control": 1}
    path = path.rename(tmp_path / "things.jsonl")
    assert load(tmp_path / "b", path).rejected == {"unknown_kind": 1}
    assert load(tmp_path / "c", path, FactKind.ACCOUNT).accepted == 2


def society(folder: Path) -> Path:
    """Facts in five files, each in an order of its own."""
    folder.mkdir()
    media = [{"media_id": f"m{n}", "account_id": "a", "ts": NOW + n, "spam": n} for n in range(9)]
    write_json(folder / "media.jsonl", media[::-1])
    write_csv(folder / "events-a.csv", [plain(n) for n in range(0, 9, 2)])
    write_parquet(folder / "events-b.parquet", [plain(n) for n in range(1, 9, 2)])
    shown = [{"user_id": "u", "request_id": "r", "ts": NOW + 3, "slate": ["m1"]}]
    write_json(folder / "exposures.jsonl", shown)
    write_json(folder / "accounts.jsonl", [{"account_id": "b"}, {"account_id": "c", "ts": NOW + 4}])
    (folder / "README.md").write_text("not facts")
    return folder


def test_the_files_of_a_folder_are_merged_by_time(tmp_path: Path) -> None:
    folder = society(tmp_path / "facts")
    with Journal.open(tmp_path) as journal:
        summary = ingest(journal, folder, now=NOW)
        again = ingest(journal, folder, now=NOW + 1000)
        batch = whole(journal)
        accounts = [journal.ids.accounts.id(row) for row in batch.account[batch.kind == 0]]
    assert (summary.accepted, summary.skipped, again.accepted) == (21, ("README.md",), 0)
    assert summary.by_kind == {"account": 2, "media": 9, "event": 9, "exposure": 1, "score": 9}
    assert batch.ts.tolist() == sorted(batch.ts.tolist())
    assert accounts == ["b", "c"]
    assert batch.ts[0] == NOW  # an account without a time was there from the first moment
    assert batch.flags[0] == 0
    account, media, event, shown, score = (FactKind(kind) for kind in (0, 1, 2, 3, 6))
    assert batch.kind.tolist()[:4] == [account, media, score, event]
    assert batch.kind[batch.ts == NOW + 3].tolist() == [media, score, shown, event]
    assert batch.kind[batch.ts == NOW + 4].tolist() == [account, media, score, event]
    scores = batch.value[batch.kind == FactKind.SCORE]
    assert scores.tolist() == list(range(9))


def test_each_batch_is_handed_on_once_it_is_durable(tmp_path: Path) -> None:
    batches: list[FactBatch] = []
    counted: list[int] = []
    folder = society(tmp_path / "facts")
    with Journal.open(tmp_path) as journal:

        def take(batch: FactBatch) -> None:
            assert batch.stop <= journal.end
            batches.append(batch)

        ingest(journal, folder, now=NOW, on_batch=take, progress=counted.append)
        assert [batch.start for batch in batches] == [0, *(batch.stop for batch in batches[:-1])]
        assert batches[-1].stop == journal.end
    assert counted == sorted(counted)
    assert counted[-1] == 21


def test_what_cannot_be_read_as_a_whole_is_an_error_that_says_so(tmp_path: Path) -> None:
    def refuses(name: str, content: bytes, match: str) -> None:
        (tmp_path / name).write_bytes(content)
        with pytest.raises(InputError, match=match):
            load(tmp_path, tmp_path / name)

    refuses("events.xlsx", b"", "suffix that nothing here reads")
    refuses("events.json", b' [{"a": 1}]', "is an array")
    refuses("events.csv", b"user_id,ts,ts\n", "names a column twice")
    refuses("events.parquet", b"PAR1 not really", "cannot read")
    refuses("events.jsonl.gz", gzip.compress(b"{}\n" * 999)[:-9], "cannot read")
    with pytest.raises(InputError, match="there is no"):
        load(tmp_path, tmp_path / "nowhere.jsonl")
    (tmp_path / "empty").mkdir()
    with pytest.raises(InputError, match="no file called by a kind"):
        load(tmp_path, tmp_path / "empty")


def test_an_empty_file_is_no_fact_and_no_error(tmp_path: Path) -> None:
    for name in ("events.jsonl", "events.csv"):
        (tmp_path / name).write_bytes(b"")
        assert load(tmp_path, tmp_path / name).accepted == 0
