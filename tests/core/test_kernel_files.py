from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

PROGRAM = """
import json, sys
import numpy as np
from bowerbird.core.kernels import kernel

@kernel
def evens(rows):
    kept = np.empty(len(rows), np.int64)
    n = 0
    for row in rows:
        if row % 2 == 0:
            kept[n] = row
            n += 1
    return kept[:n]

@kernel
def sum_of_evens(rows):
    total = 0
    for row in evens(rows):
        total += row
    return total

ask = sum_of_evens if "sum" in sys.argv else evens
found = np.asarray(ask(np.arange(int(sys.argv[1])))).tolist()
stats = ask.stats
print(json.dumps({
    "found": found,
    "read": sum(stats.cache_hits.values()),
    "compiled": sum(stats.cache_misses.values()),
    "inside_read": sum(evens.stats.cache_hits.values()),
    "can_compile": "numba.np.linalg" in sys.modules,
}))
"""


def told(program: Path, n: int, *more: str) -> dict[str, object]:
    kernels = str(program.parent / "kernels")
    ran = subprocess.run(
        [sys.executable, str(program), str(n), *more],
        env={**os.environ, "NUMBA_CACHE_DIR": kernels},
        capture_output=True,
        check=True,
        text=True,
    )
    found: dict[str, object] = json.loads(ran.stdout)
    return found


def test_a_process_that_finds_its_kernels_on_disk_loads_nothing_to_compile(tmp_path: Path) -> None:
    program = tmp_path / "program.py"
    program.write_text(PROGRAM)
    first, second = told(program, 5), told(program, 7)
    assert first == {
        "found": [0, 2, 4], "read": 0, "compiled": 1, "inside_read": 0, "can_compile": True
    }  # fmt: skip
    assert second == {
        "found": [0, 2, 4, 6], "read": 1, "compiled": 0, "inside_read": 1, "can_compile": False
    }  # fmt: skip


def test_a_kernel_is_compiled_against_one_that_was_read_from_disk(tmp_path: Path) -> None:
    program = tmp_path / "program.py"
    program.write_text(PROGRAM)
    told(program, 5)
    first, second = told(program, 7, "sum"), told(program, 9, "sum")
    assert first == {
        "found": 12, "read": 0, "compiled": 1, "inside_read": 1, "can_compile": True
    }  # fmt: skip
    assert second == {
        "found": 20, "read": 1, "compiled": 0, "inside_read": 0, "can_compile": False
    }  # fmt: skip


def test_a_kernel_is_compiled_anew_when_its_file_changed(tmp_path: Path) -> None:
    program = tmp_path / "program.py"
    program.write_text(PROGRAM)
    told(program, 5)
    program.write_text(PROGRAM.replace("% 2 == 0", "% 3 == 0"))
    assert told(program, 5)["found"] == [0, 3]
