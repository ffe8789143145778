"""Everything about a society that is drawn before it starts to live."""

from __future__ import annotations

from dataclasses import dataclass

from bowerbird.core.facts import I64
from bowerbird.simulate.accounts import Accounts, draw_accounts
from bowerbird.simulate.media import Media, draw_media
from bowerbird.simulate.newborn import births
from bowerbird.simulate.people import People, draw_people
from bowerbird.simulate.society import Society
from bowerbird.simulate.topics import Topics, topics


@dataclass(frozen=True, slots=True)
class Town:
    """A society with its tree, accounts, media and people.

    `arrives` ([T] epoch ms) says from when on each leaf exists, 0 for those always there.
    """

    society: Society
    seed: int
    tree: Topics
    arrives: I64
    accounts: Accounts
    media: Media
    people: People


def found(society: Society, seed: int) -> Town:
    """Return the town that `seed` gives."""
    tree = topics(society.branches)
    arrives = births(society, tree, seed)
    accounts = draw_accounts(society, tree, arrives, seed)
    media = draw_media(society, accounts, tree, arrives, seed)
    people = draw_people(society, accounts, seed)
    return Town(society, seed, tree, arrives, accounts, media, people)
