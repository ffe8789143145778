from dataclasses import dataclass, replace
from typing import Any, ClassVar

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bowerbird.core.candidates import SCORE, Kind
from bowerbird.core.facts import NONE
from bowerbird.core.signals import Context, Type
from bowerbird.igql.expression import Apply, Column, Literal, Signal, all_of
from bowerbird.igql.frame import INCLUSION, Frame
from bowerbird.igql.kernels.draw import exponentials, least
from bowerbird.igql.kernels.merge import COMBINES, marks_for, merge
from bowerbird.igql.kernels.order import best_first, fill_by_place
from bowerbird.igql.ops.filter import Filter
from bowerbird.igql.ops.sample import Sample
from bowerbird.igql.plan import Node
from bowerbird.igql.rules.ask_late import ask_late
from bowerbird.igql.run import RUNNERS
from bowerbird.igql.running import Run

GOOD = "good"
WHERE = Apply("<", (Column(GOOD, Type.NUMBER), Literal(0.5, Type.NUMBER)), Type.BOOL)


@dataclass(frozen=True)
class Given(Node):
    """Rows that a test hands in."""

    op: ClassVar[str] = "given"


def drawn(plan: Node, frame: Frame, seed: int, *, analyse: bool = False) -> Frame:
    runners: Any = {**RUNNERS, Given: lambda node, run: frame}
    run = Run(None, Context(0, 0, seed), (), runners, analyse=analyse)  # type: ignore[arg-type]
    return run.frame(plan)


@given(st.data())
def test_a_draw_that_asks_late_takes_the_rows_and_chances_of_one_that_asks_before(
    data: st.DataObject,
) -> None:
    rng = np.random.default_rng(data.draw(st.integers(0, 2**32)))
    n, share = data.draw(st.integers(1, 3_000)), data.draw(st.sampled_from([0.0, 0.02, 0.5, 1.0]))
    few = data.draw(st.sampled_from([1, 2, n]))  # distinct scores
    scores = rng.choice(rng.lognormal(0.0, 2.0, few), n).astype(np.float32)
    scores[rng.random(n) < 0.1] = data.draw(st.sampled_from([np.nan, 0.0, -1.0, np.inf, 1.0]))
    good = np.where(rng.random(n) < share, 0, 1).astype(np.float32)
    frame = Frame(Kind.MEDIA, rng.permutation(n).astype(np.int32), {SCORE: scores, GOOD: good})
    temperature = data.draw(st.sampled_from([0.0, 0.5, 1.0, 2.0]))
    plan = Sample(Filter(Given(), WHERE), data.draw(st.integers(1, 300)), temperature)
    late, seed = replace(plan, input=Given(), where=WHERE), data.draw(st.integers(0, 99))
    before = drawn(plan, frame, seed)
    for after in (drawn(late, frame, seed), drawn(late, frame, seed, analyse=True)):
        assert after.rows.tolist() == before.rows.tolist()
        np.testing.assert_array_equal(
            after.column(INCLUSION, Type.NUMBER), before.column(INCLUSION, Type.NUMBER)
        )


def test_a_draw_asks_its_condition_of_few_of_many_rows() -> None:
    n, asked = 20_000, []

    class Noticing(Frame, frozen=True):
        def take(self, at: Any, own: Any = None) -> Frame:
            asked.append(len(at))
            return super().take(at, own)

    scores = np.linspace(1, 2, n, dtype=np.float32)
    own = {SCORE: scores, GOOD: np.zeros(n, np.float32)}
    frame = Noticing(Kind.MEDIA, np.arange(n, dtype=np.int32), own)
    found = drawn(Sample(Given(), 100, 1.0, WHERE), frame, seed=1)
    assert len(found) == 100
    assert sum(asked) < 300


@given(st.data())
def test_the_least_draws_are_those_of_all_draws_put_in_order(data: st.DataObject) -> None:
    rng = np.random.default_rng(data.draw(st.integers(0, 2**32)))
    n, wanted = data.draw(st.integers(1, 6_000)), data.draw(st.integers(1, 700))
    rows = rng.permutation(3 * n)[:n].astype(np.int32)
    shares = rng.lognormal(0.0, data.draw(st.sampled_from([0.0, 1.0, 4.0])), n)
    weights = np.maximum(shares / shares.max(), data.draw(st.sampled_from([1e-6, 0.3])))
    every = exponentials(rows, 5, 1) / weights
    at, draws = least(rows, weights, 5, 1, wanted)
    np.testing.assert_array_equal(draws, every[at])
    assert sorted(at.tolist()) == sorted(np.argsort(every)[:wanted].tolist())


@given(st.integers(0, 2**32), st.integers(1, 64))
def test_the_first_few_of_many_scores_are_those_of_all_in_order(seed: int, keep: int) -> None:
    rng = np.random.default_rng(seed)
    few = np.array([np.nan, -np.inf, -1.0, -0.0, 0.0, 2.0, np.inf], np.float32)
    for scores in (rng.choice(few, 5_000), rng.standard_normal(5_000, np.float32)):
        every = np.argsort(-np.where(np.isnan(scores), -np.inf, scores), kind="stable")
        assert best_first(scores, keep).tolist() == every[:keep].tolist()


@given(st.integers(0, 2**32), st.integers(0, 3_000))
def test_the_weight_by_place_is_that_of_the_order(seed: int, n: int) -> None:
    rng = np.random.default_rng(seed)
    few = np.array([np.nan, -np.inf, -1.0, -0.0, 0.0, 2.0, np.inf], np.float32)
    scores = rng.standard_normal(n, np.float32)
    for given_scores in (rng.choice(few, n), scores, -np.sort(-scores)):
        found, told = np.empty(n, np.float32), np.empty(n, np.float32)
        fill_by_place(given_scores, 0.7, 60, found)
        told[best_first(given_scores)] = 0.7 / (61.0 + np.arange(n))
        assert found.tobytes() == told.tobytes()


@pytest.mark.parametrize("combine", COMBINES)
@given(seed=st.integers(0, 2**32), n=st.integers(0, 200))
def test_evidence_is_merged_as_one_by_one_in_its_order(combine: str, seed: int, n: int) -> None:
    rng = np.random.default_rng(seed)
    rows = rng.integers(NONE, 60, n).astype(np.int32)
    scores = rng.choice(np.array([np.nan, -1.0, 0.0, 0.1, 0.3, 2.0], np.float32), n)
    best: dict[int, tuple[float, int]] = {}
    total: dict[int, float] = {}
    for i, (row, score) in enumerate(zip(rows.tolist(), scores.tolist(), strict=True)):
        part = score if score >= 0 else 0.0
        known = total.get(row, 0.0)
        sure = min(part, 1.0)
        with_it = {
            "sum": known + part,
            "max": max(known, part),
            "noisy_or": known + sure * (1.0 - known),
        }
        total[row] = with_it[combine]
        best[row] = (part, i) if row not in best or part > best[row][0] else best[row]
    strongest, merged = merge(rows, scores, combine)
    assert strongest.tolist() == [i for _, i in best.values()]
    assert merged.tolist() == np.array(list(total.values()), np.float32).tolist()


def test_merging_leaves_no_marks() -> None:
    for rows in ([5, NONE, 5, 900], [3], []):
        merge(np.array(rows, np.int32), np.ones(len(rows), np.float32), "sum")
    assert not marks_for(901).any()


def test_what_drops_many_rows_for_little_is_asked_before_the_draw() -> None:
    seen = Apply("not", (Signal(Kind.MEDIA, "seen", Type.BOOL),), Type.BOOL)
    plan = Sample(Filter(Given(), all_of(WHERE, seen)), 5, 1.0)
    assert ask_late(plan) == Sample(Filter(Given(), WHERE), 5, 1.0, seen)
    cheap = Sample(Filter(Given(), WHERE), 5, 1.0)
    assert ask_late(cheap) == cheap
