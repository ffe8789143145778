"""What is learned beside the examples may not know what they are asked about."""

from dataclasses import replace

import numpy as np
import pytest

from bowerbird.app.funnel import refuse_late_engagements
from bowerbird.app.span import Span
from bowerbird.core.errors import TrainingError
from bowerbird.ig2vec.engagements import NOTHING, Engagements

SPAN = Span(stop=9, cut=4, cut_ts=1_000)


def engaged(newest: int) -> Engagements:
    return Engagements(
        user=np.array([0, 0, 1], np.int32),
        account=np.array([0, 1, 0], np.int32),
        media=np.array([0, 1, 0], np.int32),
        action=np.full(3, 4, np.uint8),
        media_type=np.zeros(3, np.uint8),
        ts=np.array([1, 2, newest], np.int64),
        known=np.ones(3, np.bool_),
        session=np.zeros(3, np.int64),
    )


def test_co_engagement_that_knows_the_outcomes_is_caught() -> None:
    """Planted: one engagement a millisecond after the cut."""
    refuse_late_engagements(engaged(1_000), SPAN)
    with pytest.raises(TrainingError, match="knows their outcomes"):
        refuse_late_engagements(engaged(1_001), SPAN)


def test_made_up_times_and_no_engagement_are_no_leak() -> None:
    late = engaged(5_000)
    refuse_late_engagements(replace(late, known=np.array([True, True, False])), SPAN)
    refuse_late_engagements(NOTHING, SPAN)
