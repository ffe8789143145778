"""The verbs about embeddings: exam, map, export."""

from __future__ import annotations

import json
from pathlib import Path

import msgspec

from bowerbird.ig2vec.formats import Format
from bowerbird.ig2vec.interchange import read_vectors
from bowerbird.version.manifest import NAME
from bowerbird.version.publish import folder_of
from tests.cli.conftest import Run


def test_the_exam_says_how_each_embedding_does(run: Run, data: Path) -> None:
    ran = run("exam", "--data", data)
    assert ran.status == 0
    assert "Version 1: the next account" in ran.out
    assert "popularity" in ran.out
    said = run("exam", "--data", data, "--json").json
    assert said["version"] == 1
    assert said["embeddings"]["default"]["coverage"]["words"] > 0.5


def test_a_version_that_is_not_there_is_named(run: Run, data: Path) -> None:
    ran = run("exam", "--data", data, "--version", 9)
    assert ran.status == 1
    assert "no Version 9 was published; there are: 1" in ran.err


def test_a_failed_exam_is_loud(run: Run, own_data: Path) -> None:
    path = folder_of(own_data / "versions", 1) / NAME
    manifest = json.loads(path.read_text())
    manifest["metrics"]["embeddings"]["default"]["faults"] = ["all vectors are alike"]
    path.write_bytes(msgspec.json.encode(manifest))
    ran = run("exam", "--data", own_data)
    assert ran.status == 1
    assert "FAILED: default: all vectors are alike" in ran.out


def test_vectors_go_out_with_the_ids_of_their_accounts(
    run: Run, data: Path, tmp_path: Path
) -> None:
    for form in Format:
        out = tmp_path / form.value
        told = run("export", out, "--format", form.value, "--data", data, "--json").json
        ids, vectors = read_vectors(out, form)
        assert vectors.shape == (told["accounts"], told["dim"])
        assert len(set(ids)) == len(ids) > 20
    ran = run("export", tmp_path / "x", "--embedding", "defualt", "--data", data)
    assert ran.status == 1
    assert "did you mean `default`?" in ran.err


def test_the_map_is_one_page_with_every_account(run: Run, data: Path, tmp_path: Path) -> None:
    out = tmp_path / "map.html"
    told = run("map", out, "--data", data, "--json").json
    page = out.read_text()
    assert "https://" not in page
    assert "http://" not in page
    start = page.index("const data = ") + len("const data = ")
    drawn = json.loads(page[start : page.index(";\n", start)])
    assert len(drawn["ids"]) == len(drawn["at"]) == told["accounts"] > 20
    assert len(drawn["near"][0]) == 8
