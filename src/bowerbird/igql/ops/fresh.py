"""`fresh`: the newest media, kept ready by the World."""

from __future__ import annotations

from bowerbird.core.candidates import Kind
from bowerbird.igql.op import Op
from bowerbird.igql.ops.trending import ARGS, Listed, rule, run_listed

FRESH = Op("fresh", (), Kind.MEDIA, ARGS, rule, Listed, run_listed)
