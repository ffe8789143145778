"""A thousand Versions one after the other, under load: no request lost, no page of two."""

from __future__ import annotations

import os
import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event

import httpx
import msgspec
import pytest

from bowerbird.app.bowerbird import Bowerbird
from bowerbird.ranking.passes import FINAL
from bowerbird.version.manifest import NAME, read_manifest
from bowerbird.version.publish import folder_of
from tests.service.running import running

CLIENTS = 3
PEOPLE = 6

Slates = dict[tuple[int, str], list[str]]
"""(1 for Versions of odd numbers, person) -> the page that such a Version makes."""


def published_again(versions: Path, number: int) -> None:
    """Publish Version 1 as `number`, an even one without its final pass; drop the one before last.

    So pages of odd and even Versions differ.
    """
    aside, kept = versions / ".swap", number % 2 == 1
    shutil.copytree(
        folder_of(versions, 1),
        aside,
        copy_function=os.link,
        ignore=None if kept else shutil.ignore_patterns(FINAL),
    )
    manifest = read_manifest(aside)
    files = {name: file for name, file in manifest.files.items() if kept or FINAL not in name}
    (aside / NAME).unlink()
    renumbered = msgspec.structs.replace(manifest, number=number, files=files)
    (aside / NAME).write_bytes(msgspec.json.encode(renumbered))
    aside.rename(folder_of(versions, number))
    if number > 3:
        shutil.rmtree(folder_of(versions, number - 2))


def asked(client: httpx.Client, user: str, now: int) -> tuple[int, list[str]]:
    """Return the Version of a page and its slate."""
    answer = client.get(f"/v1/explore/{user}", params={"now": now, "seed": 1, "why": False})
    assert answer.status_code == 200
    page = answer.json()
    return page["version"], [item["media_id"] for item in page["items"]]


def check_swaps(data: Path, swaps: int) -> int:
    """Swap Versions beside clients that ask all the while; return how many pages they got."""
    versions = data / "versions"
    with Bowerbird(data, mode="read") as bb, running(bb, writable=False) as client:
        now, people = bb.now(), [person.user_id for person in bb.people(limit=PEOPLE)]
        slates: Slates = {}
        for number in (2, 3):
            published_again(versions, number)
            bb.refresh_version()
            slates |= {(number % 2, user): asked(client, user, now)[1] for user in people}
        assert any(slates[0, user] != slates[1, user] for user in people)
        done = Event()

        def load(offset: int) -> int:
            pages = 0
            with httpx.Client(base_url=client.base_url, timeout=60) as own:
                while not done.is_set():
                    user = people[(offset + pages) % len(people)]
                    version, slate = asked(own, user, now)
                    assert slate == slates[version % 2, user]
                    pages += 1
            return pages

        with ThreadPoolExecutor(CLIENTS) as threads:
            at_work = [threads.submit(load, offset) for offset in range(CLIENTS)]
            for number in range(4, 4 + swaps):
                published_again(versions, number)
                bb.refresh_version()
            done.set()
            assert asked(client, people[0], now)[0] == 3 + swaps
            return sum(one.result() for one in at_work)


def test_twenty_swaps_under_load_lose_no_request_and_mix_no_page(data: Path) -> None:
    assert check_swaps(data, 20) > 20


@pytest.mark.slow
def test_a_thousand_swaps_under_load_lose_no_request_and_mix_no_page(data: Path) -> None:
    assert check_swaps(data, 1_000) > 1_000
