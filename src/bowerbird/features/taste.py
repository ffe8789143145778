"""Whether the person likes this form of media."""

from __future__ import annotations

from bowerbird.core.facts import F32, I32, NONE
from bowerbird.core.kernels import inner
from bowerbird.features.family import Cost, Family, Feature
from bowerbird.features.scales import VIEW
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
    photo = video = story = live = 0
    if user != NONE:
        photo, video, story, live = late_types(users, arenas, user)
    late = (photo, video, story, live)
    late_sum = TYPES * SMOOTHING + photo + video + story + live
    ever_sum = TYPES * SMOOTHING
    for form in range(TYPES if user != NONE else 0):
        ever_sum += max(users.by_type[user, form], 0.0)
    for i in range(len(rows)):
        if rows[i] == NONE or media.media_type[rows[i]] >= TYPES:
            continue
        form = media.media_type[rows[i]]
        ever = max(users.by_type[user, form], 0.0) if user != NONE else 0.0
        out[i, 0] = (SMOOTHING + ever) / ever_sum
        out[i, 1] = (SMOOTHING + late[form]) / late_sum
        out[i, 2 + form] = 1.0


@inner
def late_types(users: Users, arenas: Arenas, user: Whole) -> tuple[int, int, int, int]:
    """Return how many of the person's last `LOOK_BACK` engagements were of each media type.

    A short look is no engagement.
    """
    photo = video = story = live = met = 0
    first = users.history_at[user]
    for at in range(first + users.history_len[user] - 1, first - 1, -1):
        if arenas.history_action[at] == VIEW or met == LOOK_BACK:
            continue
        met += 1
        form = arenas.history_type[at]
        photo += form == 0
        video += form == 1
        story += form == 2
        live += form == 3
    return photo, video, story, live
