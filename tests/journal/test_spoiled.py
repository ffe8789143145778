import random
import shutil
from pathlib import Path

import numpy as np
import pytest

from bowerbird.core.errors import JournalError
from bowerbird.core.facts import FactBatch
from bowerbird.journal.body import COLUMNS
from bowerbird.journal.journal import Journal
from tests.journal.rows import NOW, event, whole

Content = tuple[FactBatch, list[list[str]]]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Segments, a merged one, a tail in SQLite's file and more of it in its log."""
    live, copy = tmp_path / "live", tmp_path / "copy"
    with Journal.open(live) as journal:
        for at in range(0, 60, 10):
            journal.append([event(n, event_id=f"e{n}") for n in range(at, at + 10)], now=NOW)
            journal.seal()
            if at == 40:
                journal.merge(at_least=4)
    with Journal.open(live) as journal:
        journal.append([event(n, surface=f"s{n}") for n in range(60, 90)], now=NOW)
    with Journal.open(live) as journal:
        for n in range(90, 100):
            journal.append([event(n, event_id=f"e{n}")], now=NOW)
        shutil.copytree(live, copy)
    return copy


def content(folder: Path) -> Content:
    """Everything a journal says: opened for writing, so that all of it is looked at."""
    with Journal.open(folder) as journal:
        tables = (journal.ids.users, journal.ids.media, journal.ids.surfaces)
        journal.append([event(1, event_id="e1")], now=NOW)  # which looks at the hashes
        return whole(journal), [list(table.since(0)) for table in tables]


def outcome(folder: Path) -> Content | JournalError:
    try:
        return content(folder)
    except JournalError as error:
        return error


def same(one: Content, other: Content) -> bool:
    return one[1] == other[1] and all(
        np.array_equal(getattr(one[0], name), getattr(other[0], name), equal_nan=name == "value")
        for name in COLUMNS
    )


def spoil(path: Path, rng: random.Random) -> str:
    body = bytearray(path.read_bytes())
    at = rng.randrange(len(body))
    if rng.random() < 0.5:
        path.write_bytes(body[:at])
        return f"{path.name} cut at {at}"
    bit = rng.randrange(8)
    body[at] ^= 1 << bit
    path.write_bytes(body)
    return f"{path.name} bit {bit} of byte {at}"


def assert_named_or_unharmed(folder: Path, times: int, seed: int) -> None:
    rng = random.Random(seed)
    files = [p.relative_to(folder) for p in sorted(folder.rglob("*")) if p.is_file()]
    files = [p for p in files if p.name not in ("lock", "tail.sqlite-shm")]
    expected = content(shutil.copytree(folder, folder.parent / "fine"))
    outcomes = {"named": 0, "unharmed": 0}
    for _ in range(times):
        spoiled = folder.parent / "spoiled"
        shutil.rmtree(spoiled, ignore_errors=True)
        shutil.copytree(folder, spoiled)
        path = spoiled / rng.choice(files)
        what = spoil(path, rng)
        found = outcome(spoiled)
        if isinstance(found, JournalError):
            assert path.name.split(".")[0] in found.message, (what, found.message)
            outcomes["named"] += 1
        else:
            assert same(found, expected), what
            outcomes["unharmed"] += 1
    assert outcomes["named"] > times // 2


def test_whatever_is_spoiled_is_named_or_did_not_matter(folder: Path) -> None:
    assert_named_or_unharmed(folder, 60, seed=3)


@pytest.mark.slow
def test_a_thousand_cuts_and_flips_make_no_wrong_answer(folder: Path) -> None:
    assert_named_or_unharmed(folder, 1_000, seed=4)
