"""A student orders as its teacher does, under weights of the value it never met."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from bowerbird.features import NAMES, SPARSE, Inputs, columns_of
from bowerbird.features.recent import RECENT
from bowerbird.ranking.heads import HEADS
from bowerbird.ranking.log import FILE, RankingLog, Recorded, save_log, write_down
from bowerbird.ranking.passes import CHEAP, FIRST, OF_THE_REQUEST, PASSES
from bowerbird.ranking.runtime import Model
from bowerbird.ranking.train import train_model
from tests.ranking.test_train import planted

REQUESTS, ROWS = 16, 200


def logged(seed: int = 0) -> RankingLog:
    """Return the answers of a teacher who looks at three of the cheap features."""
    rng = np.random.default_rng(seed)
    n = REQUESTS * ROWS
    dense = rng.normal(3, 2, (n, len(NAMES))).astype(np.float32)
    first, second, third = ((dense[:, NAMES.index(name)] - 3) / 2 for name in CHEAP[:3])
    heads = np.full((n, len(HEADS)), 0.01, np.float32)
    heads[:, HEADS.index("click")] = 1 / (1 + np.exp(1 - first - second))
    heads[:, HEADS.index("like")] = 1 / (1 + np.exp(2 - first + third))
    return RankingLog(
        first=np.arange(REQUESTS + 1) * ROWS,
        now=np.arange(REQUESTS),
        user=np.zeros(REQUESTS, np.int32),
        media=np.arange(n, dtype=np.int32),
        dense=dense,
        heads=heads,
    )


def test_a_student_keeps_its_teachers_top_on_requests_it_has_not_seen(tmp_path: Path) -> None:
    report = train_model(planted(1500), tmp_path, spec=PASSES[FIRST], log=logged())
    found = report["distilled"]
    assert found["requests"] == REQUESTS / 4
    assert found["recall@150"] > 0.97
    assert found["recall@50"] > 0.9
    assert found["recall@50_worst_draw"] <= found["recall@50"]
    model = Model.load(tmp_path)
    log = logged(1)
    inputs = Inputs(
        log.dense, np.full((len(log.dense), len(SPARSE)), -1, np.int32), np.full(RECENT, -1, "i4")
    )
    said = model.predict(inputs)
    assert np.corrcoef(said["click"], log.heads[:, HEADS.index("click")])[0, 1] > 0.9
    assert model.reads.sum() < len(NAMES) * 2 / 3
    assert model.reads.tolist() == columns_of((*CHEAP, *OF_THE_REQUEST)).tolist()


def test_a_student_of_short_lists_is_not_examined_and_is_loaded_and_gone_on_from(
    tmp_path: Path,
) -> None:
    log = replace(logged(), first=np.arange(REQUESTS + 1) * 10)  # a page keeps 150: all of these
    first, again = tmp_path / "first", tmp_path / "again"
    report = train_model(planted(1500), first, spec=PASSES[FIRST], log=log)
    assert report["distilled"]["requests"] == 0
    assert report["distilled"]["recall@150"] is None
    assert Model.load(first).card.distilled["recall@50"] is None
    assert train_model(planted(1500), again, spec=PASSES[FIRST], log=log, before=first)["warm"]


def test_requests_of_the_exam_are_later_than_those_learned_from() -> None:
    pytest.importorskip("torch")
    from bowerbird.ranking.distil import split_log

    learning, later = split_log(logged())
    assert learning.max() < later.min()
    assert len(learning) + len(later) == REQUESTS


def test_the_log_keeps_requests_in_time_and_is_parquet_with_every_column(tmp_path: Path) -> None:
    import duckdb

    train_model(planted(1500), tmp_path / "teacher")
    teacher = Model.load(tmp_path / "teacher")
    examples = planted(30)
    recorded = [
        Recorded(
            user=k,
            now=100 - k,
            media=np.arange(10, dtype=np.int32) + 10 * k,
            inputs=Inputs(
                examples.features[10 * k : 10 * k + 10],
                examples.sparse[10 * k : 10 * k + 10],
                examples.recent[0],
            ),
        )
        for k in range(3)
    ]
    log = write_down(recorded, teacher)
    assert log.now.tolist() == [98, 99, 100]
    assert log.media[:10].tolist() == list(range(20, 30))
    save_log(log, tmp_path / FILE)
    with duckdb.connect() as db:
        rows = db.execute(f"select * from '{tmp_path / FILE}'").fetchnumpy()
    assert len(rows["request"]) == 30
    assert set(NAMES) <= set(rows)
    said = teacher.predict(recorded[2].inputs)["click"]
    assert np.array_equal(rows["p_click"][:10], said)


def test_two_orders_of_a_list_are_apart_by_the_divergence_of_their_softmaxes() -> None:
    torch = pytest.importorskip("torch")
    from bowerbird.ranking.distil import SHARP, list_losses

    # Taught 1 and 3: mean 2, deviation 1. The student says 2 and 2: even chances.
    # The longer list agrees: nothing; and the shorter one's padding counts for nothing.
    said = torch.tensor([2.0, 2.0, 5.0, 1.0, 0.0], requires_grad=True)
    taught = torch.tensor([1.0, 3.0, 5.0, 1.0, 0.0])
    found = list_losses(said, taught, [2, 3])
    low, high = 1 / (1 + np.exp(2 * SHARP)), 1 / (1 + np.exp(-2 * SHARP))
    assert found[0].item() == pytest.approx(low * np.log(2 * low) + high * np.log(2 * high))
    assert found[1].item() == pytest.approx(0.0, abs=1e-6)
    found.sum().backward()  # type: ignore[no-untyped-call]  # torch does not type it
    # The slope of a softmax's cross entropy: what is said less what is taught, on that scale.
    assert said.grad[:2].tolist() == pytest.approx([SHARP * (0.5 - low), SHARP * (0.5 - high)])
    assert said.grad[2:].abs().max() < 1e-5
