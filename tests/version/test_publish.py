from pathlib import Path

import pytest

from bowerbird.core.errors import VersionError
from bowerbird.version.manifest import Manifest, read_manifest, verify
from bowerbird.version.publish import folder_of, numbers, publish


def one(versions: Path, text: str = "vectors") -> Manifest:
    def write(folder: Path) -> None:
        (folder / "inner").mkdir()
        (folder / "inner" / "a.txt").write_text(text)

    return publish(
        versions, write, offset=7, newest=9, config={"dim": 2}, metrics={"hit": 0.5}, now=11
    )


def test_a_version_is_numbered_and_says_what_it_learned_from(tmp_path: Path) -> None:
    one(tmp_path)
    second = one(tmp_path)

    assert numbers(tmp_path) == (1, 2)
    assert read_manifest(folder_of(tmp_path, 2)) == second
    assert (second.offset, second.newest, second.metrics) == (7, 9, {"hit": 0.5})
    verify(folder_of(tmp_path, 2), second)


def test_a_write_that_breaks_publishes_nothing_and_the_next_one_starts_afresh(
    tmp_path: Path,
) -> None:
    def broken(folder: Path) -> None:
        (folder / "half.txt").write_text("half")
        raise OSError("disk full")

    with pytest.raises(VersionError, match="disk full"):
        publish(tmp_path, broken, offset=0, newest=0, config={}, metrics={}, now=0)
    assert list(tmp_path.iterdir()) == []

    assert list(one(tmp_path).files) == ["inner/a.txt"]


def test_a_changed_file_is_named(tmp_path: Path) -> None:
    manifest = one(tmp_path)
    folder = folder_of(tmp_path, 1)
    (folder / "inner" / "a.txt").write_text("vectorz")
    with pytest.raises(VersionError, match=r"inner/a.txt has sha256"):
        verify(folder, manifest)
    (folder / "inner" / "a.txt").unlink()
    with pytest.raises(VersionError, match=r"inner/a.txt is missing"):
        verify(folder, manifest)


def test_a_format_of_the_future_is_refused(tmp_path: Path) -> None:
    one(tmp_path)
    path = folder_of(tmp_path, 1) / "manifest.json"
    path.write_text(path.read_text().replace('"format": 1', '"format": 99'))
    with pytest.raises(VersionError, match="format 99, this build reads format 1"):
        read_manifest(folder_of(tmp_path, 1))
