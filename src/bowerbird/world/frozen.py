"""A World on disk: one .npy an array, and a manifest that says what each must be."""

from __future__ import annotations

import hashlib
import mmap
import os
import shutil
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import IO, Any, NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray

from bowerbird.core.errors import WorldDamaged, WorldError
from bowerbird.core.facts import I32, NONE
from bowerbird.world import ledger as at
from bowerbird.world.checksum import checksum
from bowerbird.world.growth import sizes_of
from bowerbird.world.records import RECORDS, Store, layout, make, octets
from bowerbird.world.tables import FRESH, POOL

FORMAT = 3
"""1: pairs of 48 bytes, and a SHA-256 of each column. 2: free slices that were never joined."""

MANIFEST = "manifest.json"
THREADS = 2

FILL: Mapping[str, float] = {
    "seen": NONE,
    "details": 0,
    "media_scores": np.nan,
    "account_scores": np.nan,
}
"""What is in arrays that are no records before any fact."""

GROWING = {"media", "accounts", "users", "history", *FILL}
"""Arrays that a fold makes longer."""

ROOM = 16
"""A file of a growing array is longer by this part of it. The facts after a freeze then find room
in what is mapped, which nobody has to copy to make longer. It is written, not left as a hole: to
touch a hole of a full disk in memory ends the process."""


class FrozenColumn(msgspec.Struct, frozen=True):
    """What the file of one column must hold."""

    dtype: str
    shape: tuple[int, ...]
    checksum: str


class FrozenManifest(msgspec.Struct, frozen=True):
    """What a frozen World is; written last.

    Attributes:
        format: number of the layout of the columns.
        columns: name -> what `NAME.npy` must hold.
    """

    format: int
    offset: int
    newest: int
    columns: Mapping[str, FrozenColumn]


def meant(store: Store) -> Iterator[tuple[str, NDArray[Any]]]:
    """Yield (name, what is meant of it) for every array, in the order of `Store`."""
    ledger, sizes = store.ledger, sizes_of(store.ledger)
    lengths = {
        "media": sizes.media,
        "accounts": sizes.accounts,
        "users": sizes.users,
        "history": ledger[at.HISTORY_USED],
        "seen": ledger[at.SEEN_USED],
        "details": ledger[at.DETAILS_USED],
        "media_scores": sizes.media,
        "account_scores": sizes.accounts,
        "touched": ledger[at.TOUCHED_LEN],
        "fresh": ledger[at.FRESH_COUNT],
        "pool": ledger[at.POOL_LEN],
    }
    for name, array in store._asdict().items():
        yield name, array[: lengths.get(name)]


def digest(store: Store) -> str:
    """Return a hash of what is meant of every array."""
    whole = hashlib.blake2b(digest_size=16)
    for name, array in meant(store):
        whole.update(f"{name} {words(array)} {array.shape}".encode())
        whole.update(np.ascontiguousarray(array).reshape(-1).view(np.uint8).data)
    return whole.hexdigest()


def write_frozen(store: Store, path: Path) -> None:
    """Write what is meant of every array to the folder `path`, in place of what is frozen there.

    A crash at any moment leaves what was frozen before or what is frozen now for `standing` to
    find.

    Raises:
        WorldError: the disk did not take it; what was frozen before stands.
    """
    fresh, former = path.with_name(path.name + ".writing"), _former(path)
    try:
        if former.exists() and not path.exists():  # a process died between the two renames
            former.rename(path)
        for leftover in (fresh, former):
            shutil.rmtree(leftover, ignore_errors=True)
        _write_all(store, fresh)
        if path.exists():
            path.rename(former)
        fresh.rename(path)
    except OSError as error:
        shutil.rmtree(fresh, ignore_errors=True)  # the journal may need the room
        raise WorldError(
            f"the World cannot be frozen at {path}: {error}",
            "nothing is lost: it is folded from the journal; see that the disk has room and that "
            "the folder may be written to",
        ) from error
    shutil.rmtree(former, ignore_errors=True)


def standing(path: Path) -> Path:
    """Return where the World that was last frozen to `path` stands: there, or beside it.

    Beside it only after a crash between two renames.
    """
    return _former(path) if _former(path).exists() and not path.exists() else path


def _former(path: Path) -> Path:
    return path.with_name(path.name + ".former")


def _write_all(store: Store, folder: Path) -> None:
    folder.mkdir(parents=True)
    with ThreadPoolExecutor(THREADS) as threads:  # one writes while the other sums
        told = {n: threads.submit(_write, folder / f"{n}.npy", a) for n, a in meant(store)}
        columns = {name: column.result() for name, column in told.items()}
    ledger = store.ledger
    manifest = FrozenManifest(FORMAT, int(ledger[at.OFFSET]), int(ledger[at.NEWEST]), columns)
    _write_synced(folder / MANIFEST, msgspec.json.format(msgspec.json.encode(manifest)))


def read_frozen(path: Path) -> Store:
    """Return the World frozen at `path`.

    Raises:
        WorldDamaged: a part is missing, or is not what the manifest says.
    """
    path = standing(path)
    columns = _read_manifest(path).columns
    if lacking := sorted(set(Store._fields) - set(columns)):
        raise _damaged(path, f"its {MANIFEST} lacks {', '.join(lacking)}")
    headers = [_header(path / f"{name}.npy") for name in Store._fields]
    with ThreadPoolExecutor(THREADS) as threads:
        read = threads.map(_read, headers, (columns[name] for name in Store._fields))
        arrays = dict(zip(Store._fields, read, strict=True))
    for name, record in RECORDS.items():
        if arrays[name].dtype != layout(record):
            raise _damaged(path, f"the records of {name} have other fields than this program's")
        arrays[name] = arrays[name].view(layout(record))  # numpy forgets that they are aligned
    for name in GROWING:
        _clear(name, arrays[name][columns[name].shape[0] :])
    store = Store(**arrays)
    return store._replace(
        touched=_whole(store.touched, POOL),
        fresh=_whole(store.fresh, FRESH),
        pool=_whole(store.pool, POOL),
    )


def _clear(name: str, room: NDArray[Any]) -> None:
    """Make `room`, behind what is meant of an array, what it is before any fact."""
    if name in RECORDS:
        octets(room)[:] = octets(make(RECORDS[name], 1))
    else:
        room[:] = FILL[name]


def _whole(meant: I32, length: int) -> I32:
    whole = np.full(length, NONE, np.int32)
    whole[: len(meant)] = meant
    return whole


def words(array: NDArray[Any]) -> str:
    """Return the dtype of an array in words, fields and all."""
    return repr(np.lib.format.dtype_to_descr(array.dtype))


def _said(array: NDArray[Any]) -> FrozenColumn:
    return FrozenColumn(words(array), array.shape, checksum(array))


def _write(path: Path, array: NDArray[Any]) -> FrozenColumn:
    array = np.ascontiguousarray(array)
    with path.open("wb") as file:
        np.save(file, array, allow_pickle=False)
        if path.stem in GROWING:
            np.zeros(len(array) // ROOM * array.strides[0], np.uint8).tofile(file)
        _sync(file)
    return _said(array)


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


class Header(NamedTuple):
    """Where the numbers of an array begin, and what they are."""

    path: Path
    at: int
    dtype: np.dtype[Any]
    shape: tuple[int, ...]


def _header(path: Path) -> Header:
    """Return the header of a `.npy`.

    For one thread: numpy has it parsed as Python, which Python 3.11 cannot do in two threads at
    once without failing now and then ("AST constructor recursion depth mismatch").
    """
    npy = np.lib.format
    try:
        with path.open("rb") as file:
            short = npy.read_magic(file) == (1, 0)
            read = npy.read_array_header_1_0 if short else npy.read_array_header_2_0
            shape, _, dtype = read(file)
            return Header(path, file.tell(), dtype, shape)
    except (OSError, ValueError, EOFError) as error:
        raise _damaged(path.parent, f"{path.name} cannot be read ({error})") from error


def _read(header: Header, said: FrozenColumn) -> NDArray[Any]:
    """Return the array, mapped, with the room behind it, which may hold anything.

    The kernel copies a page of it when it is first written to.
    """
    path, at, dtype, shape = header
    lines, line = shape[0], dtype.itemsize * int(np.prod(shape[1:]))
    try:
        with path.open("rb") as file:
            mapped = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_COPY)
        if line and path.stem in GROWING:
            lines = max(lines, (len(mapped) - at) // line)
        size = lines * line // dtype.itemsize
        array = np.frombuffer(mapped, dtype, size, at) if size else np.empty(0, dtype)
        array = array.reshape(lines, *shape[1:])
    except (OSError, ValueError) as error:
        raise _damaged(path.parent, f"{path.name} cannot be read ({error})") from error
    found = _said(array[: shape[0]])
    if found != said:
        raise _damaged(path.parent, f"{path.name} holds {found}, the manifest says {said}")
    return array


def _damaged(path: Path, what: str) -> WorldDamaged:
    return WorldDamaged(
        f"the World frozen at {path} cannot be thawed: {what}",
        "delete that folder; the World is folded anew from the journal",
    )
