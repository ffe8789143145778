"""A World on disk: one .npy a column, and a manifest that says what each must be."""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import IO, Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from bowerbird.core.errors import WorldDamaged
from bowerbird.world import columns as c
from bowerbird.world import ledger as at
from bowerbird.world.growth import sizes_of
from bowerbird.world.tables import (
    FRESH,
    POOL,
    Accounts,
    Arenas,
    Lists,
    Media,
    Pairs,
    Tables,
    Users,
)

FORMAT = 1
MANIFEST = "manifest.json"

_GROUPS: Mapping[str, Any] = {
    "media": Media,
    "accounts": Accounts,
    "users": Users,
    "arenas": Arenas,
    "pairs": Pairs,
    "lists": Lists,
}


class FrozenColumn(msgspec.Struct, frozen=True):
    """What the file of one column must hold."""

    dtype: str
    shape: tuple[int, ...]
    sha256: str


class FrozenManifest(msgspec.Struct, frozen=True):
    """What a frozen World is; written last.

    Attributes:
        format: number of the layout of the columns.
        columns: GROUP.COLUMN -> what `GROUP.COLUMN.npy` must hold.
    """

    format: int
    offset: int
    newest: int
    columns: Mapping[str, FrozenColumn]


def meant(tables: Tables) -> Iterator[tuple[str, NDArray[Any]]]:
    """Yield (GROUP.COLUMN, what is meant of it) for every column, in the order of `Tables`."""
    ledger = tables.ledger
    lengths = {
        "media": tables.sizes.media,
        "accounts": tables.sizes.accounts,
        "users": tables.sizes.users,
        **{f"arenas.{name}": ledger[at.HISTORY_USED] for name in c.HISTORY},
        "arenas.seen": ledger[at.SEEN_USED],
        "arenas.details": ledger[at.DETAILS_USED],
        "pairs": len(tables.pairs.key),
        "lists.pool": ledger[at.POOL_LEN],
        "lists.touched": ledger[at.TOUCHED_LEN],
        "lists.fresh": ledger[at.FRESH_COUNT],
    }
    for group in _GROUPS:
        for column, array in getattr(tables, group)._asdict().items():
            name = f"{group}.{column}"
            yield name, array[: lengths.get(name, lengths.get(group, 0))]
    yield "ledger", ledger


def digest(tables: Tables) -> str:
    """Return a hash of what is meant of every column."""
    whole = hashlib.blake2b(digest_size=16)
    for name, array in meant(tables):
        whole.update(f"{name} {array.dtype.str} {array.shape}".encode())
        whole.update(np.ascontiguousarray(array).data)
    return whole.hexdigest()


def write_frozen(tables: Tables, path: Path) -> None:
    """Write what is meant of every column to the folder `path`, which appears by one rename."""
    fresh, former = path.with_name(path.name + ".writing"), path.with_name(path.name + ".former")
    for leftover in (fresh, former):
        shutil.rmtree(leftover, ignore_errors=True)
    fresh.mkdir(parents=True)
    columns = {name: _write(fresh / f"{name}.npy", array) for name, array in meant(tables)}
    ledger = tables.ledger
    manifest = FrozenManifest(FORMAT, int(ledger[at.OFFSET]), int(ledger[at.NEWEST]), columns)
    _write_synced(fresh / MANIFEST, msgspec.json.format(msgspec.json.encode(manifest)))
    if path.exists():
        path.rename(former)
    fresh.rename(path)
    shutil.rmtree(former, ignore_errors=True)


def read_frozen(path: Path) -> Tables:
    """Return the tables of the World frozen at `path`.

    Raises:
        WorldDamaged: a part is missing, or is not what the manifest says.
    """
    columns = _read_manifest(path).columns
    arrays = {name: _read(path / f"{name}.npy", said) for name, said in columns.items()}
    try:
        ledger = arrays["ledger"]
        groups = {
            group: kind(**{field: arrays[f"{group}.{field}"] for field in kind._fields})
            for group, kind in _GROUPS.items()
        }
    except KeyError as missing:
        raise _damaged(path, f"it lacks the column {missing}") from missing
    groups["lists"] = _whole_lists(groups["lists"])
    return Tables(sizes=sizes_of(ledger), ledger=ledger, **groups)


def _whole_lists(trimmed: Lists) -> Lists:
    whole = Lists(*(c.make(c.ROW, length) for length in (POOL, POOL, FRESH)))
    for part, into in zip(trimmed, whole, strict=True):
        into[: len(part)] = part
    return whole


def _write(path: Path, array: NDArray[Any]) -> FrozenColumn:
    array = np.ascontiguousarray(array)
    with path.open("wb") as file:
        np.save(file, array, allow_pickle=False)
        _sync(file)
    return FrozenColumn(array.dtype.str, array.shape, hashlib.sha256(array.data).hexdigest())


def _write_synced(path: Path, content: bytes) -> None:
    with path.open("wb") as file:
        file.write(content)
        _sync(file)


def _sync(file: IO[bytes]) -> None:
    file.flush()
    os.fsync(file.fileno())


def _read_manifest(path: Path) -> FrozenManifest:
    try:
        manifest = msgspec.json.decode((path / MANIFEST).read_bytes(), type=FrozenManifest)
    except (OSError, msgspec.MsgspecError) as error:
        raise _damaged(path, f"its {MANIFEST} cannot be read ({error})") from error
    if manifest.format != FORMAT:
        raise _damaged(path, f"it has format {manifest.format}, this program reads {FORMAT}")
    return manifest


def _read(path: Path, said: FrozenColumn) -> NDArray[Any]:
    try:
        array: NDArray[Any] = np.load(path, allow_pickle=False)
    except (OSError, ValueError, EOFError) as error:
        raise _damaged(path.parent, f"{path.name} cannot be read ({error})") from error
    found = FrozenColumn(array.dtype.str, array.shape, hashlib.sha256(array.data).hexdigest())
    if found != said:
        raise _damaged(path.parent, f"{path.name} holds {found}, the manifest says {said}")
    return array


def _damaged(path: Path, what: str) -> WorldDamaged:
    return WorldDamaged(
        f"the World frozen at {path} cannot be thawed: {what}",
        "delete that folder; the World is folded anew from the journal",
    )
