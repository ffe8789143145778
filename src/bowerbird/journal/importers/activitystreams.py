"""ActivityStreams 2.0 (W3C Recommendation, 2017): activities as JSON, as the Fediverse speaks it.

Read are `*.json` (an activity, a list, or a Collection of them) and `*.jsonl` (one a line). An
actor is a person and the account of the same id. What is created is a media of whoever it is
attributed to.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import msgspec

from bowerbird.core.errors import InputError
from bowerbird.journal import values
from bowerbird.journal.importers.rows import take
from bowerbird.journal.ingest import Load
from bowerbird.journal.validate import RawRow

Thing = Mapping[str, Any]

ACTIONS = {
    "Like": "like",
    "Follow": "follow",
    "Announce": "share",
    "View": "view",
    "Read": "view",
    "Listen": "view",
    "Dislike": "hide",
    "Flag": "report",
    "Add": "save",
    "Remove": "unsave",
}
UNDONE = {"Like": "unlike", "Follow": "unfollow", "Add": "unsave"}
ACTORS = ("Person", "Service", "Group", "Organization", "Application")
FORMS = {"Image": "photo", "Video": "video"}
MARKUP = re.compile(r"<[^>]+>")
LASTS = re.compile(r"P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?)?")


def import_activitystreams(
    load: Load, source: Path, *, now: int, progress: Callable[[int], None]
) -> None:
    """Commit the activities of all files by their time of publication.

    Raises:
        InputError: there is no such file, or one is no JSON.
    """
    files = sorted([*source.rglob("*.json"), *source.rglob("*.jsonl")])
    if not files:
        raise InputError(f"{source} holds no *.json and no *.jsonl", "give a folder of activities")
    found = [activity for path in files for activity in _activities(path)]
    found.sort(key=_published)
    take(load, source.name, _Reading(found).rows(), now=now, progress=progress)


def _activities(path: Path) -> Iterator[Thing]:
    texts = path.read_bytes().splitlines() if path.suffix == ".jsonl" else [path.read_bytes()]
    for line, text in enumerate(texts, 1):
        if not text.strip():
            continue
        try:
            yield from _flat(msgspec.json.decode(text))
        except msgspec.DecodeError as error:
            raise InputError(f"{path}, line {line}, is no JSON: {error}") from error


def _published(activity: Thing) -> int:
    """Return when it was published, epoch ms; far away where that cannot be read."""
    try:
        return values.time(activity.get("published"))
    except values.Fault:
        return 1 << 62


def _flat(found: Any) -> Iterator[Thing]:
    """Yield the activities in a list, a Collection, or by itself."""
    if isinstance(found, list):
        for each in found:
            yield from _flat(each)
    elif isinstance(found, dict):
        inside = [found[key] for key in ("orderedItems", "items", "first") if key in found]
        if inside:
            yield from _flat(inside)
        else:
            yield found


class _Reading:
    """What was read of the activities so far: who is an actor, and what an id did."""

    def __init__(self, activities: list[Thing]) -> None:
        self._activities = activities
        self._actors = {_id(a.get("actor")) for a in activities}
        self._by_id = {_id(a): a for a in activities if _id(a)}

    def rows(self) -> Iterator[RawRow]:
        """Yield the facts of all activities, in their order."""
        for activity in self._activities:
            actor = activity.get("actor")
            if isinstance(actor, dict):
                yield _account(actor, activity.get("published"))
            objects = activity.get("object")
            if isinstance(objects, list):
                for nth, thing in enumerate(objects):
                    yield from self._rows_of({**activity, "id": f"{_id(activity)}#{nth}"}, thing)
            else:
                yield from self._rows_of(activity, objects)

    def _rows_of(self, activity: Thing, thing: Any) -> Iterator[RawRow]:
        kind, ts = activity.get("type"), activity.get("published")
        if isinstance(thing, dict) and kind != "Undo":
            if thing.get("type") in ACTORS:
                yield _account(thing, ts)
            elif "attributedTo" in thing or kind in ("Create", "Update"):
                yield _media(thing, _id(activity.get("actor")), ts)
        if kind in ("Create", "Update"):
            return
        if kind == "Delete":
            yield {"kind": "removal", "ts": ts, "reason": "deleted"} | self._target(thing)
        elif kind == "Block":
            yield self._control(activity, thing, "mute")
        elif kind == "Undo":
            yield self._undone(activity, thing)
        else:
            yield self._event(activity, thing, ACTIONS.get(str(kind), str(kind)))

    def _undone(self, activity: Thing, thing: Any) -> RawRow:
        done = thing if isinstance(thing, dict) else self._by_id.get(str(thing), {})
        kind = str(done.get("type"))
        if kind == "Block":
            return self._control(activity, done.get("object"), "unmute")
        # What has no opposite here (an Announce) keeps its word, and ends in quarantine for it.
        return self._event(activity, done.get("object"), UNDONE.get(kind, f"Undo {kind}"))

    def _event(self, activity: Thing, thing: Any, action: str) -> RawRow:
        return {
            "kind": "event",
            "event_id": _id(activity) or None,
            "user_id": _id(activity.get("actor")),
            "action": action,
            "ts": activity.get("published"),
            "dwell_ms": _milliseconds(activity.get("duration")),
        } | self._target(thing, follows=action in ("follow", "unfollow"))

    def _control(self, activity: Thing, thing: Any, control: str) -> RawRow:
        return {
            "kind": "control",
            "user_id": _id(activity.get("actor")),
            "control": control,
            "ts": activity.get("published"),
            "account_id": _id(thing),
        }

    def _target(self, thing: Any, *, follows: bool = False) -> dict[str, object]:
        name = _id(thing)
        an_actor = isinstance(thing, dict) and thing.get("type") in ACTORS
        return {"account_id" if follows or an_actor or name in self._actors else "media_id": name}


def _account(actor: Thing, ts: Any) -> RawRow:
    return {
        "kind": "account",
        "account_id": _id(actor),
        "user_id": _id(actor),
        "ts": actor.get("published") or ts,
        "text": _text(actor, "name", "preferredUsername"),
        "topics": _topics(actor),
    }


def _media(thing: Thing, actor: str, ts: Any) -> RawRow:
    url, lasts = thing.get("url"), _milliseconds(thing.get("duration"))
    return {
        "kind": "media",
        "media_id": _id(thing),
        "account_id": _id(thing.get("attributedTo")) or actor,
        "ts": thing.get("published") or ts,
        "media_type": FORMS.get(str(thing.get("type"))),
        "text": _text(thing, "content", "name", "summary"),
        "url": url if isinstance(url, str) else None,
        "topics": _topics(thing),
        "duration_s": None if lasts is None else lasts / 1_000,
    }


def _id(thing: Any) -> str:
    """Return the id of a thing, which stands for itself or is an object; "" where it has none."""
    if isinstance(thing, list):
        thing = thing[0] if thing else None
    if isinstance(thing, dict):
        thing = thing.get("id")
    return thing if isinstance(thing, str) else ""


def _text(thing: Thing, *names: str) -> str | None:
    found = next((thing[name] for name in names if isinstance(thing.get(name), str)), "")
    return MARKUP.sub(" ", found).strip() or None


def _topics(thing: Thing) -> list[str] | None:
    tags = thing.get("tag")
    named = [t.get("name") for t in tags if isinstance(t, dict)] if isinstance(tags, list) else []
    topics = [name.lstrip("#") for name in named if isinstance(name, str) and name.startswith("#")]
    return topics or None


def _milliseconds(duration: Any) -> float | None:
    """Return an xsd:duration in milliseconds, None for what is none.

    Example:
        >>> _milliseconds("PT1M2.5S")
        62500.0
    """
    found = LASTS.fullmatch(duration) if isinstance(duration, str) else None
    if found is None:
        return None
    days, hours, minutes, seconds = (float(part or 0) for part in found.groups())
    return 1_000 * (((days * 24 + hours) * 60 + minutes) * 60 + seconds)
