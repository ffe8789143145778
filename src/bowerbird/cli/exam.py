"""`bowerbird exam`: what the embeddings of a Version know."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bowerbird.cli.options import DEFAULT, Data, Json
from bowerbird.cli.output import say, table
from bowerbird.core.errors import VersionError

if TYPE_CHECKING:
    from rich.console import RenderableType

    from bowerbird.app.answers import VersionInfo

TIERS = ("all", "head", "torso", "tail")


def exam(
    version: Annotated[
        int | None, typer.Option(min=1, help="The Version; the current one by default.")
    ] = None,
    data: Data = DEFAULT,
    as_json: Json = False,
) -> None:
    """Print the exam of a Version's embeddings; the exit status is 1 when one failed it."""
    from bowerbird.cli.opening import opened

    with opened(data, "read") as bb:
        chosen = _chosen(bb.versions(), version)
    said = {
        name: chosen.metrics[name]
        for name in ("ig2vec", "prequential", "embeddings")
        if name in chosen.metrics
    }
    say({"version": chosen.number, **said}, lambda: _told(chosen.number, said), as_json=as_json)
    if any(faults for _, faults in _faults(said)):
        raise typer.Exit(1)


def _chosen(versions: list[VersionInfo], number: int | None) -> VersionInfo:
    for version in versions:
        if version.number == number or (number is None and version.current):
            return version
    published = ", ".join(str(version.number) for version in versions) or "none"
    what = "no Version" if number is None else f"no Version {number}"
    raise VersionError(f"{what} was published; there are: {published}", "run `bowerbird train`")


def _told(number: int, said: Mapping[str, Any]) -> RenderableType:
    from rich.console import Group

    parts = [
        _hits(f"Version {number}: the next account, vectors of the older facts", said["ig2vec"])
    ]
    later = said.get("prequential", {})
    parts += [
        _hits(f"the next account after Version {later['version']}, by its embedding {name}", found)
        for name, found in later.items()
        if name != "version"
    ]
    parts.append(_health(said.get("embeddings", {})))
    parts += [f"FAILED: {name}: {fault}" for name, faults in _faults(said) for fault in faults]
    return Group(*parts)


def _hits(title: str, found: Mapping[str, Any]) -> RenderableType:
    rows = [
        (cut, method, *(_figure(by_tier[tier]) for tier in TIERS))
        for cut in ("hit@10", "hit@100")
        for method, by_tier in found[cut].items()
    ]
    asked = f"{found['questions']:,} questions over {found['accounts']:,} accounts"
    headings = ("of the best", "by", *(f"{tier}>" for tier in TIERS))
    return table(f"{title}: {asked}, rule {found['rule']}", headings, rows)


def _health(embeddings: Mapping[str, Any]) -> RenderableType:
    headings = ("embedding", "accounts>", "words>", "covered>", "same topic>", "topic read>")
    more = ("by majority>", "hubness>", "kept>", "")
    return table("the embeddings", (*headings, *more), [_line(n, f) for n, f in embeddings.items()])


def _line(name: str, found: Mapping[str, Any]) -> tuple[str, ...]:
    if "left_out" in found:
        return (name, *[""] * 8, f"left out: {found['left_out']}")
    return (
        name,
        f"{found['accounts']:,}",
        f"{found['words']:,}",
        _figure(found["coverage"]["words"]),
        _figure(found.get("topics", {}).get("all", {}).get("share")),
        _figure(found.get("probe", {}).get("accuracy")),
        _figure(found.get("probe", {}).get("majority")),
        _figure(found["hubness"].get("skewness")),
        _figure(found.get("stability", {}).get("kept")),
        "FAILED" if found["faults"] else "",
    )


def _faults(said: Mapping[str, Any]) -> list[tuple[str, list[str]]]:
    early = ("default", said.get("ig2vec", {}).get("faults", []))
    rest = [(n, found.get("faults", [])) for n, found in said.get("embeddings", {}).items()]
    return [early, *rest]


def _figure(value: float | None) -> str:
    return "" if value is None else f"{value:.3f}"
