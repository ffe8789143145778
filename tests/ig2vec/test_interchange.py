from __future__ import annotations

import importlib.util
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bowerbird.core.errors import InputError
from bowerbird.ig2vec.formats import Format
from bowerbird.ig2vec.interchange import read_vectors, write_vectors
from bowerbird.ig2vec.lengths import unit
from bowerbird.ig2vec.neighbours import nearest_lines

NAMES = st.text(st.characters(blacklist_categories=("Z", "C")), min_size=1, max_size=12).filter(
    lambda name: not any(mark.isspace() for mark in name)
)


@pytest.mark.parametrize("form", Format)
@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(ids=st.lists(NAMES, min_size=1, max_size=8, unique=True), seed=st.integers(0, 99))
def test_what_is_written_reads_back_to_the_bit(
    form: Format, ids: list[str], seed: int, tmp_path: Path
) -> None:
    vectors = np.random.default_rng(seed).normal(size=(len(ids), 5)).astype(np.float32)
    write_vectors(tmp_path / "vectors", form, ids, vectors)
    found, read = read_vectors(tmp_path / "vectors", form)
    assert found == ids
    assert read.dtype == np.float32
    assert np.array_equal(read, vectors)


def test_word2vec_text_is_what_everybody_writes(tmp_path: Path) -> None:
    write_vectors(tmp_path / "v.txt", Format.TEXT, ["ana", "bo"], np.eye(2, dtype=np.float32))
    assert (tmp_path / "v.txt").read_text() == "2 2\nana 1.0 0.0\nbo 0.0 1.0\n"


def test_an_id_with_a_space_is_refused_where_it_would_be_misread(tmp_path: Path) -> None:
    one = np.ones((1, 2), np.float32)
    with pytest.raises(InputError, match="'a b' is empty or has a space"):
        write_vectors(tmp_path / "v", Format.TEXT, ["a b"], one)
    write_vectors(tmp_path / "v", Format.PARQUET, ["a b"], one)
    assert read_vectors(tmp_path / "v", Format.PARQUET)[0] == ["a b"]


@pytest.mark.parametrize("form", Format)
def test_a_file_that_is_none_of_these_is_refused(form: Format, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be read as"):
        read_vectors(tmp_path / "absent", form)
    (tmp_path / "noise").write_bytes(b"2 x\nnoise")
    (tmp_path / "noise.ids.txt").write_text("a\n")
    with pytest.raises(InputError, match="cannot be read as"):
        read_vectors(tmp_path / "noise", form)


@pytest.mark.skipif(
    importlib.util.find_spec("gensim") is None, reason="gensim is in .venv-bench: `make benchmarks`"
)
@pytest.mark.parametrize("form", [Format.TEXT, Format.BINARY])
def test_gensim_reads_ours_and_names_the_same_neighbours(form: Format, tmp_path: Path) -> None:
    from gensim.models import KeyedVectors

    vectors = unit(np.random.default_rng(0).normal(size=(50, 8)).astype(np.float32))
    ids = [f"account{i}" for i in range(50)]
    write_vectors(tmp_path / "v", form, ids, vectors)
    loaded = KeyedVectors.load_word2vec_format(str(tmp_path / "v"), binary=form is Format.BINARY)
    ours = nearest_lines(vectors, vectors, 10)[0]
    for name, lines in zip(ids, ours, strict=True):
        theirs = [other for other, _ in loaded.most_similar(name, topn=10)]
        assert theirs == [ids[line] for line in lines]
