"""Requests of a journal to replay: who asked when, and what they did in the time after."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from bowerbird.core.errors import NotFound
from bowerbird.core.facts import ENGAGEMENTS, I32, I64, Action
from bowerbird.journal.journal import Journal
from bowerbird.ranking.impressions import Events, gather, impressions_of
from bowerbird.ranking.outcomes import long_views
from bowerbird.ranking.requests import group, mixed
from bowerbird.version.manifest import Manifest
from bowerbird.world.tables import Media

DAY_MS = 86_400_000
WANTED = tuple(action for action in ENGAGEMENTS if action is not Action.VIEW)


@dataclass(frozen=True, slots=True)
class Asked:
    """One request of the past.

    Attributes:
        user: row of the person.
        now: epoch ms.
        offset: the journal offset of what its page may know.
        later: what the person did from `now` on, within the horizon.
    """

    user: int
    now: int
    offset: int
    later: Events

    def wanted(self, media: Media) -> I32:
        """Return the media the person went on to engage with; a view counts if it was long."""
        told = np.isin(self.later.code, WANTED)
        told[long_views(media, self.later.code, self.later.media, self.later.value)] = True
        return np.unique(self.later.media[told & (self.later.media >= 0)])


def asked_after(
    journal: Journal, learned: Manifest, count: int, horizon: int = DAY_MS, seed: int = 0
) -> list[Asked]:
    """Return at most `count` requests that a Version knew nothing of, one a person, by offset.

    Args:
        journal: what happened.
        learned: of the Version; only requests after its facts are taken.
        count: how many; people are drawn without favour.
        horizon: how long after a request (ms) counts; one whose time is not over is left out.
        seed: of the draw.

    Raises:
        NotFound: there is none.
    """
    seen = gather(journal.read(learned.offset), learned.newest)
    requests = group(seen.events, impressions_of(seen.events), seen.served, seen.shown)
    first = requests.rows[requests.first[:-1]]
    newest = int(seen.events.ts.max(initial=0))
    whole = np.flatnonzero(requests.now + horizon <= newest)
    chosen = one_a_person(seen.events.user[first][whole], whole, seed)[:count]
    if not len(chosen):
        raise NotFound(
            f"no request after offset {learned.offset} of Version {learned.number} has "
            f"{horizon / 3_600_000:g} hours behind it",
            "train a Version with `--until` some days before the end, and replay those days",
        )
    order = np.argsort(seen.events.user, kind="stable")
    people = seen.events.user[order]
    found = []
    for q in np.sort(chosen).tolist():
        user, now = int(seen.events.user[first[q]]), int(requests.now[q])
        low, high = np.searchsorted(people, [user, user + 1])
        mine = order[low:high]
        ts = seen.events.ts[mine]
        later = seen.events.take(mine[(ts >= now) & (ts <= now + horizon)])
        found.append(Asked(user, now, int(requests.offset[q]), later))
    return found


def one_a_person(user: I32, request: I64, seed: int) -> I64:
    """Return one of `request` ([n]) for each distinct `user` ([n]), people in a random order."""
    key = mixed(request + np.int64(seed) * np.int64(1_000_003))
    order = np.lexsort((key, user))
    heads = np.ones(len(order), np.bool_)
    heads[1:] = user[order][1:] != user[order][:-1]
    drawn = order[heads]
    return request[drawn[np.argsort(key[drawn], kind="stable")]]


def halves(asked: Sequence[Asked]) -> tuple[list[Asked], list[Asked]]:
    """Return the earlier and the later half of requests, for choosing and for checking."""
    cut = len(asked) // 2
    return list(asked[:cut]), list(asked[cut:])
