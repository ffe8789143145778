"""The language reference keeps up with the language."""

from pathlib import Path

import pytest

import bowerbird.igql.ops
from bowerbird.igql.diagnostics import Code
from bowerbird.igql.functions import CALLED
from bowerbird.igql.op import Op
from bowerbird.igql.ops import OPS

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


def test_every_file_of_an_operator_is_in_the_list() -> None:
    folder = Path(bowerbird.igql.ops.__file__).parent
    files = {path.stem for path in folder.glob("[!_]*.py")}
    assert files <= {op.name for op in OPS}
