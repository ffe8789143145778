"""Everything about a society that is drawn before it starts to live."""

from __future__ import annotations

from dataclasses import dataclass

from bowerbird.simulate.accounts import Accounts, draw_accounts
from bowerbird.simulate.media import Media, draw_media
from bowerbird.simulate.people import People, draw_people
from bowerbird.simulate.society import Society
from bowerbird.simulate.topics import Topics, topics


@dataclass(frozen=True, slots=True)
class Town:
    """A society with its tree, accounts, media and people."""

    society: Society
    seed: int
    tree: Topics
    accounts: Accounts
    media: Media
    people: People


def found(society: Society, seed: int) -> Town:
    """Return the town that `seed` gives."""
    tree = topics(society.branches)
    accounts = draw_accounts(society, tree, seed)
    media = draw_media(society, accounts, tree, seed)
    return Town(society, seed, tree, accounts, media, draw_people(society, accounts, seed))
