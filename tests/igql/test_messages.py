from pathlib import Path

import pytest

from bowerbird.igql.check import check
from bowerbird.igql.diagnostics import Code, ProgramError
from bowerbird.igql.program import compile_program
from tests.igql.goldens import cases, compare, text_of
from tests.igql.tiny import CATALOG

CASES = cases("messages")


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_a_wrong_program_is_told_what_is_wrong_and_where(path: Path) -> None:
    text = text_of(path)
    compare(path, text, "\n\n".join(found.show(text) for found in check(text, CATALOG)))


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_spans_and_places_say_the_same(path: Path) -> None:
    text = text_of(path)
    for found in check(text, CATALOG):
        assert 0 <= found.start <= found.end <= len(text)
        lines = text.split("\n")
        before = sum(len(line) + 1 for line in lines[: found.line - 1])
        assert before + found.column - 1 == found.start
        before = sum(len(line) + 1 for line in lines[: found.end_line - 1])
        assert before + found.end_column - 1 == found.end


def test_every_code_has_a_golden() -> None:
    found = {known.code for path in CASES for known in check(text_of(path), CATALOG)}
    not_of_a_text = {Code.UNKNOWN_PARAM, Code.EXTENSION}
    assert found == set(Code) - not_of_a_text


def test_a_refused_program_says_all_its_errors_and_no_warnings() -> None:
    text = text_of(next(path for path in CASES if path.stem == "published_unknown_op"))
    with pytest.raises(ProgramError) as caught:
        compile_program(text, CATALOG)
    assert "acount_nn" in str(caught.value)
    assert "constant-column" not in str(caught.value)
    assert len(caught.value.diagnostics) == 2
    assert caught.value.help.startswith("did you mean `account_nn`?")
