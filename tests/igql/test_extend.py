"""What other packages add, and what happens when they cannot."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.metadata import EntryPoint

import numpy as np
import pytest

from bowerbird.core.candidates import Column, Kind, Rows
from bowerbird.core.signals import Context, Signals, Type
from bowerbird.igql import extend
from bowerbird.igql.check import check
from bowerbird.igql.diagnostics import Code, Severity
from bowerbird.igql.extend import GROUP, AddedSignal, load
from bowerbird.igql.ops.limit import LIMIT
from tests.igql.tiny import CATALOG

HERE = "tests.igql.test_extend"


def ones(signals: Signals, rows: Rows, context: Context) -> Column:
    return np.ones(len(rows), np.float32)


ONES = AddedSignal("ones", Kind.MEDIA, Type.NUMBER, ones)
NEITHER = 3


def entry(name: str, of: str = HERE) -> EntryPoint:
    return EntryPoint(name, f"{of}:{name}", GROUP)


def test_what_loads_is_there_and_what_does_not_is_said() -> None:
    entries = [entry("ONES"), entry("NEITHER"), entry("ABSENT"), entry("X", "no.such.module")]
    found = load(entries, [])
    assert found.signals == {(Kind.MEDIA, "ones"): ONES}
    assert found.origins == {"ones": HERE}
    neither, absent, module = found.failures
    assert neither == f"`NEITHER` of {HERE} is of type int, expected an Op or an AddedSignal"
    assert absent.startswith(f"`ABSENT` of {HERE} cannot be loaded: ")
    assert module == "`X` of no.such.module cannot be loaded: No module named 'no'"


def test_a_name_that_is_taken_stays_whose_it_is() -> None:
    found = load([entry("ONES"), entry("ONES"), entry("LIMIT")], ["limit"])
    assert LIMIT.name == "limit"
    assert found.ops == {}
    assert found.failures == (
        f"`ONES` of {HERE} adds `ones`, which there is already",
        f"`LIMIT` of {HERE} adds `limit`, which there is already",
    )


@pytest.fixture
def broken(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """As if a broken package were installed."""
    monkeypatch.setattr(extend, "entry_points", lambda group: [entry("ABSENT")])
    extend.extensions.cache_clear()
    yield
    extend.extensions.cache_clear()


@pytest.mark.usefixtures("broken")
def test_a_check_warns_of_a_package_that_cannot_be_loaded() -> None:
    (found,) = check("trending()", CATALOG)
    assert (found.code, found.severity) == (Code.EXTENSION, Severity.WARNING)
    assert "cannot be loaded" in found.message
    assert found.show("trending()").count("\n") == 1  # no place in the text, so no caret
