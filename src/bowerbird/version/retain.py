"""Which Versions stay: going back to an earlier one, and letting the oldest go."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from bowerbird.core.errors import NotFound
from bowerbird.version.manifest import Manifest, read_manifest, verify
from bowerbird.version.publish import folder_of, numbers, publish

ROLLED_BACK = "rolled_back_to"
"""In the metrics of a Version that is an earlier one again: the number of that one."""

GOING = ".going-"


def roll_back(versions: Path, now: int, number: int | None = None) -> Manifest:
    """Publish an earlier Version again, under the next number, and return its new manifest.

    Numbers only grow, so that a running server swaps it in as it does any other, and what was
    rolled back stays to be looked at. Files are linked, not copied; the Overlay folds what came
    since, as it would have done.

    Args:
        versions: the folder of all of them.
        now: epoch ms.
        number: which one; by default the one before what serves now.

    Raises:
        NotFound: there is no such Version.
        VersionError: it is damaged.
    """
    chosen = number if number is not None else _one_before(versions)
    if chosen not in numbers(versions):
        raise NotFound(f"there is no Version {chosen} in {versions}", _known(versions))
    source = folder_of(versions, chosen)
    old = read_manifest(source)
    verify(source, old)

    def write(folder: Path) -> None:
        for name in old.files:
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            os.link(source / name, folder / name)

    return publish(
        versions,
        write,
        offset=old.offset,
        newest=old.newest,
        config=old.config,
        metrics={**old.metrics, ROLLED_BACK: original(old)},
        now=now,
    )


def original(manifest: Manifest) -> int:
    """Return the number under which what is in this Version was first published."""
    return int(manifest.metrics.get(ROLLED_BACK, manifest.number))


def retire(versions: Path, keep: int) -> tuple[int, ...]:
    """Delete all but the newest `keep` Versions and return the numbers of those that went.

    Each is renamed first, so that nobody finds half of one.
    """
    gone = numbers(versions)[: -max(keep, 1)]
    for number in gone:
        aside = versions / f"{GOING}{number}"
        folder_of(versions, number).rename(aside)
    for left in versions.glob(f"{GOING}*"):  # also of a run that ended between the two
        shutil.rmtree(left)
    return gone


def _one_before(versions: Path) -> int:
    """Return the Version before what the newest one holds.

    Raises:
        NotFound: there is none.
    """
    published = numbers(versions)
    serving = original(read_manifest(folder_of(versions, published[-1]))) if published else 0
    earlier = [number for number in published if number < serving]
    if not earlier:
        raise NotFound(f"there is no Version before {serving or 'the first'}", _known(versions))
    return earlier[-1]


def _known(versions: Path) -> str:
    published = ", ".join(map(str, numbers(versions)))
    return f"published: {published}" if published else "none was published: `bowerbird train`"
