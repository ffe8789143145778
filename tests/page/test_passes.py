"""A pass that cannot answer costs the page that pass and nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from bowerbird.app.bowerbird import Bowerbird
from bowerbird.core.candidates import Candidates, Kind
from bowerbird.core.errors import ModelLate
from bowerbird.core.signals import Context
from bowerbird.evaluation.replay import Replayer, differences, exposures
from bowerbird.features import NAMES, SPARSE, Inputs
from bowerbird.features.recent import RECENT
from bowerbird.journal.journal import Journal
from bowerbird.page.programs import Programs
from bowerbird.page.reading import Reading, catalog, priors
from bowerbird.ranking.card import LOOKUP
from bowerbird.ranking.passes import DEFAULT, FINAL, FIRST, SECOND
from bowerbird.ranking.runtime import Model
from bowerbird.ranking.session import Feed, empty_feed
from bowerbird.ranking.vocabulary import Lines, load_lookup
from tests.service.society import copied

ROWS = Candidates(Kind.MEDIA, np.arange(60, dtype=np.int32))


class Broken:
    """A session that answers no number."""

    def feed(self, n: int) -> Feed:
        return empty_feed(n, len(NAMES), 9)

    def run(self, feed: Feed, seconds: float) -> None:
        feed.probabilities[:] = np.nan


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return copied(tmp_path_factory)


def without(reading: Reading, name: str, failures: Mapping[str, str] | None = None) -> None:
    assert reading.version is not None
    models = {key: model for key, model in reading.version.models.items() if key != name}
    reading.version = replace(reading.version, models=models, failures=failures or {})


def test_all_three_passes_are_published_and_default_is_the_final_one(data: Path) -> None:
    with Bowerbird(data, mode="read") as bb:
        reading = bb.reading()
        assert reading.version is not None
        assert {FIRST, SECOND, FINAL} <= set(reading.version.models)
        assert reading.version.models[DEFAULT] is reading.version.models[FINAL]
        assert (data / "versions" / "000001" / "ranking_log.parquet").is_file()


def test_rows_that_no_pass_met_are_worked_out_beside_those_taken_over(data: Path) -> None:
    with Bowerbird(data, mode="read") as bb:
        context, at = Context(0, bb.now()), np.array([40, 3, 55, 17])
        reading, fresh = bb.reading(), bb.reading()
        reading.inputs(ROWS.take(np.arange(50)), context)
        found, alone = (one.inputs(ROWS.take(at), context) for one in (reading, fresh))
        assert found.dense.tobytes() == alone.dense.tobytes()
        assert found.sparse.tobytes() == alone.sparse.tobytes()


def test_where_a_model_is_missing_the_pass_before_decides(data: Path) -> None:
    with Bowerbird(data, mode="read") as bb:
        reading, context = bb.reading(), Context(0, bb.now())
        without(reading, SECOND, {SECOND: "it is damaged"})
        first = reading.predict(FIRST, ROWS, context)
        at = np.array([40, 3, 17])
        second = reading.predict(SECOND, ROWS.take(at), context)
        assert {h: c.tolist() for h, c in second.items()} == {
            h: c[at].tolist() for h, c in first.items()
        }
        assert reading.warnings == [
            "model `second_pass` could not be loaded: it is damaged: the pass before decides"
        ]


def test_a_model_that_answers_no_number_is_skipped(data: Path) -> None:
    with Bowerbird(data, mode="read") as bb:
        reading, context = bb.reading(), Context(0, bb.now())
        assert reading.version is not None
        first = reading.predict(FIRST, ROWS, context)
        card = reading.version.models[SECOND].card
        models = {**reading.version.models, SECOND: Model(card, Broken())}
        reading.version = replace(reading.version, models=models)
        second = reading.predict(SECOND, ROWS, context)
        assert second["click"].tolist() == first["click"].tolist()
        assert "the pass before decides" in reading.warnings[0]


def test_the_first_model_of_a_page_that_is_missing_leaves_priors(data: Path) -> None:
    with Bowerbird(data, mode="read") as bb:
        reading, context = bb.reading(), Context(0, bb.now())
        without(reading, FIRST)
        found = reading.predict(FIRST, ROWS, context)
        assert {h: c.tolist() for h, c in found.items()} == {
            h: c.tolist() for h, c in priors(len(ROWS)).items()
        }
        assert reading.warnings == ["no model `first_pass` has been published yet: priors stand in"]


def test_a_pass_works_out_only_the_features_it_reads(data: Path) -> None:
    with Bowerbird(data, mode="read") as bb:
        context = Context(0, bb.now())
        version = bb.reading().version
        assert version is not None
        model = version.models[FIRST]
        few = model.predict(bb.reading().inputs(ROWS, context, model.reads))
        everything = model.predict(bb.reading().inputs(ROWS, context))
        assert all(few[head].tolist() == everything[head].tolist() for head in few)


def test_what_an_earlier_pass_worked_out_is_taken_over_to_the_bit(data: Path) -> None:
    with Bowerbird(data, mode="read") as bb:
        reading, context = bb.reading(), Context(0, bb.now())
        assert reading.version is not None
        at = np.arange(len(ROWS))
        for name, keep in ((FIRST, 40), (SECOND, 20), (FINAL, 20)):
            model = reading.version.models[name]
            rows = ROWS.take(at)
            alone = bb.reading().inputs(rows, context, model.reads)
            after = reading.inputs(rows, context, model.reads)
            read = np.flatnonzero(model.reads)
            dense, sparse = read[read < len(NAMES)], read[read >= len(NAMES)] - len(NAMES)
            assert alone.dense[:, dense].tobytes() == after.dense[:, dense].tobytes()
            assert alone.sparse[:, sparse].tobytes() == after.sparse[:, sparse].tobytes()
            at = np.random.default_rng(keep).permutation(at)[:keep]


def test_a_page_of_three_passes_has_nothing_to_warn_of(data: Path) -> None:
    with Bowerbird(data, mode="read") as bb:
        page = bb.explore(bb.people(limit=1)[0].user_id, seed=3, now=bb.now())
        assert not any("model" in warning for warning in page.warnings)


def test_training_again_goes_on_from_the_last_weights(tmp_path_factory: Any) -> None:
    data = copied(tmp_path_factory)
    with Bowerbird(data) as bb:
        bb.train()
    for name in (FIRST, SECOND, FINAL):
        card = data / "versions" / "000002" / "models" / name / "model.json"
        assert b'"warm": true' in card.read_bytes()


def test_a_model_that_is_late_is_skipped_and_the_answer_says_so(data: Path) -> None:
    with Bowerbird(data, mode="read") as bb:
        reading, context = bb.reading(), Context(0, bb.now())
        first = reading.predict(FIRST, ROWS, context)
        reading.patience = -1.0  # late before it begins
        final = reading.predict(FINAL, ROWS, context)
        assert final["click"].tolist() == first["click"].tolist()
        assert reading.late == [FINAL]
        assert "model `final_pass` was skipped: no time is left" in reading.warnings[0]


def test_a_net_that_onnx_runtime_cannot_run_is_skipped(data: Path) -> None:
    with Bowerbird(data, mode="read") as bb:
        reading, context = bb.reading(), Context(0, bb.now())
        first = reading.predict(FIRST, ROWS, context)
        assert reading.version is not None
        lookup = load_lookup(data / "versions" / "000001" / "models" / FINAL / LOOKUP)
        beyond = {table: lines + 10**6 for table, lines in lookup.items()}
        reading.version.models[FINAL]._lines = Lines(beyond)
        final = reading.predict(FINAL, ROWS, context)
        assert final["click"].tolist() == first["click"].tolist()
        assert "the net cannot be run" in reading.warnings[0]


def test_a_run_that_takes_too_long_is_stopped(data: Path) -> None:
    with Bowerbird(data, mode="read") as bb:
        version = bb.reading().version
        assert version is not None
        n = 200_000
        inputs = Inputs(
            np.zeros((n, len(NAMES)), np.float32),
            np.full((n, len(SPARSE)), -1, np.int32),
            np.full(RECENT, -1, np.int32),
        )
        with pytest.raises(ModelLate, match="longer than 1 ms"):
            version.models[FINAL].predict(inputs, 0.001)
        few = Inputs(inputs.dense[:9], inputs.sparse[:9], inputs.recent)
        assert len(version.models[FINAL].predict(few, 60.0)["like"]) == 9


def test_a_page_that_did_without_a_late_model_is_made_again_without_it(data: Path) -> None:
    with Bowerbird(data) as bb:
        start, user = bb.journal.end, bb.people(limit=1)[0].user_id
        whole = bb.explore(user, seed=1)
        bb._live.patience = -1.0
        late = bb.explore(user, seed=1)
        assert set(late.recipe.late) == {FIRST, SECOND, FINAL}
        assert late.recipe.slate != whole.recipe.slate
        bb.expose(late)
    with Journal.open(data, mode="read") as journal:
        programs = Programs(data / "programs", catalog(("default",), ("default",)))
        (exposure,) = exposures(journal, start)
        page = Replayer(journal, data / "versions", programs).page(exposure)
    assert differences(exposure.recipe, page) == []
    assert page.items == late.items
