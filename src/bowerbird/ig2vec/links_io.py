"""Links on disk: one .npy an array."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path
from typing import Literal

import numpy as np

from bowerbird.core.errors import InputError
from bowerbird.core.signals import Links

ARRAYS = tuple(field.name for field in fields(Links))


def save_links(folder: Path, links: Links) -> None:
    """Write `links` into `folder`, making it if need be."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in ARRAYS:
        np.save(folder / f"{name}.npy", getattr(links, name), allow_pickle=False)


def load_links(folder: Path, *, mapped: bool = False) -> Links:
    """Return what `save_links` wrote; `mapped` leaves the arrays on disk, read as they are used.

    Raises:
        InputError: a file is missing or cannot be read.
    """
    mode: Literal["r"] | None = "r" if mapped else None
    try:
        return Links(
            **{
                name: np.load(folder / f"{name}.npy", mmap_mode=mode, allow_pickle=False)
                for name in ARRAYS
            }
        )
    except (OSError, ValueError) as error:
        raise InputError(f"no links can be read from {folder}: {error}") from error
