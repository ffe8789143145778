"""The house rules that no linter checks."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

import bowerbird

ROOT = Path(__file__).parents[1]
MODULES = sorted(Path(bowerbird.__file__).parent.rglob("*.py"))
NAMES = [str(path.relative_to(ROOT)) for path in MODULES]
FORBIDDEN = re.compile(r"\b(pickle|joblib|torch\.load|allow_pickle=True)\b|(?<![\w.])eval\(")
VAGUE = {"utils", "util", "helpers", "helper", "common", "base", "manager", "misc"}


@pytest.mark.parametrize("path", MODULES, ids=NAMES)
def test_a_module_says_its_duty_and_fits_on_a_few_screens(path: Path) -> None:
    source = path.read_text()
    assert ast.get_docstring(ast.parse(source)), f"{path}: no docstring saying what it is for"
    assert source.count("\n") <= 400, f"{path}: over 400 lines, split it by concept"


@pytest.mark.parametrize("path", MODULES, ids=NAMES)
def test_a_function_fits_on_one_screen(path: Path) -> None:
    functions = [
        node
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    ]
    sizes = {f.name: f.end_lineno - f.lineno + 1 for f in functions if f.end_lineno}
    assert not {name: lines for name, lines in sizes.items() if lines > 60}


@pytest.mark.parametrize("path", MODULES, ids=NAMES)
def test_nothing_that_runs_code_from_a_file_is_used(path: Path) -> None:
    assert not FORBIDDEN.findall(path.read_text())


@pytest.mark.parametrize("path", MODULES, ids=NAMES)
def test_a_file_is_named_for_a_concept(path: Path) -> None:
    assert path.stem not in VAGUE


def test_serving_imports_no_torch() -> None:
    code = "import sys, bowerbird.service, bowerbird.app.bowerbird; print('torch' in sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=120
    )
    assert done.stdout.strip() == "False"
