"""`bowerbird versions`: what was published."""

from __future__ import annotations

from datetime import UTC, datetime

from bowerbird.cli.options import DEFAULT, Data, Json
from bowerbird.cli.output import say, table


def versions(data: Data = DEFAULT, as_json: Json = False) -> None:
    """Print the published Versions, oldest first."""
    from bowerbird.cli.opening import opened

    with opened(data, "read") as bb:
        found = bb.versions()
    say(
        found,
        lambda: (
            table(
                str(data),
                ("Version>", "created", "offset>", "newest fact", ""),
                [
                    (
                        version.number,
                        _time(version.created),
                        f"{version.offset:,}",
                        _time(version.newest),
                        "current" if version.current else "",
                    )
                    for version in found
                ],
            )
            if found
            else f"nothing was published in {data} yet: `bowerbird train` does it"
        ),
        as_json=as_json,
    )


def _time(ms: int) -> str:
    return datetime.fromtimestamp(ms / 1000, UTC).strftime("%Y-%m-%d %H:%M")
