"""A server freezes the World beside its pages: the disk is held up, and pages go on."""

from __future__ import annotations

import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event

from bowerbird.app.bowerbird import Bowerbird
from bowerbird.world.world import World
from tests.service.running import running


class Held:
    """Holds every file up that is opened below a folder, from `arm` until `go` is set."""

    def __init__(self) -> None:
        self._folder = ""
        self.reached, self.go = Event(), Event()
        sys.addaudithook(self._watch)

    def arm(self, folder: Path) -> None:
        self._folder = str(folder)

    def _watch(self, name: str, told: tuple[object, ...]) -> None:
        if name == "open" and self._folder and str(told[0]).startswith(self._folder):
            self.reached.set()
            self.go.wait(60)


def test_pages_are_answered_while_the_world_is_frozen_and_facts_wait(tmp_path: Path) -> None:
    held, rows = Held(), list[dict[str, object]]()
    with Bowerbird(tmp_path) as bb, running(bb) as client, ThreadPoolExecutor(2) as threads:
        for n in range(30):
            account = f"a{n % 7}"
            rows.append({"kind": "media", "media_id": f"m{n}", "account_id": account})
        assert client.post("/v1/events", json=rows).json()["accepted"] == 30
        held.arm(tmp_path / "world.writing")
        freezing = threads.submit(bb.freeze)
        assert held.reached.wait(60)

        page = client.get("/v1/explore/ana")
        like = {"user_id": "ana", "action": "like", "media_id": "m1"}
        posting = threads.submit(client.post, "/v1/events", json=[like])
        again = client.get("/v1/explore/ana")
        assert (page.status_code, again.status_code) == (200, 200)
        assert len(page.json()["items"]) > 0
        assert not freezing.done()
        assert not posting.done()

        held.go.set()
        freezing.result(60)
        assert posting.result(60).json()["accepted"] == 1
        frozen = World.thaw(tmp_path / "world").offset
        assert frozen == page.json()["offset"] == again.json()["offset"]
        assert bb.world.offset > frozen
