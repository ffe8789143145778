"""The facts of a town as columns, row numbers still where a file or a row will say ids."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bowerbird.core.facts import I16, NONE, Action, MediaType
from bowerbird.simulate.captions import captions
from bowerbird.simulate.deeds import SURFACES, Deeds
from bowerbird.simulate.draws import stream
from bowerbird.simulate.media import media_id
from bowerbird.simulate.moderation import Labels, Removals
from bowerbird.simulate.society import DAY
from bowerbird.simulate.town import Town
from bowerbird.simulate.visits import Mutes

Text = NDArray[np.object_]
Columns = dict[str, NDArray[Any]]


class Naming:
    """Turns what happens in a town into columns; numbers events through."""

    def __init__(self, town: Town) -> None:
        self._town = town
        self._names = named(town.people.name)
        self._handles = named(town.accounts.handle)
        self._actions = named([action.name.lower() for action in Action])
        self._surfaces = named(SURFACES)
        self._events = 0

    def events(self, deeds: Deeds) -> Columns:
        """Return `deeds`, which have to be in order of time."""
        first = self._events + 1
        self._events += len(deeds)
        return {
            "n": first + np.arange(len(deeds)),
            "user_id": self._names[deeds.person],
            "action": self._actions[deeds.action],
            "ts": deeds.ts,
            "media": deeds.media,
            "account_id": self._handles[deeds.account],
            "dwell": deeds.dwell,
            "told": deeds.told,
            "surface": self._surfaces[deeds.surface],
            "slot": deeds.position,
            "request": deeds.request,
        }

    def accounts(self) -> Columns:
        """Return all accounts of the run."""
        accounts, tree = self._town.accounts, self._town.tree
        leaf = [tree.names[topic].partition("/")[2] for topic in accounts.topics[:, 0].tolist()]
        told = stream(self._town.seed, "about").random(len(leaf)) < 0.5
        about = [
            "" if not tells else f"{name}, mostly" if not spam else "the best deals, every day"
            for name, tells, spam in zip(leaf, told.tolist(), accounts.spam.tolist(), strict=True)
        ]
        return {
            "account_id": self._handles[:-1],
            "ts": accounts.born,
            "user_id": self._names[accounts.person],
            "text": or_none(about),
            "topics": or_none(joined(accounts.tags, tree.names)),
        }

    def media(self, first: int, last: int) -> Columns:
        """Return the media posted in `first .. last - 1` (epoch ms, midnights)."""
        media, town = self._town.media, self._town
        low, high = np.searchsorted(media.ts, [first, last]).tolist()
        rows = np.arange(low, high, dtype=np.int32)
        text = captions(media, rows, town.tree, stream(town.seed, "captions", first // DAY))
        types = named([form.name.lower() for form in MediaType])
        return {
            "media_id": np.array([media_id(row) for row in rows.tolist()], object),
            "account_id": self._handles[media.account[rows]],
            "ts": media.ts[rows],
            "media_type": types[media.form[rows]],
            "text": or_none(text),
            "topics": or_none(joined(media.tag[rows, None], town.tree.names)),
            "seconds": np.round(media.seconds[rows].astype(np.float64), 1),
            "expires": media.expires[rows],
        }

    def controls(self, parts: Sequence[Mutes]) -> Columns:
        """Return who muted whom, by time."""
        person, account, ts = (np.concatenate(column) for column in zip(*parts, strict=True))
        order = np.argsort(ts, kind="stable")
        order = order[ts[order] < self._town.society.ends]
        return {
            "user_id": self._names[person[order]],
            "control": np.full(len(order), "mute", object),
            "ts": ts[order],
            "account_id": self._handles[account[order]],
        }

    def labels(self, parts: Sequence[Labels]) -> Columns:
        """Return labels by time."""
        whole = Labels(*(np.concatenate(column) for column in zip(*parts, strict=True)))
        order = np.argsort(whole.ts, kind="stable")
        return {
            "policy": np.where(whole.spam[order], "spam", "policy").astype(object),
            "violates": whole.violates[order],
            "ts": whole.ts[order],
            "media": whole.media[order],
            "account_id": self._handles[whole.account[order]],
        }

    def removals(self, removals: Removals) -> Columns:
        """Return what was taken down."""
        return {
            "ts": removals.ts,
            "user_id": self._names[removals.person],
            "account_id": self._handles[removals.account],
            "media": removals.media,
            "reason": np.array(removals.reason, object),
        }


def named(names: Iterable[str]) -> Text:
    """Return `names` followed by None, so that the row NONE (-1) is no name."""
    return np.array([*names, None], object)


def or_none(texts: list[str]) -> Text:
    """Return `texts` with None for what is empty."""
    return np.array([text or None for text in texts], object)


def joined(tags: I16, names: tuple[str, ...]) -> list[str]:
    """Return the names of each row of `tags` ([n, k], -1 for none) with `|` between them."""
    return [
        "|".join(dict.fromkeys(names[tag] for tag in row if tag != NONE)) for row in tags.tolist()
    ]
