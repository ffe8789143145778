"""The scales every family uses, so that a count is a count in all of them.

Scalar kernels: a column is the same to the bit however many rows are worked out together, because
each value is worked out alone.
"""

from __future__ import annotations

import math
from typing import Any

from bowerbird.core.facts import F32, U8, Action
from bowerbird.core.kernels import fused
from bowerbird.world.counters import remains
from bowerbird.world.probe import Whole

HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS

LONGEST_H = 24.0 * 365.0
"""Spans of time are cut here, and an unknown one counts as this long."""

UNKNOWN_SPAN = math.log(1.0 + LONGEST_H)
"""The default of every feature in ln(1 + hours)."""

IMPRESSION = int(Action.IMPRESSION)
VIEW = int(Action.VIEW)
"""In a history a short look, since a long one stands there as such: no engagement."""

FIRST_ENGAGEMENT = int(Action.CLICK)
LAST_ENGAGEMENT = int(Action.PROFILE_VISIT)

PRIORS: tuple[tuple[float, float], ...] = (
    (1.0, 20.0),  # impression
    (0.50, 20.0),  # view
    (0.15, 20.0),  # click
    (0.15, 20.0),  # long_view
    (0.05, 40.0),  # like
    (0.01, 100.0),  # comment
    (0.01, 100.0),  # save
    (0.01, 100.0),  # share
    (0.005, 200.0),  # follow
    (0.02, 50.0),  # profile_visit
    (0.005, 200.0),  # hide
    (0.002, 500.0),  # report
)
"""By action: the rate an unknown thing is given, and for how many impressions' worth it counts.

Round numbers of social apps, not fitted: a model standardises its inputs, so only the strengths
matter, and those are set to about two positives.
"""

ENGAGED_PRIOR = (0.25, 20.0)
"""The same, of any engagement from a click up."""


@fused
def log_more(number: float) -> float:
    """Return ln(1 + number), 1e-16 off at most; `log1p` takes half as long again for less."""
    return math.log(1.0 + number)


@fused
def log_count(count: float) -> float:
    """Return ln(1 + count); a negative count (undone more than done) is none."""
    return log_more(max(count, 0.0))


@fused
def log_weight(weight: float) -> float:
    """Return ln(1 + weight), mirrored for a negative one."""
    return math.copysign(log_more(abs(weight)), weight)


@fused
def log_rate(count: float, shown: float, prior: float, strength: float) -> float:
    """Return ln of the smoothed rate over its prior, within [-5, 5]; 0 says "as any other".

    Logs that carry no impressions for some events never give a rate over 1: `count` stands in.
    """
    done = max(count, 0.0)
    expected = (max(shown, done) + strength) * prior
    return min(max(math.log((done + strength * prior) / expected), -5.0), 5.0)


@fused
def fill_rates(
    counts: F32, line: Whole, actions: tuple[int, ...], want: U8, out: F32, i: Whole, first: int
) -> None:
    """Write the `log_rate` of each action, by one line of counts, into `out[i, first:]`.

    Only those that `want` has a 1 for, at the same places. Whole tables and where in them: a view
    of one line is counted, by an instruction that waits for all others.
    """
    shown = counts[line, IMPRESSION]
    for k in range(len(actions)):
        if want[first + k]:
            prior, strength = PRIORS[actions[k]]
            out[i, first + k] = log_rate(counts[line, actions[k]], shown, prior, strength)


@fused
def spread(out: F32) -> None:
    """Write the first row of `out` ([n, k]) into all the others."""
    for i in range(1, len(out)):
        for k in range(out.shape[1]):
            out[i, k] = out[0, k]


@fused
def log_hours(then: Whole, now: Whole) -> float:
    """Return ln(1 + hours) from `then` to `now` (epoch ms), 0 for the future; `then` 0 is unknown.

    Unknown and longer than a year both give `UNKNOWN_SPAN`.
    """
    if then <= 0:
        return UNKNOWN_SPAN
    hours = max(now - then, 0) / HOUR_MS
    return log_more(min(hours, LONGEST_H))


@fused
def decayed(value: float, then: Whole, now: Whole, half_life: float) -> float:
    """Return `value`, as of `then`, at `now`, both epoch ms; the past is not blown up."""
    return value * remains(float(max(now - then, 0)), half_life)


@fused
def engagements(counts: Any, line: Whole) -> float:
    """Return the events that say interest, from click to profile visit, of one line of counts."""
    total = 0.0
    for action in range(FIRST_ENGAGEMENT, LAST_ENGAGEMENT + 1):
        total += max(counts[line, action], 0.0)
    return total
