"""A new net begins at what is done at each place, which few steps of learning would not reach."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from bowerbird.features.compute import NAMES
from bowerbird.ranking.examples import Examples
from bowerbird.ranking.fit import fit
from bowerbird.ranking.fitting import ENOUGH, OTHERS, Data, reproducible
from bowerbird.ranking.net import Net
from bowerbird.ranking.passes import FINAL, PASSES, SECOND
from bowerbird.ranking.train import train_model
from tests.ranking.test_train import CLICK, planted

N = 2_000


def data_of(surface: list[int], clicks: list[int], known: list[int]) -> Data:
    """Return rows that show no more than where they were and whether they were clicked."""
    n = len(surface)
    labels, told = (np.zeros_like(planted(n).labels) for _ in range(2))
    labels[:, CLICK], told[:, CLICK] = clicks, known
    examples = replace(planted(n), surface=np.array(surface, np.int16), labels=labels, known=told)
    return Data(examples, ("click",), np.arange(n), np.arange(len(NAMES)), None)


def test_what_a_place_adds_by_hand() -> None:
    """Four of seven click, of the four of place 7 that are known one; 20 others stand by each."""
    data = data_of([3, 3, 7, 7, 7, 7, 7, -1], [1, 1, 1, 0, 0, 0, 1, 1], [1, 1, 1, 1, 1, 1, 0, 1])
    share = 4 / 7
    places, everywhere = data.places()[:, 0].tolist(), np.log(share / (1 - share))

    def logit(clicked: int, of: int) -> float:
        own = (clicked + OTHERS * share) / (of + OTHERS)
        return float(np.log(own / (1 - own)) - everywhere)

    assert places[1 + 7] == pytest.approx(logit(1, 4), abs=1e-6)
    assert places[1 + 3] == pytest.approx(logit(2, 2), abs=1e-6)
    assert places[0] == pytest.approx(logit(1, 1), abs=1e-6)
    assert places[1] == 0.0


def test_a_place_where_nobody_ever_acted_stays_finite() -> None:
    places = data_of([0] * 500 + [1] * 500, [0] * 500 + [1, 0] * 250, [1] * 1000).places()
    assert torch.isfinite(places).all()
    assert places[1, 0] < -2.0


def two_places(n: int) -> Examples:
    """Return rows of which one in 20 is of the second place: there 5 in 100 click, else half."""
    rng, few = np.random.default_rng(0), planted(1)
    surface = (rng.random(n) < 0.05).astype(np.int16)
    labels = np.zeros((n, few.labels.shape[1]), np.uint8)
    labels[:, CLICK] = rng.random(n) < np.where(surface == 1, 0.05, 0.5)
    return replace(planted(n), surface=surface, labels=labels)


@pytest.mark.parametrize("name", [SECOND, FINAL])
@pytest.mark.parametrize("rows", [ENOUGH - 1, ENOUGH])
def test_where_people_seldom_act_is_known_before_the_first_step_of_enough_rows(
    name: str, rows: int
) -> None:
    examples, learning, head = two_places(ENOUGH), np.arange(rows), ("click",)
    still = replace(PASSES[name], epochs=0)
    with reproducible(0):
        fitted = fit(examples, head, learning, learning[:100], still, 0, None, lambda share: None)
    chance = 1 / (1 + np.exp(-fitted.logits(examples, np.arange(2_000))[:, 0]))
    surface = examples.surface[:2_000]
    assert 0.4 < chance[surface == 0].mean() < 0.6
    assert (chance[surface == 1].mean() < 0.2) == (rows == ENOUGH)


@pytest.mark.parametrize(("rate", "more"), [(1e-3, True), (3e-6, False)])
def test_an_epoch_that_gains_next_to_nothing_is_not_better(rate: float, more: bool) -> None:
    examples, learning, heads = planted(N), np.arange(N - 1_000), ("click", "like")
    held = np.arange(N - 1_000, N)
    spec = replace(PASSES[SECOND], epochs=4, patience=4, rate=rate)
    fitted = fit(examples, heads, learning, held, spec, 0, None, lambda share: None)
    assert (fitted.epochs > 1) == more


def begun(examples: Examples, rows: int, before: Path | None) -> Net:
    """Return a net that has not learned yet; warm if there is one before."""
    learning, still = np.arange(rows), replace(PASSES[FINAL], epochs=0)
    heads = "click", "like"
    fitted = fit(examples, heads, learning, learning[:100], still, 0, before, lambda share: None)
    assert fitted.warm == (before is not None)
    return fitted.net


def test_a_net_of_few_rows_begins_where_the_last_ended(tmp_path: Path) -> None:
    examples = planted(N)
    train_model(examples, tmp_path, spec=PASSES[FINAL])
    on = begun(examples, 1_500, tmp_path).state_dict()
    with np.load(tmp_path / "state.npz") as last:
        for name, weight in on.items():
            if weight.ndim:
                assert np.array_equal(weight[: len(last[name])], last[name])


def test_a_net_of_enough_rows_begins_halfway_there_and_its_tables_anew(tmp_path: Path) -> None:
    examples = planted(ENOUGH)
    train_model(planted(N), tmp_path, spec=PASSES[FINAL])
    new, on = begun(examples, ENOUGH, None).state_dict(), begun(examples, ENOUGH, tmp_path)
    learned = dict(on.named_parameters())
    with np.load(tmp_path / "state.npz") as last:
        for name, weight in on.state_dict().items():
            if name.startswith("tables.") or not weight.ndim:
                assert np.array_equal(weight, new[name])
            else:
                halfway = (new[name].numpy() + last[name]) / 2
                assert np.allclose(weight, halfway if name in learned else last[name], atol=1e-6)
