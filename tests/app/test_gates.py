"""A Version worse than the last is not published, and says why."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from bowerbird.app.bowerbird import Bowerbird
from bowerbird.app.config import NAME, Gates
from bowerbird.app.gates import Figures, against_last, answers, faults, page_overlap, refuse_worse
from bowerbird.core.errors import VersionError
from bowerbird.features import Inputs
from bowerbird.ranking.heads import HEADS
from bowerbird.ranking.log import Recorded
from bowerbird.ranking.passes import FINAL, PASSES, SECOND
from bowerbird.ranking.runtime import Model
from bowerbird.ranking.train import train_model
from bowerbird.version.publish import numbers
from bowerbird.version.version import model_folder
from tests.ranking.test_train import planted

EXAMPLES = planted(4000)
SPEC = replace(PASSES[SECOND], epochs=4)


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Two Versions' folders: of a model that learned, and of one whose labels meant nothing."""
    root = tmp_path_factory.mktemp("versions")
    shuffled = np.random.default_rng(0).permutation(len(EXAMPLES))
    noise = replace(EXAMPLES, labels=EXAMPLES.labels[shuffled])
    for number, examples in (("000001", EXAMPLES), ("000002", noise)):
        train_model(examples, model_folder(root / number, FINAL), spec=SPEC)
    return root / "000001", root / "000002"


def requests(n: int) -> list[Recorded]:
    rows = [slice(60 * k, 60 * k + 60) for k in range(n)]
    return [
        Recorded(
            k,
            0,
            EXAMPLES.media[at],
            Inputs(EXAMPLES.features[at], EXAMPLES.sparse[at], EXAMPLES.recent[k]),
        )
        for k, at in enumerate(rows)
    ]


def test_a_version_as_good_as_the_last_passes(folders: tuple[Path, Path]) -> None:
    found = against_last(folders[0], folders[0], EXAMPLES, requests(4), Gates(least_positives=5))
    assert found["overlap"] == 1
    assert set(found["heads"]) == {"click", "like"}
    assert faults(found, Gates()) == []


def test_a_version_that_learned_nothing_is_refused_by_head_and_figure(
    folders: tuple[Path, Path],
) -> None:
    gates = Gates(least_positives=5, overlap=0.9)
    found = against_last(folders[1], folders[0], EXAMPLES, requests(4), gates)
    told = faults(found, gates)
    for figure in ("normalised entropy of `click`", "NDCG of `like`", "pages would share"):
        assert any(line.startswith(figure) for line in told), told
    with pytest.raises(VersionError, match=r"worse than Version 1: .*`click` went from"):
        refuse_worse(found, gates, publish_failing=False)
    refuse_worse(found, gates, publish_failing=True)


def test_the_first_version_has_nothing_to_be_worse_than(folders: tuple[Path, Path]) -> None:
    assert against_last(folders[0], None, EXAMPLES, [], Gates()) == {}
    gone = folders[0].parent / "000009"
    assert against_last(folders[0], gone, EXAMPLES, [], Gates()) == {}
    assert faults({}, Gates()) == []


def figures(entropy: float, off: float, ndcg: float) -> dict[str, float]:
    return {"normalised_entropy": entropy, "calibration": off, "ndcg": ndcg}


@pytest.mark.parametrize(
    ("new", "expected"),
    [
        (figures(0.84, 1.0, 0.60), ()),
        (figures(0.86, 1.0, 0.60), ("normalised entropy",)),
        (figures(0.80, 1.4, 0.60), ("calibration",)),
        (figures(0.80, 1 / 1.4, 0.60), ("calibration",)),
        (figures(0.80, 0.0, 0.60), ("calibration",)),
        (figures(0.80, 1.0, 0.54), ("NDCG",)),
        (figures(float("nan"), float("nan"), float("nan")), ()),
    ],
)
def test_each_figure_has_its_margin(new: dict[str, float], expected: tuple[str, ...]) -> None:
    last = figures(0.80, 1.0, 0.60)
    found: Figures = {"version": 1, "heads": {"like": {"last": last, "new": new}}, "overlap": 0.5}
    told = faults(found, Gates())
    assert len(told) == len(expected)
    assert all(line.startswith(name) for line, name in zip(told, expected, strict=True))


def test_answers_are_those_of_each_request_alone(folders: tuple[Path, Path]) -> None:
    model = Model.load(model_folder(folders[0], FINAL))
    rows = np.random.default_rng(1).permutation(100)
    found = answers(model, EXAMPLES, rows)
    at = int(rows[7])
    one = slice(at, at + 1)
    said = model.predict(Inputs(EXAMPLES.features[one], EXAMPLES.sparse[one], EXAMPLES.recent[0]))
    assert found[7] == pytest.approx([said[head][0] for head in HEADS], abs=1e-6)
    assert answers(model, EXAMPLES, rows[:0]).shape == (0, len(HEADS))


def test_short_requests_say_nothing_of_overlap(folders: tuple[Path, Path]) -> None:
    model = Model.load(model_folder(folders[0], FINAL))
    short = [replace(requests(1)[0], media=EXAMPLES.media[:25])]
    assert page_overlap(model, model, short) is None


def test_training_behind_a_shut_gate_publishes_nothing(data: Path) -> None:
    with (data / NAME).open("a") as file:
        file.write("\n[gates]\noverlap = 1.01\n")
    with Bowerbird(data) as bb, pytest.raises(VersionError, match="not published, for it is worse"):
        bb.train()
    assert numbers(data / "versions") == (1,)
