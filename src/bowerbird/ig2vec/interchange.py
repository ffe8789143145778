"""Vectors to and from what other programs read: word2vec text and binary, .npy, Parquet."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np

from bowerbird.core.errors import InputError
from bowerbird.core.facts import F32
from bowerbird.ig2vec.formats import Format


def write_vectors(path: Path, form: Format, ids: Sequence[str], vectors: F32) -> None:
    """Write one vector an id, in the order given.

    Args:
        path: of the file; one that is there is replaced.
        form: of the file.
        ids: m of them.
        vectors: [m, d] float32.

    Raises:
        InputError: an id cannot be told from its vector in this format, or the disk refuses.
    """
    if form is not Format.PARQUET:
        _require_plain(ids, form)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        WRITERS[form](path, ids, np.ascontiguousarray(vectors, np.float32))
    except OSError as error:
        raise InputError(f"{path} cannot be written: {error.strerror}") from error


def read_vectors(path: Path, form: Format) -> tuple[list[str], F32]:
    """Return ids and [m, d] float32 vectors, as `write_vectors` or another program wrote them.

    Raises:
        InputError: the file is missing, or is not of this format.
    """
    try:
        return READERS[form](path)
    except (OSError, ValueError, IndexError) as error:
        raise InputError(f"{path} cannot be read as {form.value}: {error}") from error


def _require_plain(ids: Sequence[str], form: Format) -> None:
    for name in ids:
        if not name or any(mark.isspace() for mark in name):
            raise InputError(
                f"the id {name!r} is empty or has a space, which {form.value} cannot hold",
                f"export as {Format.PARQUET.value}",
            )


def _write_text(path: Path, ids: Sequence[str], vectors: F32) -> None:
    with path.open("w", encoding="utf-8") as file:
        file.write(f"{len(vectors)} {vectors.shape[1]}\n")
        for name, vector in zip(ids, vectors, strict=True):
            file.write(f"{name} {' '.join(str(x) for x in vector)}\n")


def _read_text(path: Path) -> tuple[list[str], F32]:
    with path.open(encoding="utf-8") as file:
        size, width = (int(word) for word in file.readline().split())
        ids, vectors = [], np.empty((size, width), np.float32)
        for line in range(size):
            name, *numbers = file.readline().split()
            ids.append(name)
            vectors[line] = np.array(numbers, np.float32)
    return ids, vectors


def _write_binary(path: Path, ids: Sequence[str], vectors: F32) -> None:
    with path.open("wb") as file:
        file.write(f"{len(vectors)} {vectors.shape[1]}\n".encode())
        for name, vector in zip(ids, vectors.astype("<f4"), strict=True):
            file.write(name.encode() + b" " + vector.tobytes() + b"\n")


def _read_binary(path: Path) -> tuple[list[str], F32]:
    with path.open("rb") as file:
        size, width = (int(word) for word in file.readline().split())
        content = file.read()
    ids, vectors, at = [], np.empty((size, width), np.float32), 0
    for line in range(size):
        end = content.index(b" ", at)
        ids.append(content[at:end].lstrip(b"\n").decode())
        vectors[line] = np.frombuffer(content, "<f4", width, end + 1)
        at = end + 1 + 4 * width
    return ids, vectors


def _ids_beside(path: Path) -> Path:
    return path.with_name(path.name + ".ids.txt")


def _write_npy(path: Path, ids: Sequence[str], vectors: F32) -> None:
    with path.open("wb") as file:
        np.save(file, vectors, allow_pickle=False)
    _ids_beside(path).write_text("".join(f"{name}\n" for name in ids), encoding="utf-8")


def _read_npy(path: Path) -> tuple[list[str], F32]:
    ids = _ids_beside(path).read_text(encoding="utf-8").split("\n")[:-1]
    vectors = np.load(path, allow_pickle=False)
    if vectors.ndim != 2 or len(ids) != len(vectors):
        raise ValueError(f"{len(ids)} ids beside an array of shape {vectors.shape}")
    return ids, vectors.astype(np.float32, copy=False)


def _write_parquet(path: Path, ids: Sequence[str], vectors: F32) -> None:
    import duckdb  # here, so that pages do not wait for it

    width = vectors.shape[1]
    names, values = np.array(ids, dtype=object), vectors.ravel()
    connection = duckdb.connect()
    connection.register("names", {"line": np.arange(len(ids)), "account_id": names})
    line, place = np.divmod(np.arange(len(values)), width)
    connection.register("cells", {"line": line, "place": place, "x": values})
    target = str(path).replace("'", "''")
    connection.execute(
        "COPY (SELECT account_id, vector FROM names JOIN "
        "(SELECT line, list(x ORDER BY place)::FLOAT[] AS vector FROM cells GROUP BY line) "
        f"USING (line) ORDER BY line) TO '{target}' (FORMAT parquet)"
    )
    connection.close()


def _read_parquet(path: Path) -> tuple[list[str], F32]:
    import duckdb

    if not path.is_file():
        raise FileNotFoundError(f"there is no file {path}")
    connection = duckdb.connect()
    try:
        found = connection.execute(
            "SELECT account_id, vector FROM read_parquet(?)", [str(path)]
        ).fetchall()
    except duckdb.Error as error:
        raise ValueError(str(error)) from error
    finally:
        connection.close()
    return [name for name, _ in found], np.array([vector for _, vector in found], np.float32)


WRITERS: Mapping[Format, Callable[[Path, Sequence[str], F32], None]] = {
    Format.TEXT: _write_text,
    Format.BINARY: _write_binary,
    Format.NPY: _write_npy,
    Format.PARQUET: _write_parquet,
}
READERS: Mapping[Format, Callable[[Path], tuple[list[str], F32]]] = {
    Format.TEXT: _read_text,
    Format.BINARY: _read_binary,
    Format.NPY: _read_npy,
    Format.PARQUET: _read_parquet,
}
