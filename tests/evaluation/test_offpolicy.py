"""Estimates from exploration slots: worked by hand, and held to the truth of a society."""

from __future__ import annotations

import logging
from pathlib import Path

import numpy as np
import pytest

from bowerbird.app.bowerbird import Bowerbird
from bowerbird.core.errors import ShapeError
from bowerbird.core.facts import Action
from bowerbird.core.signals import Context
from bowerbird.evaluation.offpolicy import drawn, off_policy
from bowerbird.igql.program import Program
from bowerbird.igql.run import run
from bowerbird.page.reading import Reading
from bowerbird.simulate.truth import Truth
from tests.service.society import copied, facts

SLOTS = 2
PAGE = f"trending(k=1).explore(slots={SLOTS}, size={SLOTS + 1})"
POOL = """fresh(k=2000).filter(
    impressions < 50 and recommendable and not seen and not muted and not own and not expired)"""


def test_the_policy_that_drew_is_worth_what_was_seen() -> None:
    page, half = np.arange(4), np.full(4, 0.5)
    found = off_policy(page, half, half, np.array([1.0, 0, 0, 1]))
    assert found.mean == 0.5
    # Residuals +-.5 on 4 pages: sqrt(4/3 x 4 x .25) / 4 = .2887, times 1.96.
    assert found.high - found.mean == pytest.approx(0.5658, abs=1e-4)


def test_rare_draws_stand_for_those_that_were_not_made() -> None:
    found = off_policy(
        np.array([0, 0, 1, 1]),
        np.array([0.1, 0.9, 0.1, 0.9]),
        np.array([0.5, 0.5, 0.5, 0.5]),
        np.array([1.0, 0, 1, 0]),
    )
    assert found.mean == pytest.approx((5 + 5) / (5 + 5 / 9 + 5 + 5 / 9))
    assert found.low == pytest.approx(found.high)


def test_a_policy_that_shares_no_draw_cannot_be_estimated() -> None:
    with pytest.raises(ShapeError, match="none of which"):
        off_policy(np.arange(2), np.full(2, 0.5), np.zeros(2), np.ones(2))


def test_slots_are_found_in_the_recipes_of_pages(tmp_path_factory: pytest.TempPathFactory) -> None:
    with Bowerbird(copied(tmp_path_factory), mode="read") as bb:
        pages = [bb.explore(person.user_id, seed=1) for person in bb.people(limit=5)]
    found = drawn(page.recipe for page in pages)
    assert found.page.tolist() == [0, 1, 2, 3, 4]
    assert list(found.media_id) == [page.items[-1].media_id for page in pages]
    assert (found.propensity < 0.1).all()


class Simulated:
    """People of a society, what may be drawn for each, and what would truly come of it.

    The other policy draws twice as often what is of the person's media type number 1.
    """

    def __init__(self, bb: Bowerbird, truth: Truth) -> None:
        self.reading: Reading = bb.reading()
        self.now, ids = bb.now(), self.reading.ids
        self.page: Program = bb._programs.compiled(PAGE)
        self.people = [person.user_id for person in bb.people(limit=40)]
        self.users = [ids.users.find(name) for name in self.people]
        self.chance = np.zeros((len(self.people), len(ids.media)), np.float32)
        self.liked = self.reading.array("media", "media_type") == 1  # type: ignore[arg-type]
        pool, worth = bb._programs.compiled(POOL), []
        for k, (name, user) in enumerate(zip(self.people, self.users, strict=True)):
            context = Context(user, self.now)
            top = run(self.page, self.reading, context).rows.rows[0]
            rows = run(pool, self.reading, context).rows.rows
            rows = rows[rows != top]
            media = truth.media_rows([ids.media.id(row) for row in rows.tolist()])
            person = np.full(len(media), truth.person_rows([name])[0], np.int32)
            chances = truth.probabilities(person, media, truth.day_of(self.now))
            self.chance[k, rows] = chances[Action.CLICK]
            target = 1.0 + self.liked[rows]
            worth.append(((target * self.chance[k, rows]).sum(), target.sum(), len(rows)))
        earned, total, self.sizes = np.array(worth).T
        self.truth = earned.sum() / total.sum()

    def experiment(self, pages: int, rng: np.random.Generator) -> tuple[float, float, float]:
        """Return the estimate and its interval from as many pages, people by chance."""
        page, chance, media, reward = [], [], [], []
        for number in range(pages):
            k = int(rng.integers(len(self.people)))
            context = Context(self.users[k], self.now, int(rng.integers(2**31)))
            rows = run(self.page, self.reading, context).rows
            assert rows.columns["propensity"][1] == np.float32(1 / self.sizes[k])
            page += [number] * SLOTS
            chance += rows.columns["propensity"][1:].tolist()
            media += rows.rows[1:].tolist()
            reward += (rng.random(SLOTS) < self.chance[k, rows.rows[1:]]).tolist()
        target = 1.0 + self.liked[media]
        found = off_policy(np.array(page), np.array(chance), target, np.array(reward, np.float64))
        return found.mean, found.low, found.high


@pytest.mark.slow
def test_95_percent_intervals_hold_the_truth_95_times_of_100(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    society: Path = facts(tmp_path_factory).parent
    with Bowerbird(copied(tmp_path_factory), mode="read") as bb:
        simulated = Simulated(bb, Truth.load(society))
        rng = np.random.default_rng(0)
        means, lows, highs = np.array([simulated.experiment(400, rng) for _ in range(200)]).T
    covered = ((lows <= simulated.truth) & (simulated.truth <= highs)).mean()
    told = f"covered {covered:.3f}, truth {simulated.truth:.4f}, mean {means.mean():.4f}"
    logging.getLogger(__name__).info(told)
    assert 0.90 <= covered <= 0.99, told  # three standard deviations of 200 draws at .95
    assert abs(means.mean() - simulated.truth) < 3 * means.std() / np.sqrt(len(means))
