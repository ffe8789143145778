"""Messages known to be poor: who makes one better moves it to `messages`."""

from pathlib import Path

import pytest

from bowerbird.igql.check import check
from tests.igql.goldens import cases, compare, text_of
from tests.igql.tiny import CATALOG

CASES = cases("bad")
README = (Path(__file__).parent / "bad" / "README.md").read_text()


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_a_poor_message_is_known_and_said_why(path: Path) -> None:
    text = text_of(path)
    compare(path, text, "\n\n".join(found.show(text) for found in check(text, CATALOG)))
    assert f"`{path.stem}`" in README


def test_the_folder_of_good_messages_is_the_large_one() -> None:
    assert len(cases("messages")) >= max(60, 5 * len(CASES))
