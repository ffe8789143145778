"""A made-up society with known interests: facts for demos, and the truth for honest tests."""

from bowerbird.simulate.outcome import Outcome
from bowerbird.simulate.report import Report
from bowerbird.simulate.run import simulate
from bowerbird.simulate.society import CARELESS, PRESETS, Society, Taste
from bowerbird.simulate.truth import Truth

__all__ = ["CARELESS", "PRESETS", "Outcome", "Report", "Society", "Taste", "Truth", "simulate"]
