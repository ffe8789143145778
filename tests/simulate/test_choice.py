from __future__ import annotations

from dataclasses import fields

import numpy as np

from bowerbird.core.facts import F32, MediaType
from bowerbird.simulate import Taste
from bowerbird.simulate.choice import Situation, long_from_s, long_view, look_s, utility


def situation(**columns: list[float]) -> Situation:
    size = len(next(iter(columns.values())))
    given: dict[str, F32] = {name: np.zeros(size, np.float32) for name in Situation._fields}
    given.update({name: np.array(values, np.float32) for name, values in columns.items()})
    return Situation(**given)


def test_each_weight_of_taste_bears_on_the_utility() -> None:
    at = situation(**{name: [1.0, 6.0] for name in Situation._fields})
    plain = utility(Taste(), at)
    for weight in fields(Taste):
        assert (utility(Taste(**{weight.name: 9.0}), at) != plain).any(), weight.name


def test_more_interest_is_more_utility_and_less_so_the_more_there_is() -> None:
    values = utility(Taste(), situation(affinity=[0.0, 0.25, 0.5, 0.75, 1.0]))
    steps = np.diff(values)
    assert (steps > 0).all()
    assert (np.diff(steps) < 0).all()


def test_a_topic_wears_off_only_after_a_few_media() -> None:
    values = utility(Taste(), situation(fatigue=[1.0, 2, 3, 4, 5, 6, 12]))
    assert len(set(values[:4].tolist())) == 1
    assert (np.diff(values[3:]) < 0).all()


def test_the_chance_of_a_long_view_is_the_share_of_looks_that_are_long() -> None:
    quantile = np.linspace(0.0005, 0.9995, 1_000).astype(np.float32)
    for form in MediaType:
        forms, seconds = np.full(1_000, form, np.uint8), np.full(1_000, 12.0, np.float32)
        value = np.full(1_000, 0.7, np.float32)
        long = look_s(value, forms, quantile) >= long_from_s(forms, seconds)
        assert abs(long.mean() - long_view(value, forms, seconds)[0]) < 0.01


def test_nine_tenths_of_a_short_video_are_a_long_view() -> None:
    seconds = np.array([10.0, 100.0, np.nan], np.float32)
    forms = np.array([MediaType.VIDEO, MediaType.VIDEO, MediaType.PHOTO], np.uint8)
    np.testing.assert_allclose(long_from_s(forms, seconds), [9, 15, 5])
