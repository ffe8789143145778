"""The language reference keeps up with the language."""

from pathlib import Path

import pytest

import bowerbird.igql.ops
from bowerbird.core.candidates import Kind
from bowerbird.igql.bind.params import TYPES
from bowerbird.igql.diagnostics import Code
from bowerbird.igql.frame import INCLUSION, PENALTY, PROPENSITY, TYPED, VALUE
from bowerbird.igql.functions import CALLED
from bowerbird.igql.op import Op
from bowerbird.igql.ops import OPS
from bowerbird.page.programs import presets
from bowerbird.world.signals import SIGNALS

REFERENCE = (Path(__file__).parents[2] / "docs" / "igql.md").read_text()


@pytest.mark.parametrize("op", OPS, ids=lambda op: op.name)
def test_every_operator_has_a_section_that_names_its_arguments(op: Op) -> None:
    assert f"\n### `{op.name}" in REFERENCE
    section = REFERENCE.split(f"\n### `{op.name}")[1].split("\n### ")[0].split("\n## ")[0]
    for arg in op.args:
        assert f"`{arg.name}`" in section or f"{arg.name}=" in section, arg.name


@pytest.mark.parametrize("name", CALLED)
def test_every_function_has_a_section(name: str) -> None:
    assert f"\n### `{name}(" in REFERENCE


@pytest.mark.parametrize("code", Code)
def test_every_code_has_a_section(code: Code) -> None:
    assert f"\n### `{code}`" in REFERENCE


def part(heading: str) -> str:
    return REFERENCE.split(f"\n## {heading}\n")[1].split("\n## ")[0]


@pytest.mark.parametrize("kind", SIGNALS)
def test_every_signal_has_a_row_that_says_what_it_is(kind: Kind) -> None:
    rows = [row.split("|") for row in part("Signals").splitlines() if row.startswith("| `")]
    for name, type in SIGNALS[kind].items():
        (row,) = (row for row in rows if f"`{name}`" in row[1] and kind in row[2])
        assert row[3].strip() == type.replace("_", " "), name


@pytest.mark.parametrize("type", TYPES)
def test_every_type_of_a_param_has_a_row(type: str) -> None:
    assert f"\n| `{type}` |" in part("The language")


@pytest.mark.parametrize("name", sorted(presets()))
def test_every_preset_has_a_row(name: str) -> None:
    assert f"\n| `{name}` |" in part("Presets")


@pytest.mark.parametrize("name", [*TYPED, INCLUSION, PENALTY, PROPENSITY, VALUE])
def test_every_column_is_told_of(name: str) -> None:
    assert f"`{name}`" in part("Columns")


@pytest.mark.parametrize("code", Code)
def test_warnings_are_listed_as_such(code: Code) -> None:
    warns = "Warning" in REFERENCE.split(f"\n### `{code}`\n")[1].split("\n### ")[0]
    listed = REFERENCE.split("Warnings are ")[1].split(".")[0]
    assert (f"`{code}`" in listed) == warns


def test_every_file_of_an_operator_is_in_the_list() -> None:
    folder = Path(bowerbird.igql.ops.__file__).parent
    files = {path.stem for path in folder.glob("[!_]*.py")}
    assert files <= {op.name for op in OPS}
