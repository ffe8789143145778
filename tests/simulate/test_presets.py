"""The presets are frozen: every figure measured on one would change with it."""

from __future__ import annotations

import json
from dataclasses import asdict
from hashlib import blake2b
from pathlib import Path

import pytest

from bowerbird.simulate import PRESETS, simulate
from tests.simulate.conftest import tables

SETTINGS = {
    "tiny": "cc8a0af559cd2a05",
    "small": "2fb0390433c7bc3f",
    "medium": "ec0021e987669a93",
    "large": "92cf5e44970a9a1b",
}
FACTS = {
    "tiny": "f94ed97a272552f6",
    "small": "dd6097f1b8d1f2c4",
}
"""Of seed 1."""

COLUMNS = "user_id, action, ts, media_id, account_id, request_id, position"


def digest(text: bytes) -> str:
    return blake2b(text, digest_size=8).hexdigest()


def facts_of(folder: Path, preset: str) -> str:
    """Return the digest of what people did, independent of how a file lays it out."""
    simulate(preset, folder, 1, lambda done, of: None)
    rows = tables(folder).execute(f"SELECT {COLUMNS} FROM events ORDER BY event_id").fetchall()
    return digest(repr(rows).encode())


def test_the_settings_of_presets_are_frozen() -> None:
    found = {
        name: digest(json.dumps(asdict(society), sort_keys=True).encode())
        for name, society in PRESETS.items()
    }
    assert found == SETTINGS, "if this is on purpose: restate every figure measured on a preset"


def test_what_happens_in_tiny_is_frozen(tmp_path: Path) -> None:
    assert facts_of(tmp_path, "tiny") == FACTS["tiny"], "restate every figure measured on a preset"


@pytest.mark.slow
def test_what_happens_in_small_is_frozen(tmp_path: Path) -> None:
    assert facts_of(tmp_path, "small") == FACTS["small"], "restate every figure measured on it"
