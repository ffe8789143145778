from pathlib import Path
from typing import Any

import duckdb
import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_array_equal

from bowerbird.core.facts import FactKind
from bowerbird.core.texts import Texts
from bowerbird.journal.checking import check_block
from bowerbird.journal.chunks import Block
from bowerbird.journal.csv_rows import read_csv
from bowerbird.journal.draft import FIELDS, Draft
from bowerbird.journal.files import READERS
from bowerbird.journal.json_rows import read_json
from bowerbird.journal.validate import check
from tests.journal.rows import NOW, Row, events, facts, on

JSON = st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.floats() | st.text(max_size=9)
TEXTS = (
    *("1700000000000", "2023-11-14T22:13:20Z", "2023-11-14T22:13:20.123Z", "2023-1", "20231114"),
    *("2023-11-14 22:13:20", "2023-11-14T22:13:20.123456Z", "2023-02-29T00:00:00Z", " 7", "7 "),
    *("2023-11-14T24:00:00Z", "2023-13-14T22:13:20Z", "2023-11-14T22:13:20+01:00", "1_0", "٣"),
    *("x" * 256, "x" * 257, "é", "", "0", "7.5", "7.", ".5", "inf", "-1", "1e3", "1e400", "007"),
    *("impression", "true", "no", "-0", "-0.0", "123456789.123456789", "0.1e-7", "\x7f", "\x1f"),
    *('a"b', "a\\b", "9" * 39, "40000", "31.0"),
)
NUMBERS: tuple[float, ...] = (
    0,
    7,
    -7,
    -0.0,
    0.1,
    31.0,
    40_000,
    2**53 + 1,
    1e300,
    1e-5,
    10**38,
    10**39,
)
NUMBERS += (NOW // 1000, float(NOW), NOW + 86_400_000, NOW + 86_400_001)
odd = st.sampled_from([*TEXTS, *NUMBERS, True, False]) | JSON | st.lists(st.integers(), max_size=2)
NAMES = st.sampled_from(
    [
        *("user_id", "media_id", "account_id", "action", "ts", "dwell_ms", "position"),
        *("event_id", "session_id", "surface", "request_id", "time_known", "kind", "colour"),
    ]
)
plain = on("media_id", events)
spoiled = st.builds(lambda row, name, value: {**row, name: value}, plain, NAMES, odd)
rows = st.lists(plain | plain | spoiled | facts, min_size=1, max_size=8)
thorough = settings(max_examples=200)


def assert_as_checked(path: Path, given: list[Any]) -> None:
    """What is read of the file at once is what `check` says of its rows `given`."""
    slow = check(given, now=NOW, untimed=NOW, kind=FactKind.EVENT)
    (block,) = READERS[path.suffix](path, events=True)
    quick = check_block(block, now=NOW, untimed=NOW, kind=FactKind.EVENT)
    assert {r.line - block.first: r.reason for r in quick.rejects} == dict(slow.faults)
    assert_same_drafts(quick.draft, slow.draft)


def assert_same_drafts(one: Draft, other: Draft) -> None:
    for name in FIELDS:
        left, right = (_column(getattr(draft, name)) for draft in (one, other))
        assert left.dtype == right.dtype, name
        assert_array_equal(left, right, name)


def _column(column: Any) -> Any:
    return np.array(column.tolist(), np.object_) if isinstance(column, Texts) else column


def count_cells(block: Block, named: FactKind = FactKind.EVENT) -> int:
    """Return how many rows of a block are not left to be decoded."""
    left: list[int] = []

    def decode(positions: Any) -> Any:
        left.append(len(positions))
        return block.decode(positions)

    watched = Block(block.size, decode, block.first, block.cells)
    check_block(watched, now=NOW, untimed=NOW, kind=named)
    return block.size - sum(left)


@given(rows, st.sampled_from([(", ", ": "), (",", ":"), (" ,\t", " : ")]))
@thorough
def test_json_read_by_cells_says_what_its_rows_say(
    tmp_path_factory: Any, given: list[Row], marks: tuple[str, str]
) -> None:
    path: Path = tmp_path_factory.getbasetemp() / "plain.jsonl"
    lines = [written(row, *marks) for row in given]
    path.write_bytes(b"\n".join(lines) + b"\n")
    assert_as_checked(path, [msgspec.json.decode(line) for line in lines])


def written(row: Row, comma: str, colon: str) -> bytes:
    """Return a row as JSON with other white space."""
    encode = msgspec.json.encode
    cells = [encode(k) + colon.encode() + encode(v, enc_hook=str) for k, v in row.items()]
    return b"{" + comma.encode().join(cells) + b"}"


HEADER = [
    *("user_id", "action", "media_id", "ts", "dwell_ms", "position", "event_id"),
    *("session_id", "surface", "account_id", "time_known", "kind", "request_id"),
]
cell = st.sampled_from([*(t for t in TEXTS if '"' not in t), "", "event", "media"])
good = st.tuples(
    st.sampled_from(["u1", "u2"]),
    st.sampled_from(["like", "view"]),
    st.sampled_from(["m1", "17"]),
    st.sampled_from(["1700000000000", "2023-11-14T22:13:20Z", "2023-11-14 20:13:20.5"]),
    st.sampled_from(["", "1200", "12.5"]),
    st.sampled_from(["", "3", "4.0"]),
    *[st.sampled_from(["", "a", "b"])] * 4,
    st.sampled_from(["", "true", "0", "maybe"]),
    st.sampled_from(["", "event"]),
    st.sampled_from(["", "r"]),
).map(list)
broken = st.builds(
    lambda row, at, value: [*row[:at], value, *row[at + 1 :]],
    good,
    st.integers(0, len(HEADER) - 1),
    cell,
)


@given(st.lists(good | broken, min_size=1, max_size=8), st.booleans())
@thorough
def test_csv_read_by_cells_says_what_its_rows_say(
    tmp_path_factory: Any, given: list[list[str]], crlf: bool
) -> None:
    path: Path = tmp_path_factory.getbasetemp() / "plain.csv"
    end = "\r\n" if crlf else "\n"
    path.write_bytes(end.join(",".join(cells) for cells in [HEADER, *given]).encode())
    named = [{n: c for n, c in zip(HEADER, row, strict=True) if c} for row in given]
    assert_as_checked(path, named)


TYPES: dict[str, st.SearchStrategy[Any]] = {
    "VARCHAR": st.none() | st.sampled_from(TEXTS),
    "BIGINT": st.none() | st.integers(-(2**62), 2**62) | st.just(NOW),
    "DOUBLE": st.none() | st.floats() | st.just(7.0),
}


@given(st.data(), st.lists(good, min_size=1, max_size=5))
@settings(max_examples=60)
def test_parquet_read_by_cells_says_what_its_rows_say(
    tmp_path_factory: Any, data: st.DataObject, given: list[list[str]]
) -> None:
    path: Path = tmp_path_factory.getbasetemp() / "plain.parquet"
    types: dict[str, str] = dict.fromkeys(HEADER[:10], "VARCHAR")
    columns: dict[str, list[Any]] = {
        name: [row[i] or None for row in given] for i, name in enumerate(types)
    }
    name = data.draw(st.sampled_from(sorted(types)))
    types[name] = data.draw(st.sampled_from(sorted(TYPES)))
    columns[name] = [data.draw(TYPES[types[name]]) for _ in given]
    with duckdb.connect() as sql:
        sql.execute(f"CREATE TABLE t ({', '.join(f'{n} {t}' for n, t in types.items())})")
        marks = ", ".join("?" * len(types))
        sql.executemany(f"INSERT INTO t VALUES ({marks})", list(zip(*columns.values())))  # noqa: B905  # all are as long
        sql.execute(f"COPY t TO '{path}' (FORMAT parquet)")
    found = [{n: c[i] for n, c in columns.items() if c[i] is not None} for i in range(len(given))]
    assert_as_checked(path, found)


def write_plain(path: Path) -> None:
    """Write two events as most logs have them."""
    if path.suffix == ".parquet":
        duckdb.sql(
            f"COPY (SELECT 'u' AS user_id, 7 AS media_id, 'view' AS action, {NOW} AS ts, "
            f"1.5::DOUBLE AS dwell_ms FROM range(2)) TO '{path}' (FORMAT parquet)"
        )
    elif path.suffix == ".csv":
        rows = f"u,7,view,{NOW},1.5\nu,m,like,2023-11-14T22:13:20Z,\n"
        path.write_text(f"user_id,media_id,action,ts,dwell_ms\n{rows}")
    else:
        path.write_text(
            f'{{"user_id": "u", "media_id": 7, "action": "view", "ts": {NOW}, "dwell_ms": 1.5}}\n'
            f'{{"user_id": "u", "account_id": "a", "action": "like", "ts": "{NOW}"}}\n'
        )


@pytest.mark.parametrize("suffix", ["jsonl", "csv", "parquet"])
def test_plain_events_are_read_without_a_row_being_decoded(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"events.{suffix}"
    write_plain(path)
    (block,) = READERS[path.suffix](path, events=True)
    assert count_cells(block) == block.size == 2


def test_lines_that_are_no_plain_objects_are_left_to_be_decoded(tmp_path: Path) -> None:
    good = f'{{"user_id": "u", "media_id": "m", "action": "like", "ts": {NOW}}}'
    lines = [
        good,
        "",
        "  ",
        "{}",
        good[:-1],
        good + "}",
        good.replace("{", '{"user_id": "v", '),
        good.replace("u", "\\u0075", 1),
        good.replace('"u"', '{"a": 1}'),
        good.replace('"u"', "07"),
        good.replace('"u"', "nul"),
        "[1]",
        good,
    ]
    path = tmp_path / "events.jsonl"
    path.write_text("\n".join(lines))
    (block,) = read_json(path, events=True)
    found = check_block(block, now=NOW, untimed=NOW, kind=FactKind.EVENT)
    assert count_cells(block) == 2
    assert [(r.line, str(r.reason)) for r in found.rejects] == [
        (4, "missing_id"),
        (5, "not_json"),
        (6, "not_json"),
        (9, "wrong_type"),
        (10, "not_json"),
        (11, "not_json"),
        (12, "not_an_object"),
    ]
    assert found.draft.user.tolist() == ["u", "u", "u", "u"]
    assert found.rows == 11


@given(
    st.lists(
        st.lists(st.text("ab1, \"\r\n'", max_size=4), min_size=1, max_size=4),
        max_size=6,
    ),
    st.booleans(),
)
@settings(max_examples=200)
def test_csv_without_quotes_is_read_as_csv_with_them(
    tmp_path_factory: Any, given: list[list[str]], crlf: bool
) -> None:
    path: Path = tmp_path_factory.getbasetemp() / "plain.csv"
    end = "\r\n" if crlf else "\n"
    body = end.join(",".join(cells) for cells in given) + end
    found = []
    for name in ("x,y", '"x",y'):
        # A quote in the very last line keeps the whole of the file for the slow reader.
        text = f"{name}{end}{body}" + ('"z",z' if name[0] == '"' else "z,z")
        path.write_bytes(text.encode())
        chunks = [block.decode(np.arange(block.size)) for block in read_csv(path)]
        found.append(
            (
                [row for chunk in chunks for row in chunk.rows],
                np.concatenate([list(chunk.lines) for chunk in chunks]).tolist(),
                [(r.line, r.reason, r.raw) for chunk in chunks for r in chunk.rejects],
            )
        )
    if '"' not in body:
        assert found[0] == found[1]
