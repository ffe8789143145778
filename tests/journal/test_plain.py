from pathlib import Path
from typing import Any

import msgspec
import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_array_equal

from bowerbird.core.facts import FactKind
from bowerbird.journal.checking import check_chunk
from bowerbird.journal.chunks import Chunk, Columns
from bowerbird.journal.csv_rows import read_csv
from bowerbird.journal.draft import FIELDS, Draft
from bowerbird.journal.json_rows import read_json
from bowerbird.journal.validate import check
from tests.journal.rows import NOW, Row, events, facts, on

JSON = st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.floats() | st.text(max_size=9)
odd = st.one_of(
    JSON,
    st.sampled_from(
        ["1700000000000", "2023-11-14T22:13:20Z", "2023-11-14T22:13:20.123Z", "2023-1"]
    ),
    st.sampled_from(["x" * 257, "é", "", "0", "7.5", "inf", "-1", "1_0", "٣", "impression"]),
    st.lists(st.integers(), max_size=2),
)
NAMES = st.sampled_from(
    [
        *("user_id", "media_id", "account_id", "action", "ts", "dwell_ms", "position"),
        *("event_id", "session_id", "surface", "request_id", "time_known", "kind", "colour"),
    ]
)
plain = on("media_id", events).map(lambda row: {k: v for k, v in row.items() if k != "time_known"})
spoiled = st.builds(lambda row, name, value: {**row, name: value}, plain, NAMES, odd)
rows = st.lists(plain | plain | spoiled | facts, max_size=8)


def assert_as_checked(chunk: Chunk, given: list[Any]) -> None:
    slow = check(given, now=NOW, untimed=NOW, kind=FactKind.EVENT)
    quick = check_chunk(chunk, now=NOW, untimed=NOW, kind=FactKind.EVENT)
    assert dict(quick.faults) == dict(slow.faults)
    assert_same_drafts(quick.draft, slow.draft)


def assert_same_drafts(one: Draft, other: Draft) -> None:
    for name in FIELDS:
        left, right = getattr(one, name), getattr(other, name)
        assert left.dtype == right.dtype, name
        assert_array_equal(left, right, name)


@given(rows)
@settings(max_examples=200, deadline=None)
def test_columns_checked_at_once_are_those_checked_row_by_row(given: list[Row]) -> None:
    names = {name: 0 for row in given for name in row}
    columns = {name: [row.get(name) for row in given] for name in names}
    chunk = Chunk(Columns(columns, len(given)), range(1, len(given) + 1), None)
    assert_as_checked(chunk, [{k: v for k, v in r.items() if v is not None} for r in given])


@given(rows)
@settings(max_examples=150, deadline=None)
def test_json_read_as_events_says_what_json_says(tmp_path_factory: Any, given: list[Row]) -> None:
    path: Path = tmp_path_factory.getbasetemp() / "plain.jsonl"
    lines = [msgspec.json.encode(row, enc_hook=str) for row in given]
    path.write_bytes(b"\n".join(lines) + b"\n")
    for chunk in read_json(path, events=True):
        assert_as_checked(chunk, [msgspec.json.decode(line) for line in lines])


@given(
    st.lists(
        st.lists(st.text("ab1, \"\r\n'", max_size=4), min_size=1, max_size=4),
        max_size=6,
    ),
    st.booleans(),
)
@settings(max_examples=200, deadline=None)
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
        chunks = list(read_csv(path))
        found.append(
            (
                [row for chunk in chunks for row in chunk.rows],
                np.concatenate([list(chunk.lines) for chunk in chunks]).tolist(),
                [(r.line, r.reason, r.raw) for chunk in chunks for r in chunk.rejects],
            )
        )
    if '"' not in body:
        assert found[0] == found[1]
