from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
from httpx import Client
from playwright.sync_api import Page, expect, sync_playwright

from bowerbird.app.bowerbird import Bowerbird

CHROMIUM = Path("/usr/bin/chromium")
FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

GAP = 4

pytestmark = pytest.mark.skipif(
    not CHROMIUM.exists(), reason="NO BROWSER: /usr/bin/chromium is absent, the page is untested"
)


@pytest.fixture(scope="module")
def browser_page() -> Iterator[Page]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=FLAGS)
        page = browser.new_page(viewport={"width": 1320, "height": 1400})
        page.set_default_timeout(20_000)
        yield page
        browser.close()


@pytest.fixture
def page(browser_page: Page, client: Client) -> Iterator[Page]:
    """The page of the busiest person; what its scripts complain of fails the test."""
    complaints: list[str] = []
    browser_page.on("console", lambda said: complaints.append(said.text))
    browser_page.on("pageerror", lambda error: complaints.append(str(error)))
    browser_page.goto(str(client.base_url))
    browser_page.wait_for_selector(".tile")
    yield browser_page
    assert not complaints


def slate(page: Page) -> list[str]:
    found: list[str] = page.eval_on_selector_all(".tile", "all => all.map(t => t.dataset.media)")
    return found


def test_a_person_sees_25_pictures_with_reasons_in_a_whole_mosaic(page: Page) -> None:
    expect(page.locator(".tile")).to_have_count(25)
    expect(page.locator(".tile .picture")).to_have_count(25)
    assert all(text.strip() for text in page.locator(".veil p").all_text_contents())
    grid = page.locator("#grid").bounding_box()
    boxes = [tile.bounding_box() for tile in page.locator(".tile").all()]
    assert grid
    filled = sum((box["width"] + GAP) * (box["height"] + GAP) for box in boxes if box)
    assert filled == pytest.approx((grid["width"] + GAP) * (grid["height"] + GAP), rel=0.01)
    assert page.locator("#facts").inner_text().startswith("Version")


def test_a_like_makes_another_page_at_once(page: Page, bb: Bowerbird) -> None:
    before, offset = slate(page), bb.journal.end
    tile = page.locator(".tile").first
    tile.hover()
    tile.locator("[data-act=like]").click()
    expect(page.locator("#status")).to_contain_text("this page has read it")
    assert slate(page) != before
    assert bb.journal.end > offset


def test_a_like_can_be_taken_back_when_the_page_stays(page: Page) -> None:
    page.locator("#live").uncheck()
    before = slate(page)
    tile = page.locator(".tile").first
    tile.hover()
    tile.locator("[data-act=like]").click()
    expect(tile.locator("[data-act=like]")).to_have_attribute("aria-pressed", "true")
    tile.locator("[data-act=like]").click()
    expect(tile.locator("[data-act=like]")).to_have_attribute("aria-pressed", "false")
    assert slate(page) == before


def test_a_hidden_picture_leaves(page: Page) -> None:
    page.locator("#live").uncheck()
    gone = slate(page)[0]
    page.locator(".tile").first.hover()
    page.locator(".tile").first.locator("[data-act=hide]").click()
    expect(page.locator(".tile")).to_have_count(24)
    assert gone not in slate(page)


def test_the_panel_opens_by_keyboard_and_closes_with_escape(page: Page) -> None:
    page.locator(".tile .open").nth(2).focus()
    page.keyboard.press("Enter")
    panel = page.locator("#detail")
    expect(panel).to_be_visible()
    expect(panel.locator("h3").first).to_have_text("Why")
    expect(panel.locator(".bars dt").first).to_be_visible()
    page.keyboard.press("Escape")
    expect(panel).to_be_hidden()
    assert page.evaluate("document.activeElement.className") == "open"


def test_another_person_is_chosen_by_keyboard(page: Page, client: Client) -> None:
    wanted = client.get("/v1/users", params={"limit": 5}).json()["users"][3]["user_id"]
    page.locator("#person").fill(wanted)
    page.wait_for_selector("#people li")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.locator("#whose")).to_have_text(f"Explore for {wanted}")
    assert f"user={wanted}" in page.url


def test_a_caption_cannot_write_into_the_page(page: Page, client: Client) -> None:
    evil = "<img src=x onerror='document.title=1'><script>document.title=2</script>"
    client.put("/v1/media/evil", json={"account_id": evil, "text": evil, "topics": [evil]})
    event = {"user_id": evil, "action": "follow", "account_id": evil}
    client.post("/v1/events", json=[event])
    page.goto(f"{client.base_url}/?user={quote(evil)}")
    page.wait_for_selector(".tile")
    assert page.title() == f"{evil}: Explore"
    assert page.locator("#grid img, #grid script, h1 img").count() == 0


def test_the_description_of_the_api_is_drawn(page: Page, client: Client) -> None:
    page.goto(f"{client.base_url}/docs")
    expect(page.locator("details").first).to_be_visible()
    assert page.locator(".verb").count() >= 15
