"""The joints: what is acknowledged is felt, what was served can be made again."""

from __future__ import annotations

import shutil
from pathlib import Path

import msgspec
import numpy as np
import pytest

from bowerbird.app.bowerbird import Bowerbird
from bowerbird.core.clock import ClockName
from bowerbird.core.page import Page
from bowerbird.evaluation.replay import Exposure, Replayer, differences, exposures, find_exposure
from bowerbird.journal.journal import Journal
from bowerbird.page.programs import Programs
from bowerbird.page.reading import catalog

DAY = 86_400_000


def replayer(data: Path, journal: Journal) -> Replayer:
    programs = Programs(data / "programs", catalog(("default",), ("default",)))
    return Replayer(journal, data / "versions", programs)


def people(bb: Bowerbird) -> list[str]:
    return [person.user_id for person in bb.people(limit=1_000)]


def serve_and_react(bb: Bowerbird, pages: int) -> list[Page]:
    """Serve `pages` pages; after each, the person does something with one of its items."""
    rng, served = np.random.default_rng(7), []
    names = people(bb)
    for number in range(pages):
        page = bb.explore(names[number % len(names)])
        bb.expose(page)
        item = page.items[int(rng.integers(len(page.items)))]
        action = ["like", "save", "hide", "impression"][number % 4]
        receipt = bb.append(
            [
                {
                    "kind": "event",
                    "event_id": f"react-{number}",
                    "request_id": page.request_id,
                    "user_id": page.user_id,
                    "action": action,
                    "media_id": item.media_id,
                    "ts": page.now + 1,
                }
            ]
        )
        assert receipt.accepted == 1
        served.append(page)
    return served


def check_replays(data: Path, pages: int) -> None:
    with Bowerbird(data) as bb:
        served = {page.request_id: page for page in serve_and_react(bb, pages)}
    with Journal.open(data, mode="read") as journal:
        again = replayer(data, journal)
        recorded = [found for found in exposures(journal) if found.request_id in served]
        assert len(recorded) == pages
        for exposure in recorded:
            page = again.page(exposure)
            assert differences(exposure.recipe, page) == []
            assert page.items == served[exposure.request_id].items


def test_pages_made_again_from_their_recipes_are_the_same_to_the_bit(data: Path) -> None:
    check_replays(data, 60)


@pytest.mark.slow
def test_a_thousand_pages_made_again_are_the_same_to_the_bit(data: Path) -> None:
    check_replays(data, 1_000)


def test_a_recipe_that_was_tampered_with_gives_another_page(data: Path) -> None:
    with Bowerbird(data) as bb:
        page = serve_and_react(bb, 2)[-1]
    with Journal.open(data, mode="read") as journal:
        exposure = find_exposure(journal, page.request_id)
        again = replayer(data, journal)
        later = msgspec.structs.replace(exposure.recipe, now=exposure.recipe.now + DAY)
        page = again.page(Exposure(exposure.offset, exposure.request_id, later))
        assert "features" in differences(exposure.recipe, page)


def check_felt(data: Path, events: int) -> int:
    """Return how many of `events` likes were in the very next page's World."""
    felt = 0
    with Bowerbird(data) as bb:
        names = people(bb)
        media = [item.media_id for item in bb.explore(names[0], size=25).items]
        for number in range(events):
            user = names[number % len(names)]
            liked = media[number % len(media)]
            row = {
                "kind": "event",
                "event_id": f"felt-{number}",
                "user_id": user,
                "action": "like",
                "media_id": liked,
                "ts": bb.now(),
            }
            receipt = bb.append([row])
            page = bb.explore(user, size=5)
            newest = bb.trace(page.request_id)["history"][0]
            felt += (
                page.offset >= receipt.stop
                and (newest["action"], newest["media_id"]) == ("like", liked)
                and liked not in [item.media_id for item in page.items]
            )
    return felt


def test_an_acknowledged_like_is_in_the_next_page(data: Path) -> None:
    assert check_felt(data, 100) == 100


@pytest.mark.slow
def test_a_thousand_acknowledged_likes_are_each_in_the_next_page(data: Path) -> None:
    assert check_felt(data, 1_000) == 1_000


def test_an_empty_world_gives_a_page_without_items_and_says_so(tmp_path: Path) -> None:
    with Bowerbird(tmp_path) as bb:
        page = bb.explore("ana")
    assert page.items == ()
    assert page.fallback
    assert page.version == 0


def test_a_world_without_a_version_fills_the_page_with_what_is_fresh_and_popular(
    data: Path,
) -> None:
    shutil.rmtree(data / "versions")
    with Bowerbird(data) as bb:
        page = bb.explore("nobody knows me")
        assert len(page.items) == 25
        assert all(item.fallback or item.propensity < 1 for item in page.items)
        known = bb.explore(people(bb)[0])
    assert len(known.items) == 25
    assert any("no model `final_pass`" in warning for warning in known.warnings)


def test_a_person_with_one_event_gets_a_full_page(data: Path) -> None:
    with Bowerbird(data) as bb:
        liked = bb.explore("newcomer").items[0]
        bb.append(
            [
                {
                    "kind": "event",
                    "user_id": "newcomer",
                    "action": "like",
                    "media_id": liked.media_id,
                    "ts": bb.now(),
                }
            ]
        )
        page = bb.explore("newcomer")
    assert len(page.items) == 25
    assert any(item.reason.seed_account == liked.account_id for item in page.items)


def test_every_item_says_why_it_is_here(data: Path) -> None:
    with Bowerbird(data) as bb:
        page = bb.explore(people(bb)[0])
    for item in page.items:
        assert item.reason.text
        assert item.fallback or item.propensity < 1 or item.reason.source
    own = [item for item in page.items if item.reason.seed_account]
    assert len(own) >= 15
    assert all(item.signals["like"] > 0 for item in own)


def test_a_hidden_media_never_comes_back(data: Path) -> None:
    with Bowerbird(data) as bb:
        user = people(bb)[0]
        hidden = bb.explore(user).items[0].media_id
        row = {"kind": "event", "user_id": user, "action": "hide", "media_id": hidden}
        bb.append([{**row, "ts": bb.now()}])
        assert hidden not in [item.media_id for item in bb.explore(user).items]


def test_a_damaged_version_leaves_the_one_before_in_place(data: Path) -> None:
    with Bowerbird(data) as bb:
        bb.train()
        path = sorted((data / "versions").glob("000002/embeddings/default/vectors.npy"))[0]
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(bytes(content))
    with Bowerbird(data) as bb:
        ready, why = bb.ready()
        assert not ready
        assert "vectors.npy has sha256" in why
        assert bb.explore("ana").version == 1


def test_a_frozen_world_is_thawed_and_goes_on_as_if_nothing_had_been(data: Path) -> None:
    with Bowerbird(data) as bb:
        digest, offset = bb.world.digest(), bb.world.offset
    assert (data / "world").exists()
    with Bowerbird(data) as bb:
        assert (bb.world.digest(), bb.world.offset) == (digest, offset)
    shutil.rmtree(data / "world")
    with Bowerbird(data) as bb:
        assert bb.world.digest() == digest


def test_a_damaged_frozen_world_costs_time_and_nothing_else(data: Path) -> None:
    with Bowerbird(data) as bb:
        digest = bb.world.digest()
    for path in (data / "world").rglob("*.npy"):
        path.write_bytes(b"torn")
    with Bowerbird(data) as bb:
        assert bb.world.digest() == digest


def test_the_clock_of_a_journal_stands_at_its_newest_fact(tmp_path: Path) -> None:
    Bowerbird.init(tmp_path, clock=ClockName.JOURNAL)
    with Bowerbird(tmp_path) as bb:
        bb.append([{"kind": "media", "media_id": "m", "account_id": "a", "ts": 1_700_000_000_000}])
    with Bowerbird(tmp_path) as bb:
        assert 0 <= bb.now() - 1_700_000_000_000 < 60_000
