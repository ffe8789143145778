from pathlib import Path

import pytest

from bowerbird.app.config import NAME, Config, read_config, write_config
from bowerbird.core.clock import ClockName
from bowerbird.core.errors import ConfigError
from bowerbird.core.facts import Action
from bowerbird.ig2vec.baskets import CoEngagementConfig
from bowerbird.ig2vec.linear import LinearConfig


def test_a_folder_without_a_file_has_the_defaults(tmp_path: Path) -> None:
    assert read_config(tmp_path) == Config()


def test_what_init_writes_reads_back_and_is_never_overwritten(tmp_path: Path) -> None:
    write_config(tmp_path, ClockName.JOURNAL, "kuairand")
    write_config(tmp_path, ClockName.WALL, "explore")
    config = read_config(tmp_path)
    assert config.clock is ClockName.JOURNAL
    assert config.programs.page == "kuairand"
    assert config.embeddings == {"default": {}}
    assert CoEngagementConfig.from_dict(config.co_engagement).k == 500
    assert LinearConfig.from_dict(config.linear or {}).weights[Action.VIEW] == 1


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('clok = "wall"', "unknown field `clok`"),
        ('clock = "sundial"', "Invalid enum value 'sundial'"),
        ("clock = ", "Invalid value"),
        ("seal_facts = 'many'", "Expected `int`, got `str`"),
        ("[embeddings.captions]", "names an embedding 'captions'"),
    ],
)
def test_what_cannot_be_is_refused_with_its_name(tmp_path: Path, text: str, says: str) -> None:
    (tmp_path / NAME).write_text(text)
    with pytest.raises(ConfigError, match=says):
        read_config(tmp_path)
