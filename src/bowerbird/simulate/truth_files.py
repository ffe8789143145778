"""The files of the truth: `.npy` for numbers, one JSON for names and settings."""

from __future__ import annotations

from dataclasses import asdict, fields
from pathlib import Path
from typing import Any, TypeVar

import msgspec
import numpy as np
from numpy.typing import NDArray

from bowerbird.core.errors import InputError
from bowerbird.simulate.accounts import Accounts
from bowerbird.simulate.looks import Minds
from bowerbird.simulate.media import Media
from bowerbird.simulate.newborn import births
from bowerbird.simulate.people import People
from bowerbird.simulate.society import MAIN, Society
from bowerbird.simulate.standing import Standing
from bowerbird.simulate.topics import topics
from bowerbird.simulate.town import Town

T = TypeVar("T")
TABLES = {"accounts": Accounts, "media": Media, "people": People}
DAYS = ("interests", "main", "tired", "likes")


class TruthFiles:
    """Writes the truth below one folder, a day at a time."""

    def __init__(self, town: Town, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._town, names = town, {}
        for table in TABLES:
            for column, values in _columns(getattr(town, table)):
                if isinstance(values, tuple):
                    names[f"{table}.{column}"] = values
                else:
                    np.save(folder / f"{table}.{column}.npy", values, allow_pickle=False)
        tree = {"topics": town.tree.names, "parent": town.tree.parent.tolist()}
        about = {"society": asdict(town.society), "seed": town.seed, **tree, "names": names}
        (folder / "society.json").write_bytes(msgspec.json.encode(about))
        people, media = len(town.people.name), len(town.media)
        days, leaves = town.society.days, len(town.tree)
        self._interests = _open(folder / "interests.npy", np.float16, (days, people, leaves))
        self._tired = _open(folder / "tired.npy", np.float16, (days, people, leaves))
        self._main = _open(folder / "main.npy", np.int16, (days, people, MAIN))
        self._likes = _open(folder / "likes.npy", np.float32, (days, media))

    def day(self, day: int, minds: Minds, standing: Standing) -> None:
        """Write what is true at the start of `day`."""
        self._interests[day], self._main[day] = minds.cares, minds.main
        self._tired[day], self._likes[day] = standing.tired, standing.likes

    def close(self) -> None:
        """Bring everything to disk."""
        for array in (self._interests, self._tired, self._main, self._likes):
            array.flush()


def load_town(folder: Path) -> tuple[Town, dict[str, NDArray[Any]]]:
    """Return the town below `folder` and its arrays by day (`DAYS`), memory-mapped.

    Raises:
        InputError: a file is not there, or was written with another tree of topics.
    """
    try:
        about = msgspec.json.decode((folder / "society.json").read_bytes())
        tables = {name: _table(kind, name, folder, about["names"]) for name, kind in TABLES.items()}
        days = {name: np.load(folder / f"{name}.npy", mmap_mode="r") for name in DAYS}
    except FileNotFoundError as error:
        raise InputError(
            f"{folder} holds no truth: {error.filename} is missing",
            "give the folder that `bowerbird simulate` wrote to",
        ) from error
    society = msgspec.convert(about["society"], Society)
    tree = topics(society.branches)
    if tuple(about["topics"]) != tree.names:
        raise InputError(f"{folder} was written with another tree of topics", "simulate again")
    arrives = births(society, tree, about["seed"])
    town = Town(society=society, seed=about["seed"], tree=tree, arrives=arrives, **tables)
    return town, days


def _columns(table: Any) -> list[tuple[str, NDArray[Any] | tuple[str, ...]]]:
    return [(field.name, getattr(table, field.name)) for field in fields(table)]


def _table(kind: Any, name: str, folder: Path, names: dict[str, list[str]]) -> Any:
    columns: dict[str, Any] = {}
    for field in fields(kind):
        told = names.get(f"{name}.{field.name}")
        path = folder / f"{name}.{field.name}.npy"
        columns[field.name] = np.load(path) if told is None else tuple(told)
    return kind(**columns)


def _open(path: Path, dtype: Any, shape: tuple[int, ...]) -> np.memmap[Any, Any]:
    return np.lib.format.open_memmap(path, "w+", dtype, shape)
