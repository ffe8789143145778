from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from bowerbird.app.bowerbird import Bowerbird

AFTER = """
import sys
from pathlib import Path
from numba.core.dispatcher import Dispatcher
from bowerbird.app.bowerbird import Bowerbird

def compiled():
    import gc
    return sum(len(d.signatures) for d in gc.get_objects() if isinstance(d, Dispatcher))

with Bowerbird(Path(sys.argv[1])) as bb:
    bb.warm()
    before = compiled()
    now = bb.now()
    media = {"kind": "media", "ts": now}
    bb.append([{**media, "media_id": f"m{i}", "account_id": f"a{i}"} for i in range(3)])
    event = {"kind": "event", "action": "like", "ts": now}
    bb.append([{**event, "user_id": f"u{i}", "media_id": f"m{i}"} for i in range(3)])
    bb.expose(bb.explore("u0"))
    print(compiled() - before)
"""

AHEAD = """
import sys
from pathlib import Path
from bowerbird.app.warming import warm_folder
from bowerbird.features.compute import fill
warm_folder(Path(sys.argv[1]))
print(len(fill.signatures))
"""


def said(code: str, folder: Path) -> str:
    """Return what `code` prints about `folder`, in a process where nothing is compiled yet."""
    done = subprocess.run(
        [sys.executable, "-c", code, str(folder)],
        capture_output=True,
        text=True,
        check=True,
        timeout=300,
    )
    return done.stdout.strip()


def test_once_warm_the_first_facts_and_pages_compile_nothing(tmp_path: Path) -> None:
    assert said(AFTER, tmp_path) == "0"


def test_features_are_compiled_once_for_an_empty_world_and_for_a_full_one(tmp_path: Path) -> None:
    Bowerbird.init(tmp_path)
    assert said(AHEAD, tmp_path) == "1"
