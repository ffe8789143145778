"""Whether the person likes this form of media."""

from __future__ import annotations

from bowerbird.core.facts import F32, I32, NONE
from bowerbird.core.kernels import inner
from bowerbird.features.family import Cost, Family, Feature
from bowerbird.world.probe import Whole
from bowerbird.world.tables import Arenas, Media, Users

TYPES = 4
SMOOTHING = 1.0  # engagements each type is given for nothing
LOOK_BACK = 32

TASTE = Family(
    "taste",
    (
        Feature("taste_share", "share of the person's engagements of this media type", 0.25),
        Feature("taste_recent", "the same, among the last 32", 0.25),
        Feature("is_photo", "0 or 1"),
        Feature("is_video", "0 or 1"),
        Feature("is_story", "0 or 1"),
        Feature("is_live", "0 or 1"),
    ),
    Cost.HISTORY,
)


@inner
def fill_taste(
    media: Media, users: Users, arenas: Arenas, user: Whole, rows: I32, out: F32
) -> None:
    """Write the columns of the media `rows` ([n], NONE for unknown) into `out` ([n, 6])."""
    ever = (SMOOTHING, SMOOTHING, SMOOTHING, SMOOTHING)
    late = (0, 0, 0, 0)
    if user != NONE:
        by_type = users.by_type[user]
        ever = (
            SMOOTHING + max(by_type[0], 0.0),
            SMOOTHING + max(by_type[1], 0.0),
            SMOOTHING + max(by_type[2], 0.0),
            SMOOTHING + max(by_type[3], 0.0),
        )
        late = late_types(users, arenas, user)
    ever_sum = ever[0] + ever[1] + ever[2] + ever[3]
    late_sum = TYPES * SMOOTHING + late[0] + late[1] + late[2] + late[3]
    for i in range(len(rows)):
        if rows[i] == NONE or media.media_type[rows[i]] >= TYPES:
            continue
        form = media.media_type[rows[i]]
        out[i, 0] = ever[form] / ever_sum
        out[i, 1] = (SMOOTHING + late[form]) / late_sum
        out[i, 2 + form] = 1.0


@inner
def late_types(users: Users, arenas: Arenas, user: Whole) -> tuple[int, int, int, int]:
    """Return how many of the person's last `LOOK_BACK` engagements were of each media type."""
    photo = video = story = live = 0
    stop = users.history_at[user] + users.history_len[user]
    for at in range(max(stop - LOOK_BACK, users.history_at[user]), stop):
        form = arenas.history_type[at]
        photo += form == 0
        video += form == 1
        story += form == 2
        live += form == 3
    return photo, video, story, live
