from pathlib import Path

from bowerbird.journal.receipt import RejectReason
from bowerbird.journal.schema import SCHEMAS

PAGE = (Path(__file__).parents[2] / "docs/journal.md").read_text()


def test_every_reason_is_explained() -> None:
    assert not [reason for reason in RejectReason if f"`{reason}`" not in PAGE]


def test_every_column_of_a_kind_is_in_its_line() -> None:
    common = {"kind", "event_id", "time_known", "spam", "policy", "non_recommendable"}
    lines = {line.split("`")[1]: line for line in PAGE.splitlines() if line.startswith("| `")}
    for kind, schema in SCHEMAS.items():
        line = lines[kind.name.lower()]
        assert not [name for name in schema.names - common if f"`{name}`" not in line], kind
