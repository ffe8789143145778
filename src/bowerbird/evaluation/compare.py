"""The same requests through several programs: what each page is good for, and the differences."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from bowerbird.core.candidates import Candidates, Kind
from bowerbird.core.facts import F64, I32, NONE, Action
from bowerbird.core.page import Page
from bowerbird.core.signals import Context
from bowerbird.evaluation.asked import Asked
from bowerbird.evaluation.diversity import diversity
from bowerbird.evaluation.freshness import freshness
from bowerbird.evaluation.interests import Shares, interest_recall, topic_shares
from bowerbird.evaluation.metrics import Interval, bootstrap, hits
from bowerbird.evaluation.miscalibration import miscalibration
from bowerbird.evaluation.newcomers import newcomers
from bowerbird.evaluation.replay import Replayer
from bowerbird.evaluation.worth import worth
from bowerbird.igql.program import Program
from bowerbird.page.make import make_page
from bowerbird.page.reading import Reading
from bowerbird.page.request import PAGE_SIZE, Request
from bowerbird.ranking.heads import WEIGHTS
from bowerbird.ranking.passes import FINAL

Params = Mapping[str, float | int | str | bool]


@dataclass(frozen=True, slots=True)
class Figure:
    """One of the figures of a page.

    Attributes:
        unit: how it is told.
        better: 1 where more is better, -1 where less is, 0 where neither.
    """

    name: str
    unit: str
    better: int


FIGURES: tuple[Figure, ...] = (
    Figure("hits", "slots that the person engaged with later", 1),
    Figure("value", "expected by the final pass, one yardstick for all", 1),
    Figure("diversity", "chance that two slots differ in subject", 1),
    Figure("interest_recall", "share of interests with a slot", 1),
    Figure("miscalibration", "nats between interests and page", -1),
    Figure("freshness", "share of slots younger than a day", 1),
    Figure("newcomers", "slots of hardly seen media", 0),
    Figure("time", "ms", -1),
)
"""In the order of the columns of `judge`."""


@dataclass(frozen=True, slots=True)
class Arm:
    """A program and the params it is run with."""

    program: Program
    params: Params


@dataclass(frozen=True, slots=True)
class Difference:
    """One figure of two arms over the same requests.

    Attributes:
        first: its mean in the one.
        second: in the other.
        difference: second less first, by requests that have both; None where none has.
        requests: how many those are.
    """

    figure: Figure
    first: float
    second: float
    difference: Interval | None
    requests: int


def judge(
    replayer: Replayer,
    version: int,
    asked: Sequence[Asked],
    arms: Sequence[Arm],
    fallback: Program,
    tell: Callable[[float], None] = lambda share: None,
) -> F64:
    """Return [arms, requests, FIGURES]; NaN where a page has no such figure.

    Each request is answered where the journal stood then; every arm has the same seed, and they
    take turns at being first, so that none is always the one that finds memory cold.

    Args:
        replayer: stands no later than the first request.
        version: the Version all arms read.
        asked: by offset.
        arms: what is compared.
        fallback: fills what a program leaves empty.
        tell: is told the share done.
    """
    found = np.full((len(arms), len(asked), len(FIGURES)), np.nan)
    for number, one in enumerate(asked):
        reading = replayer.at(one.offset, version)
        wanted, interests = one.wanted(replayer.world.tables.media), interests_of(reading, one.user)
        for turn in range(len(arms)):
            k = (turn + number) % len(arms)
            page = _page(arms[k], one, number, reading, fallback)
            found[k, number] = figures_of(page, one, wanted, interests, reading)
        tell((number + 1) / len(asked))
    return found


def _page(arm: Arm, one: Asked, number: int, reading: Reading, fallback: Program) -> Page:
    request = Request(
        request_id=f"replayed-{number}",
        user_id=reading.ids.users.id(one.user),
        now=one.now,
        seed=number,
        program=arm.program,
        fallback=fallback,
        size=PAGE_SIZE,
        params=arm.params,
    )
    return make_page(request, reading).page


def interests_of(reading: Reading, user: int) -> Shares:
    """Return the topics of what the person engaged with, views apart, as the page knows it."""
    histories = reading.histories()
    if not 0 <= user < len(histories.length):
        return {}
    at = slice(histories.start[user], histories.start[user] + histories.length[user])
    meant = (histories.action[at] != Action.VIEW) & (histories.media[at] != NONE)
    topics = reading.ids.topics
    return topic_shares(
        [topics.id(row) for row in rows if row != NONE]
        for rows in reading.topics(histories.media[at][meant])
    )


def figures_of(
    page: Page, one: Asked, wanted: I32, interests: Shares, reading: Reading
) -> list[float]:
    """Return the figures of one page, in the order of `FIGURES`."""
    rows = np.array([reading.ids.media.find(item.media_id) for item in page.items], np.int32)
    context = Context(one.user, one.now)
    shown = topic_shares(item.topics for item in page.items)
    impressions = reading.compute(Kind.MEDIA, "impressions", rows, context)
    return [
        float(hits(rows, wanted)),
        worth(reading.predict(FINAL, Candidates(Kind.MEDIA, rows), context), WEIGHTS),
        diversity([item.topics[0] if item.topics else item.account_id for item in page.items]),
        interest_recall(interests, shown),
        miscalibration(interests, shown),
        freshness([item.ts for item in page.items], one.now),
        float(newcomers(impressions.astype(np.float32))),
        page.took_ms,
    ]


def differences_of(
    judged: F64, seed: int = 0, figures: Sequence[Figure] = FIGURES
) -> list[Difference]:
    """Return what the second arm of `judge` has over the first, figure by figure.

    Requests are of different people, so drawing them anew is drawing people anew.
    """
    found = []
    for k, figure in enumerate(figures):
        first, second = judged[0, :, k], judged[1, :, k]
        both = ~np.isnan(first) & ~np.isnan(second)
        rng = np.random.default_rng(seed)
        found.append(
            Difference(
                figure,
                _mean(first[both]),
                _mean(second[both]),
                bootstrap(second[both] - first[both], rng) if both.any() else None,
                int(both.sum()),
            )
        )
    return found


def _mean(values: F64) -> float:
    return float(values.mean()) if len(values) else float("nan")
