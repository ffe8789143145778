"""The net learns what is there, says what it knows, and leaves for ONNX unchanged."""

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import msgspec
import numpy as np
import pytest

from bowerbird.core.errors import ShapeError, TrainingError, VersionError
from bowerbird.core.facts import F32
from bowerbird.features import NAMES, SPARSE, Inputs
from bowerbird.features.recent import RECENT
from bowerbird.ranking.calibrate import IDENTITY, platt
from bowerbird.ranking.card import CARD, NET
from bowerbird.ranking.examples import Examples
from bowerbird.ranking.heads import DELAYS, HEADS, PRIORS
from bowerbird.ranking.passes import PASSES, Spec
from bowerbird.ranking.runtime import Model
from bowerbird.ranking.train import enough_positives, observed_priors, split, train_model

N = 6000
CLICK, LIKE, SAVE = HEADS.index("click"), HEADS.index("like"), HEADS.index("save")


def planted(n: int = N, seed: int = 0) -> Examples:
    """Return examples where three columns say who clicks, likes little less, and never saves."""
    rng = np.random.default_rng(seed)
    features = rng.normal(3, 2, (n, len(NAMES))).astype(np.float32)
    features[:, 7] = 42.0  # says nothing
    scaled = (features - 3) / 2
    position = rng.integers(-1, 30, n).astype(np.int16)
    signal = 3 * scaled[:, 0] + 3 * scaled[:, 1] * (scaled[:, 2] > 0) - 0.05 * position
    labels = np.zeros((n, len(HEADS)), np.uint8)
    labels[:, CLICK] = rng.random(n) < 1 / (1 + np.exp(1 - signal))
    labels[:, LIKE] = rng.random(n) < 1 / (1 + np.exp(2.5 - signal))
    labels[:20, SAVE] = 1
    rows = np.arange(n)
    return Examples(
        features=features,
        sparse=rng.integers(-1, 20, (n, len(SPARSE))).astype(np.int32),
        recent=rng.integers(-1, 30, (n // 7 + 1, RECENT)).astype(np.int32),
        asked=(np.arange(n) // 7).astype(np.int32),
        labels=labels,
        known=np.ones_like(labels),
        ts=rows.astype(np.int64) // 7,
        user=rows.astype(np.int32),
        media=rows.astype(np.int32),
        position=position,
        surface=rng.integers(-1, 3, n).astype(np.int16),
        request=rows.astype(np.int64),
        offset=rows.astype(np.int64),
        delays=np.full((len(HEADS), len(DELAYS)), np.nan),
        explored=rows % 4 == 0,
    )


def inputs_of(examples: Examples, rows: slice = slice(None)) -> Inputs:
    """Return rows as a page would hydrate them for one person: the first row's."""
    recent = examples.recent[0] if len(examples.recent) else np.full(RECENT, -1, np.int32)
    return Inputs(examples.features[rows], examples.sparse[rows], recent)


def dense(features: F32) -> Inputs:
    n = len(features)
    return Inputs(features, np.full((n, len(SPARSE)), -1, np.int32), np.full(RECENT, -1, np.int32))


@pytest.fixture(scope="module", params=["second_pass", "final_pass"])
def spec(request: pytest.FixtureRequest) -> Spec:
    return replace(PASSES[request.param], epochs=15, patience=3)


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory, spec: Spec) -> Path:
    path = tmp_path_factory.mktemp("model")
    train_model(planted(), path, seed=3, spec=spec)
    return path


def test_a_planted_signal_is_learned_and_calibrated(trained: Path) -> None:
    exam = Model.load(trained).card.exam
    for head in ("click", "like"):
        found = exam[head]
        assert found.auc is not None
        assert found.auc > 0.8
        assert found.normalised_entropy is not None
        assert found.normalised_entropy < 0.85
        assert found.calibration is not None
        assert 0.8 < found.calibration < 1.25


def test_slots_drawn_by_chance_are_examined_apart(trained: Path, tmp_path: Path) -> None:
    card = Model.load(trained).card
    for head, found in card.explored.items():
        assert found.rows == pytest.approx(card.exam[head].rows / 4, abs=1)
        assert found.positives < card.exam[head].positives
    assert card.explored["click"].calibration == pytest.approx(1.0, abs=0.4)
    assert card.explored["click"].calibration != card.exam["click"].calibration
    none = replace(planted(1500), explored=np.zeros(1500, np.bool_))
    assert (
        train_model(none, tmp_path, spec=replace(PASSES["second_pass"], epochs=1))["explored"] == {}
    )


def test_beyond_the_rows_it_learned_from_a_model_says_what_it_says_at_their_end(
    trained: Path,
) -> None:
    """Of 6,000 rows none lies 4.2 deviations out; five are where odd rows are cut anyway."""
    model = Model.load(trained)
    middle = np.full((40, len(NAMES)), 3, np.float32)
    for column in (0, 7):  # one that says much, one that never varied
        for far in (4.2, -4.2):
            out, further = middle.copy(), middle.copy()
            out[:, column], further[:, column] = 3 + 2 * far, 3 + 2_000 * far
            said = model.predict(dense(out))["click"]
            assert said.tolist() == model.predict(dense(further))["click"].tolist()


def test_heads_without_positives_answer_their_prior_and_say_so(trained: Path) -> None:
    model = Model.load(trained)
    found = model.predict(inputs_of(planted(40)))
    assert tuple(found) == HEADS == model.heads
    assert model.card.learned == ("click", "like")
    learning = model.card.rows[0]
    assert found["save"] == pytest.approx((20 + 20 * PRIORS["save"]) / (learning + 20))
    assert found["hide"] == pytest.approx(20 * PRIORS["hide"] / (learning + 20))
    assert len(model.warnings) == len(HEADS) - 2
    assert any("`save`" in line and "20 of" in line for line in model.warnings)


def test_onnx_answers_what_torch_does(tmp_path: Path, spec: Spec) -> None:
    """For every batch size, at the top slot, calibrated; for rows far off as well."""
    import torch

    from bowerbird.ranking.export import folded
    from bowerbird.ranking.fit import fit
    from bowerbird.ranking.fitting import Data
    from bowerbird.ranking.vocabulary import recent_lines

    examples = planted(2000)
    learning, calibrating, _ = split(examples.ts)
    train_model(examples, tmp_path, seed=1, spec=spec)
    model = Model.load(tmp_path)
    fitted = fit(
        examples, model.card.learned, learning, calibrating, spec, 1, None, lambda share: None
    )
    platts = [model.card.platt[head] for head in fitted.learned]
    net = folded(fitted.net, fitted.slot, fitted.surface, platts)
    for n, times in ((1, 1.0), (25, 1.0), (500, 1.0), (25, 1e4), (25, -1e4)):
        asked = replace(examples, features=examples.features * np.float32(times))
        found = model.predict(inputs_of(asked, slice(n)))
        rows = Data(asked, fitted.learned, np.arange(n), fitted.columns, fitted.lookup)
        recent = torch.empty((0, 0), dtype=torch.int64)
        if fitted.lookup is not None:
            recent = torch.from_numpy(recent_lines(fitted.lookup, examples.recent[:1]))
        with torch.no_grad():
            expected = torch.sigmoid(net.content(rows.features, rows.sparse, recent)).numpy()
        for k, head in enumerate(fitted.learned):
            assert np.abs(found[head] - expected[:, k]).max() < 1e-5


def test_slot_and_surface_are_fixed_at_serving_and_the_slot_moves_all_rows_alike(
    spec: Spec,
) -> None:
    from bowerbird.ranking.export import folded
    from bowerbird.ranking.fit import fit
    from bowerbird.ranking.fitting import Data, logits_of

    examples = planted(2000)
    rows = np.arange(1500)
    fitted = fit(
        examples, ("click", "like"), rows, np.arange(1500, 2000), spec, 1, None, lambda s: None
    )

    def at(slot: int, surface: int) -> Examples:
        return replace(
            examples,
            position=np.full(2000, slot, np.int16),
            surface=np.full(2000, surface, np.int16),
        )

    top, low, elsewhere = at(0, 2), at(20, 2), at(0, 1)
    moved = fitted.logits(top, rows) - fitted.logits(low, rows)
    assert np.abs(moved - moved[0]).max() < 1e-4
    assert np.abs(moved[0]).max() > 1e-3
    assert np.abs(fitted.logits(top, rows) - fitted.logits(elsewhere, rows)).max() > 1e-3
    served = folded(fitted.net, 0, 2, [IDENTITY, IDENTITY])
    data = Data(low, ("click", "like"), rows, fitted.columns, fitted.lookup)
    assert np.abs(logits_of(served, data) - fitted.logits(top, rows)).max() < 1e-4


def test_a_folded_net_says_the_calibrated_logit_in_whatever_layer_it_was(spec: Spec) -> None:
    from bowerbird.ranking.export import folded
    from bowerbird.ranking.fit import fit
    from bowerbird.ranking.fitting import Data, logits_of

    examples, rows = planted(2000), np.arange(1500)
    at = replace(examples, position=np.zeros(2000, np.int16), surface=np.full(2000, 2, np.int16))
    fitted = fit(examples, ("click",), rows, np.arange(1500, 2000), spec, 1, None, lambda s: None)
    served = folded(fitted.net, 0, 2, [(0.5, -1.5)])
    found = logits_of(served, Data(at, ("click",), rows, fitted.columns, fitted.lookup))
    assert np.abs(found - (0.5 * fitted.logits(at, rows) - 1.5)).max() < 1e-4


def test_the_same_seed_gives_the_same_model(trained: Path, tmp_path: Path, spec: Spec) -> None:
    train_model(planted(), tmp_path, seed=3, spec=spec)
    assert (tmp_path / NET).read_bytes() == (trained / NET).read_bytes()
    assert (tmp_path / CARD).read_bytes() == (trained / CARD).read_bytes()


def test_progress_only_ever_grows(tmp_path: Path) -> None:
    shares: list[float] = []
    report = train_model(planted(1500), tmp_path, progress=shares.append)
    assert shares == sorted(shares)
    assert shares[-1] == 1.0
    assert report["learned"] == ["click", "like"] or report["learned"] == ("click", "like")


def test_priors_and_shares_never_know_of_later_rows(tmp_path: Path) -> None:
    """Planted: from the calibration on, everything is saved and hidden; nobody is told."""
    examples = planted(2000)
    later = examples.ts >= examples.ts[split(examples.ts)[1]].min()
    labels = examples.labels.copy()
    labels[np.ix_(later, [SAVE, HEADS.index("hide")])] = 1
    leaking = replace(examples, labels=labels)
    learning = split(examples.ts)[0]
    assert observed_priors(leaking, learning) == observed_priors(examples, learning)
    assert enough_positives(leaking, learning) == enough_positives(examples, learning)


def test_what_is_not_known_yet_teaches_nothing(tmp_path: Path) -> None:
    """Rows with an open window give the same net whatever their label says."""
    examples, spec = planted(2000), replace(PASSES["second_pass"], epochs=2)
    known = examples.known.copy()
    known[500:900, LIKE] = 0
    other = examples.labels.copy()
    other[500:900, LIKE] = 1
    for folder, labels in (("one", examples.labels), ("other", other)):
        train_model(replace(examples, labels=labels, known=known), tmp_path / folder, spec=spec)
    assert (tmp_path / "one" / CARD).read_bytes() == (tmp_path / "other" / CARD).read_bytes()


def test_nothing_learnable_still_makes_a_model_of_priors(tmp_path: Path) -> None:
    train_model(planted(10), tmp_path)
    assert not (tmp_path / NET).exists()
    found = Model.load(tmp_path).predict(inputs_of(planted(4)))
    assert all(len(values) == 4 and len(set(values.tolist())) == 1 for values in found.values())


def test_nothing_to_learn_from_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(TrainingError, match="no impression"):
        train_model(planted(0), tmp_path)


def test_the_split_goes_by_time_and_keeps_moments_whole() -> None:
    ts = np.random.default_rng(0).integers(0, 60, 1000)
    parts = split(ts)
    assert sorted(np.concatenate(parts).tolist()) == list(range(1000))
    assert [len(part) > 0 for part in parts] == [True] * 3
    assert ts[parts[0]].max() < ts[parts[1]].min()
    assert ts[parts[1]].max() < ts[parts[2]].min()
    assert [len(part) for part in split(np.zeros(9, np.int64))] == [9, 0, 0]


def test_platt_finds_the_slope_and_shift_that_made_the_labels() -> None:
    rng = np.random.default_rng(0)
    logits = rng.normal(0, 2, 100_000)
    labels = rng.random(len(logits)) < 1 / (1 + np.exp(-(0.7 * logits - 0.5)))
    assert platt(labels, logits) == pytest.approx((0.7, -0.5), abs=0.03)


def test_platt_leaves_alone_what_it_cannot_fit_or_would_turn_round() -> None:
    logits = np.linspace(-3, 3, 100)
    assert platt(logits > 2.9, logits) == IDENTITY
    assert platt(logits < 0, logits) == IDENTITY


def test_a_model_of_other_features_is_refused_by_name(trained: Path, tmp_path: Path) -> None:
    card = msgspec.json.decode((trained / CARD).read_bytes())
    card["features"][3] = "phase_of_the_moon"
    (tmp_path / CARD).write_bytes(msgspec.json.encode(card))
    with pytest.raises(VersionError, match="phase_of_the_moon are gone"):
        Model.load(tmp_path)


def test_a_damaged_or_missing_model_is_refused(trained: Path, tmp_path: Path) -> None:
    with pytest.raises(VersionError, match="cannot be read"):
        Model.load(tmp_path)
    (tmp_path / CARD).write_bytes((trained / CARD).read_bytes())
    with pytest.raises(VersionError, match="cannot be read"):
        Model.load(tmp_path)
    (tmp_path / NET).write_bytes((trained / NET).read_bytes()[:-1])
    with pytest.raises(VersionError, match="not the one"):
        Model.load(tmp_path)


def test_a_net_that_answers_no_probability_is_named(trained: Path) -> None:
    features = planted(5).features
    features[3, 0] = np.nan
    with pytest.raises(VersionError, match=r"row 3.*not finite either"):
        Model.load(trained).predict(dense(features))


def test_features_of_another_width_are_refused(trained: Path) -> None:
    with pytest.raises(ShapeError):
        Model.load(trained).predict(dense(np.zeros((3, 4), np.float32)))


def test_no_rows_get_no_answers(trained: Path) -> None:
    found = Model.load(trained).predict(dense(np.empty((0, len(NAMES)), np.float32)))
    assert [len(values) for values in found.values()] == [0] * len(HEADS)


def test_serving_loads_neither_torch_nor_onnxruntime_before_it_must() -> None:
    code = (
        "import sys, bowerbird.ranking.runtime, bowerbird.ranking.train;"
        "print(sorted({'torch', 'onnx', 'onnxruntime'} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=120
    )
    assert done.stdout.strip() == "[]"
