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

found = evens(np.arange(int(sys.argv[1]))).tolist()
stats = evens.stats
print(json.dumps({
    "found": found,
    "read": sum(stats.cache_hits.values()),
    "compiled": sum(stats.cache_misses.values()),
    "can_compile": "numba.np.linalg" in sys.modules,
}))
"""


def told(program: Path, n: int) -> dict[str, object]:
    kernels = str(program.parent / "kernels")
    ran = subprocess.run(
        [sys.executable, str(program), str(n)],
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
    assert first == {"found": [0, 2, 4], "read": 0, "compiled": 1, "can_compile": True}
    assert second == {"found": [0, 2, 4, 6], "read": 1, "compiled": 0, "can_compile": False}


def test_a_kernel_is_compiled_anew_when_its_file_changed(tmp_path: Path) -> None:
    program = tmp_path / "program.py"
    program.write_text(PROGRAM)
    told(program, 5)
    program.write_text(PROGRAM.replace("% 2 == 0", "% 3 == 0"))
    assert told(program, 5)["found"] == [0, 3]
