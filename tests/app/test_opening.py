from __future__ import annotations

import shutil
from pathlib import Path

from bowerbird.app.bowerbird import Bowerbird

START = 1_700_000_000_000
LIKE = {"kind": "event", "action": "like"}
LIKES = [{**LIKE, "user_id": f"u{n}", "media_id": f"m{n}", "ts": START + n} for n in range(9)]


def test_a_frozen_world_goes_on_with_the_facts_after_it(tmp_path: Path) -> None:
    with Bowerbird(tmp_path) as bb:
        bb.append(LIKES[:5])
    shutil.copytree(tmp_path / "world", tmp_path / "early")
    with Bowerbird(tmp_path) as bb:
        bb.append(LIKES[5:])
        digest = bb.world.digest()
    shutil.rmtree(tmp_path / "world")
    (tmp_path / "early").rename(tmp_path / "world")
    with Bowerbird(tmp_path) as bb:
        assert bb.world.digest() == digest


def test_a_world_ahead_of_its_journal_is_folded_anew(tmp_path: Path) -> None:
    for name, likes in (("short", LIKES[:5]), ("long", LIKES)):
        with Bowerbird(tmp_path / name) as bb:
            bb.append(likes)
    shutil.rmtree(tmp_path / "short" / "world")
    shutil.copytree(tmp_path / "long" / "world", tmp_path / "short" / "world")
    with Bowerbird(tmp_path / "short") as bb:
        assert bb.world.offset == bb.journal.end == 5
