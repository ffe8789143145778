"""Other defaults, and not a character else changed."""

import pytest

from bowerbird.core.signals import Catalog
from bowerbird.igql.defaults import with_defaults
from bowerbird.igql.diagnostics import ProgramError
from bowerbird.igql.program import compile_program
from bowerbird.page.reading import catalog

NAMES: Catalog = catalog(("default",), ())
TEXT = """param k: int = 5 in 1..9   # how many
param w:float=2.0 in 0..20
param age: duration = 14d

user.engaged(within=age).posted_media(max_media_per_account=k).score(w).limit(k)
"""


def test_only_the_defaults_change() -> None:
    program = compile_program(TEXT, NAMES)
    found = with_defaults(program, {"k": 7, "w": 0.125, "age": 36 * 3_600_000.0})
    expected = TEXT.replace("= 5", "= 7").replace("=2.0", "=0.125").replace("= 14d", "= 36h")
    assert found == expected
    again = compile_program(found, NAMES)
    assert {n: p.default for n, p in again.params.items()} == {"k": 7, "w": 0.125, "age": 129.6e6}
    assert with_defaults(program, {}) == TEXT


def test_a_value_out_of_range_is_refused() -> None:
    program = compile_program(TEXT, NAMES)
    with pytest.raises(ProgramError, match=r"within 1\.\.9"):
        with_defaults(program, {"k": 70})
    with pytest.raises(ProgramError, match="no param `kk`"):
        with_defaults(program, {"kk": 1})
