"""Where the rows go that were not taken: one file a load, for a person to look at and to mend."""

from __future__ import annotations

import csv
import glob
import os
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cached_property
from pathlib import Path

import msgspec

from bowerbird.core.errors import InputError
from bowerbird.journal.disk import sync, write_durably
from bowerbird.journal.receipt import Reject, RejectReason


class Entry(msgspec.Struct, frozen=True, omit_defaults=True):
    """A row that was not taken.

    Attributes:
        file: that it stood in.
        line: there, from 1.
        reason: why.
        raw: what it said; the part to mend.
        kind: of fact, where the row itself does not tell.
        columns: the first line of a CSV file, which `raw` goes by.
        load: name of the quarantine file; only in what was exported.
    """

    file: str
    line: int
    reason: str
    raw: str
    kind: str = ""
    columns: tuple[str, ...] = ()
    load: str = ""

    def row(self) -> object:
        """Return what `raw` says, decoded; itself where it cannot be."""
        if self.columns:
            cells = next(csv.reader([self.raw]), [])
            if len(cells) != len(self.columns):
                return self.raw
            return {n: c for n, c in zip(self.columns, cells, strict=True) if c}
        try:
            return msgspec.json.decode(self.raw)
        except (msgspec.DecodeError, RecursionError):
            return self.raw


class Quarantine:
    """Takes the rejects of one load; the file appears with the first of them.

    A file left by an earlier load of the same content is replaced: what it said is said again.

    Attributes:
        counts: rejects so far, by reason.
    """

    def __init__(self, path: Path, fingerprint: Callable[[], str] | None = None) -> None:
        """Take the rejects of one load.

        Args:
            path: `folder/NAME.jsonl`; with a fingerprint `folder/NAME-FINGERPRINT.jsonl`.
            fingerprint: of what is loaded. Not asked for where nothing is or was rejected, because
                it reads the whole of it.
        """
        self.counts: Counter[RejectReason] = Counter()
        self._named, self._fingerprint = path, fingerprint
        if fingerprint is None or any(path.parent.glob(f"{glob.escape(path.stem)}-*.jsonl")):
            self._file.unlink(missing_ok=True)

    @cached_property
    def _file(self) -> Path:
        if self._fingerprint is None:
            return self._named
        return self._named.with_name(f"{self._named.stem}-{self._fingerprint()}.jsonl")

    @property
    def path(self) -> Path | None:
        """The file; None when nothing was rejected."""
        return self._file if self.counts else None

    def add(
        self, file: str, rejects: Sequence[Reject], kind: str = "", columns: Sequence[str] = ()
    ) -> None:
        """Write down rejects of `file`; durable on return."""
        if not rejects:
            return
        self.counts.update(reject.reason for reject in rejects)
        told = tuple(columns)
        with self._file.open("ab") as out:
            for r in rejects:
                out.write(_line(Entry(file, r.line, r.reason, r.raw, kind, told)))
            out.flush()
            os.fsync(out.fileno())
        sync(self._file.parent)


def _line(entry: Entry) -> bytes:
    return msgspec.json.encode(entry) + b"\n"


def entries_of(path: Path) -> Iterator[Entry]:
    """Yield the entries of a quarantine file, or of an exported one that was mended.

    Raises:
        InputError: a line is no entry; lines from there on are not looked at.
    """
    decode = msgspec.json.Decoder(Entry).decode
    with path.open("rb") as lines:
        for number, line in enumerate(lines, 1):
            if not line.strip():
                continue
            try:
                yield decode(line)
            except (msgspec.DecodeError, UnicodeDecodeError) as error:
                raise InputError(
                    f"line {number} of {path} is no row of a quarantine: {error}",
                    "mend what `bowerbird quarantine --export FILE` wrote, line by line",
                ) from error


def files_in(folder: Path) -> list[Path]:
    """Return the quarantine files of a folder."""
    return sorted(folder.glob("*.jsonl"))


def counts_in(folder: Path) -> dict[str, dict[str, int]]:
    """Return file -> reason -> how many rows, most first."""
    found = {}
    for path in files_in(folder):
        counts = Counter(entry.reason for entry in entries_of(path))
        found[path.name] = dict(counts.most_common())
    return found


def rows_in(folder: Path, reason: str | None = None) -> Iterator[Entry]:
    """Yield what is in quarantine, each with the name of its file; of one reason, or all."""
    for path in files_in(folder):
        for entry in entries_of(path):
            if reason in (None, entry.reason):
                yield msgspec.structs.replace(entry, load=path.name)


def export(folder: Path, target: Path, reason: str | None = None) -> int:
    """Write the rows to `target`, one a line, to be mended; return how many."""
    lines = [_line(entry) for entry in rows_in(folder, reason)]
    write_durably(target, b"".join(lines))
    return len(lines)


def replace(folder: Path, taken: Iterable[Entry], left: Iterable[Entry]) -> None:
    """Let `taken` out of quarantine, and put `left` in the place of what they were."""
    gone = {(entry.load, entry.file, entry.line) for entry in taken}
    new = {(entry.load, entry.file, entry.line): entry for entry in left}
    for name in {load for load, _, _ in (*gone, *new)}:
        path = folder / Path(name).name
        if not path.exists():
            continue
        kept = []
        for entry in entries_of(path):
            key = (name, entry.file, entry.line)
            if key not in gone:
                kept.append(_line(msgspec.structs.replace(new.get(key, entry), load="")))
        if kept:
            write_durably(path, b"".join(kept))
        else:
            path.unlink()
            sync(folder)
