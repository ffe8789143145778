"""What it gains to serve the nets as int8, and what it loses: by model, at the size it runs at.

Weights are quantised by ONNX Runtime, activations at run time; the features are random, since no
time depends on them. A net is worth serving so only where it is faster and its answers stay.

    .venv/bin/python benchmarks/int8.py demo-data
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np
import onnxruntime
from onnxruntime.quantization import QuantType, quantize_dynamic

from bowerbird.app.bowerbird import Bowerbird
from bowerbird.features import SPARSE
from bowerbird.features.recent import RECENT
from bowerbird.ranking.card import NET
from bowerbird.ranking.passes import FINAL, FIRST, SECOND
from bowerbird.version.publish import folder_of
from bowerbird.version.version import model_folder

ROWS = {FIRST: 500, SECOND: 150, FINAL: 50}
REPEATS = 1_000


def opened(path: Path) -> Any:
    """Return a session on one thread."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])


def fed(session: Any, rows: int) -> Mapping[str, Any]:
    """Return inputs of `rows` rows: standard normal features, things nobody knows."""
    rng = np.random.default_rng(0)
    shapes = {one.name: one.shape for one in session.get_inputs()}
    found: dict[str, Any] = {
        "features": rng.standard_normal((rows, shapes["features"][1]), np.float32)
    }
    if "sparse" in shapes:
        found["sparse"] = np.zeros((rows, len(SPARSE)), np.int64)
        found["recent"] = np.zeros((1, RECENT), np.int64)
    return found


def fastest(run: Callable[[], object]) -> float:
    """Return the microseconds of the fastest of many runs."""
    best = np.inf
    for _ in range(REPEATS):
        started = perf_counter()
        run()
        best = min(best, perf_counter() - started)
    return 1e6 * float(best)


def compared(models: Path, name: str, aside: Path) -> dict[str, Any]:
    """Return the row of one model."""
    plain, small = model_folder(models, name) / NET, aside / f"{name}.onnx"
    quantize_dynamic(plain, small, ["MatMul", "Gemm"], weight_type=QuantType.QInt8)
    sessions = opened(plain), opened(small)
    inputs = fed(sessions[0], ROWS[name])
    said = [session.run(None, inputs)[0] for session in sessions]
    ours, peer = (fastest(partial(session.run, None, inputs)) for session in sessions)
    return {
        "what": f"{name}, {ROWS[name]} rows, float32 beside int8",
        "ours": round(ours, 1),
        "peer": round(peer, 1),
        "ratio": round(peer / ours, 2),
        "unit": "us",
        "target": None,
        "holds": None,
        "largest difference": round(float(np.abs(said[0] - said[1]).max()), 4),
    }


def main() -> int:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, help="a data folder with a Version")
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    with Bowerbird(asked.folder, mode="read") as bowerbird:
        number = bowerbird.reading().version_number
    with tempfile.TemporaryDirectory() as aside:
        for name in ROWS:
            row = compared(folder_of(asked.folder / "versions", number), name, Path(aside))
            print(json.dumps(row) if asked.json else "  ".join(f"{v}" for v in row.values()))
    return 0


if __name__ == "__main__":
    sys.exit(main())
