from __future__ import annotations

import numpy as np
import pytest

from bowerbird.core.errors import ConfigError
from bowerbird.core.facts import NONE, Action
from bowerbird.core.signals import Links
from bowerbird.ig2vec.baskets import Damping
from bowerbird.ig2vec.engagements import gather
from bowerbird.ig2vec.linear import LinearConfig, linear_accounts, linear_media
from tests.ig2vec.making import OWNERS, Did, batch

PLAIN = LinearConfig(weights={Action.LIKE: 1.0}, damping=Damping.NONE, ridge=1.0)
TWO = [Did(0, 0), Did(0, 1), Did(1, 1), Did(1, 2)]  # 1 goes with 0 and with 2, which never meet


def learned(events: list[Did], config: LinearConfig) -> Links:
    return linear_media(gather([batch(events)], OWNERS), config)


def told(links: Links) -> dict[int, dict[int, float]]:
    return {
        row: {
            int(other): round(float(weight), 6)
            for other, weight in zip(links.rows[line], links.scores[line], strict=True)
        }
        for row, line in enumerate(links.index.tolist())
        if line != NONE
    }


def test_weights_are_those_worked_out_by_hand() -> None:
    # G + I = [[2, 1, 0], [1, 3, 1], [0, 1, 2]], its inverse [[5, -2, 1], [-2, 4, -2], [1, -2, 5]]/8
    assert told(learned(TWO, PLAIN)) == {
        0: {1: 0.5, 2: -0.2},  # what 0 and 2 share is 1: beside 1, having 0 speaks against 2
        1: {0: 0.4, 2: 0.4},
        2: {1: 0.5, 0: -0.2},
    }


def test_the_weights_farthest_from_nothing_are_kept_greatest_first() -> None:
    kept = learned([*TWO, Did(2, 0), Did(2, 3)], LinearConfig({Action.LIKE: 1.0}, ridge=1.0, k=2))
    whole = learned([*TWO, Did(2, 0), Did(2, 3)], LinearConfig({Action.LIKE: 1.0}, ridge=1.0))
    assert kept.rows.shape == (4, 2)
    assert (np.diff(whole.scores, axis=1) <= 0).all()
    for row, weights in told(kept).items():
        farthest = sorted(told(whole)[row].items(), key=lambda pair: -abs(pair[1]))[:2]
        assert weights == dict(farthest)


def test_only_the_rows_that_most_people_have_are_modelled() -> None:
    links = learned([*TWO, Did(2, 1), Did(2, 2)], LinearConfig({Action.LIKE: 1.0}, most=2))
    assert links.index.tolist() == [NONE, 0, 1]


def test_nobody_and_a_single_row_lead_nowhere() -> None:
    assert len(learned([], PLAIN).index) == 0
    assert told(learned([Did(0, 4), Did(1, 4)], PLAIN)) == {4: {}}


def test_accounts_are_modelled_as_media_are() -> None:
    everything = gather([batch([*TWO, Did(0, NONE, account=1)])], OWNERS)
    assert told(linear_accounts(everything, PLAIN)) == told(learned(TWO, PLAIN))


def test_settings_are_read_by_name_and_bad_ones_are_refused() -> None:
    config = LinearConfig.from_dict({"weights": {"view": 1.0}, "damping": "log", "k": 7})
    assert (config.weights, config.damping, config.k) == ({Action.VIEW: 1.0}, Damping.LOG, 7)
    with pytest.raises(ConfigError, match="ridge"):
        LinearConfig.from_dict({"ridges": 1.0})
    with pytest.raises(ConfigError, match="ridge 0"):
        LinearConfig(ridge=0)
