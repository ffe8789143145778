"""Goldens: a text, a line, and what is said about it. `IGQL_GOLDENS=write` writes them anew."""

from __future__ import annotations

import os
from pathlib import Path

LINE = "\n====================\n"


def cases(folder: str) -> list[Path]:
    return sorted((Path(__file__).parent / folder).glob("*.txt"))


def compare(path: Path, text: str, found: str) -> None:
    if os.environ.get("IGQL_GOLDENS") == "write":
        path.write_text(f"{text}{LINE}{found}\n")
    assert found == path.read_text().split(LINE)[1].removesuffix("\n")


def text_of(path: Path) -> str:
    return path.read_text().split(LINE)[0]
