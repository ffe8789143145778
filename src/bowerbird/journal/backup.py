"""A data folder copied as it was at one moment, while it is served; and back."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import msgspec

from bowerbird.core.errors import InputError, JournalDamaged, NotFound
from bowerbird.journal.disk import sync
from bowerbird.journal.layout import Layout
from bowerbird.journal.manifest import Manifest, load_manifest
from bowerbird.journal.segments import Segments, explained
from bowerbird.journal.tail import Tail

TRIES = 50
BESIDE = ("bowerbird.toml", "programs", "versions")
"""What else of a data folder cannot be made again from the journal; the World can."""


class Backup(msgspec.Struct, frozen=True):
    """What was copied."""

    path: Path
    facts: int
    files: int
    bytes: int


def backup(root: Path, target: Path, progress: Callable[[int], None] | None = None) -> Backup:
    """Copy the data folder `root` to `target`, which is not there yet; a writer may go on.

    What was acknowledged before the call is in it; nothing is in it by half. A copy that breaks off
    leaves no `target`.

    Args:
        root: the data folder.
        target: a folder to be made.
        progress: told the number of files copied so far.

    Raises:
        NotFound: there is no journal.
        InputError: `target` is there already.
        JournalDamaged: a file is not what it should be; damage is not copied.
        JournalError: the disk did not take it.
    """
    layout = Layout(root)
    if not layout.manifest.exists():
        raise NotFound(f"there is no journal in {root}", "name the data folder with --data")
    if target.exists():
        raise InputError(f"{target} is there already", "name a folder that is not")
    part = target.with_name(target.name + ".part")
    with explained(f"back up to {target}"):
        manifest = _journal(layout, Layout(part), progress or (lambda _: None))
        for name in BESIDE:
            _copy(root / name, part / name)
        if layout.quarantine.is_dir():
            _copy(layout.quarantine, Layout(part).quarantine)
        part.rename(target)
        sync(target.absolute().parent)
    return _told(target, manifest)


def _journal(layout: Layout, copy: Layout, progress: Callable[[int], None]) -> Manifest:
    """Copy tail and segments; again where segments were sealed or merged meanwhile."""
    for attempt in range(TRIES):
        shutil.rmtree(copy.root, ignore_errors=True)
        copy.segments.mkdir(parents=True)
        manifest = load_manifest(layout.manifest)
        tail = Tail(layout.tail, write=False)
        try:
            tail.copy_to(copy.tail)
        finally:
            tail.close()
        if load_manifest(layout.manifest) != manifest:
            continue
        try:
            _segments(layout, copy, manifest, progress)
        except (FileNotFoundError, JournalDamaged):
            if attempt == TRIES - 1 or load_manifest(layout.manifest) == manifest:
                raise
            continue
        return manifest
    raise JournalDamaged(f"{layout.manifest} keeps changing", "try again later")


def _segments(
    layout: Layout, copy: Layout, manifest: Manifest, progress: Callable[[int], None]
) -> None:
    for number, file in enumerate(manifest.files(), 1):
        shutil.copyfile(layout.segments / file.name, copy.segments / file.name)
        sync(copy.segments / file.name)
        progress(number)
    copied = Segments(copy.segments, manifest)
    for file in manifest.files():
        copied.verify(file)
    sync(copy.segments)
    manifest.save(copy.manifest)


def _copy(source: Path, target: Path) -> None:
    if source.is_dir():
        shutil.copytree(source, target, dirs_exist_ok=True)
    elif source.exists():
        shutil.copy2(source, target)


def _told(path: Path, manifest: Manifest) -> Backup:
    tail = Tail(Layout(path).tail, write=False)
    try:
        facts = max(tail.state([1 << 31] * 6).next, manifest.end)
    finally:
        tail.close()
    files = [file for file in path.rglob("*") if file.is_file()]
    return Backup(path, facts, len(files), sum(file.stat().st_size for file in files))


def restore(source: Path, root: Path) -> Backup:
    """Make the data folder `root` of a backup; it may not hold a journal yet.

    Raises:
        NotFound: `source` is no backup.
        InputError: there is a journal in `root`.
        JournalDamaged: the backup is damaged; `root` is as it was.
        JournalError: the disk did not take it.
    """
    layout = Layout(source)
    if not layout.manifest.exists():
        raise NotFound(f"there is no backup in {source}", "name a folder `bowerbird backup` made")
    if Layout(root).folder.exists():
        raise InputError(
            f"there is a journal in {root} already", "move it away, or name another data folder"
        )
    manifest = load_manifest(layout.manifest)
    kept = Segments(layout.segments, manifest)
    for file in manifest.files():
        kept.verify(file)
    with explained(f"restore into {root}"):
        root.mkdir(parents=True, exist_ok=True)
        for name in BESIDE:
            _copy(source / name, root / name)
        part = Layout(root).folder.with_name("journal.part")
        shutil.rmtree(part, ignore_errors=True)
        shutil.copytree(layout.folder, part)
        for path in part.rglob("*"):
            sync(path)
        part.rename(Layout(root).folder)
        sync(root)
    return _told(root, manifest)
