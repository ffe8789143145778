"""What the candidate is, and is about."""

from __future__ import annotations

from bowerbird.core.facts import I32, NONE, UNKNOWN
from bowerbird.core.kernels import inner
from bowerbird.features.family import Cost, Dtype, Family, Feature
from bowerbird.features.topics import topic_of
from bowerbird.world.tables import Accounts, Media

SUBJECT = Family(
    "subject",
    (
        Feature("media_type", "number of the media type", NONE),
        Feature("topic_first", "row of its first topic, or of its account's", NONE),
        Feature("topic_second", "row of the second one", NONE),
    ),
    Cost.ROW,
    Dtype.SPARSE,
)


@inner
def fill_subject(media: Media, accounts: Accounts, rows: I32, owners: I32, out: I32) -> None:
    """Write the columns of the media `rows` of `owners` ([n], NONE for unknown) into `out`."""
    for i in range(len(rows)):
        if rows[i] == NONE:
            continue
        form = media.media_type[rows[i]]
        out[i, 0] = NONE if form == UNKNOWN else form
        out[i, 1] = topic_of(media, accounts, rows[i], owners[i], 0)
        out[i, 2] = topic_of(media, accounts, rows[i], owners[i], 1)
