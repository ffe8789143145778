"""What is written under media."""

from __future__ import annotations

from bowerbird.core.facts import I32
from bowerbird.simulate.draws import Rng
from bowerbird.simulate.media import Media
from bowerbird.simulate.topics import Topics

PLAIN = (
    "{0} and {1} again",
    "today: {0}, then {1}",
    "first {0} of the week",
    "a quiet evening with {0} and {1}",
    "what do you think of this {0}?",
    "how I work on {0}, step by step",
    "{0} before, {1} after",
    "still learning {2}: {0}",
    "my favourite {0} so far",
    "the {0} was not the plan, the {1} was",
    "three things about {0} nobody told me",
    "{2}, but make it {0}",
    "new {0}, old {1}",
    "{0} + {1} = happy",
    "ask me anything about {0}",
    "a giveaway for friends of {2}: one {0}",
    "link to the {0} class in the comments",
)
BAIT = (
    "WIN a free phone!!! link in bio",
    "follow me and I follow back, 100 percent real",
    "earn 500 a day from home, DM me now",
    "hot promo: 90 percent off, only today, click the link",
    "free followers, no password, link in bio",
    "you will not believe this {0}!!! tap the link",
    "giveaway giveaway giveaway, tag 10 friends to win",
)
BANNED = (
    "replica {0}, ships without papers, DM for the list",
    "no prescription needed, parcels without a sender",
    "banned in shops: ask me for the real {0}",
    "how to climb the fence by night, {0} dare, no ropes",
    "selling tickets that open any gate, ask for the price",
    "we all know what people like {0} deserve, go and tell them",
)


def captions(media: Media, rows: I32, tree: Topics, rng: Rng) -> list[str]:
    """Return the text of the media at `rows`; "" for one in twelve that says nothing."""
    draws = rng.integers(0, 1 << 30, (4, len(rows))).tolist()
    columns = (
        media.topics[rows].tolist(), media.spam[rows].tolist(), media.tell[rows].tolist(),
    )  # fmt: skip
    said = []
    for (main, other), spam, tells, first, second, pattern, silent in zip(
        *columns, *draws, strict=True
    ):
        words, more = tree.words[main], tree.words[other]
        lines = PLAIN if not tells else BAIT if spam else BANNED
        name = tree.names[main].partition("/")[2]
        line = lines[pattern % len(lines)]
        text = line.format(words[first % len(words)], more[second % len(more)], name)
        said.append(text if tells or silent % 12 else "")
    return said
