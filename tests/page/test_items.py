"""What an item says of the predictions behind it."""

import numpy as np

from bowerbird.core.candidates import Candidates, Kind
from bowerbird.page.items import signals_of


def test_a_row_keeps_the_signals_that_its_own_model_gave() -> None:
    rows = Candidates(
        Kind.MEDIA,
        np.arange(3, dtype=np.int32),
        {
            "like": np.array([0.25, 0.5, np.nan], np.float32),
            "save": np.array([0.125, np.nan, np.nan], np.float32),
        },
    )
    assert signals_of(rows) == [{"like": 0.25, "save": 0.125}, {"like": 0.5}, {}]
