"""What a person is interested in, by topic, and how much of it a page has something for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

Shares = Mapping[str, float]
"""Topic -> share; they add up to 1."""

LEAST = 0.05
"""A topic of a smaller share of what a person did is no interest of theirs."""


def topic_shares(media: Iterable[Sequence[str]]) -> Shares:
    """Return the share of each topic among media; one with several is split between them.

    Media without a topic say nothing. Empty where none has any.

    Example:
        >>> topic_shares([["cats"], ["cats", "cars"], []])
        {'cats': 0.75, 'cars': 0.25}
    """
    found: dict[str, float] = {}
    for topics in media:
        for topic in topics:
            found[topic] = found.get(topic, 0.0) + 1.0 / len(topics)
    total = sum(found.values())
    return {topic: weight / total for topic, weight in found.items()}


def interest_recall(interests: Shares, page: Shares, least: float = LEAST) -> float:
    """Return the share of the interests that the page has anything of; NaN for no interest.

    Example:
        >>> interest_recall({"cats": 0.5, "cars": 0.46, "art": 0.04}, {"cats": 1.0})
        0.5
    """
    wanted = [topic for topic, share in interests.items() if share >= least]
    if not wanted:
        return float("nan")
    return sum(topic in page for topic in wanted) / len(wanted)
