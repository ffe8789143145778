from __future__ import annotations

import pytest

from bowerbird.core.errors import ConfigError
from bowerbird.core.facts import Action, MediaType
from bowerbird.ig2vec.baskets import CoEngagementConfig, Damping
from bowerbird.ig2vec.config import EmbeddingConfig, ScoreRule


def test_a_table_of_names_becomes_a_config_and_back() -> None:
    table = {
        "name": "likes_on_video",
        "actions": ["like", "save"],
        "weights": {"like": 0.5},
        "media_types": ["video"],
        "rule": "context",
        "window": 3,
    }
    config = EmbeddingConfig.from_dict(table)
    assert config.actions == (Action.LIKE, Action.SAVE)
    assert config.media_types == (MediaType.VIDEO,)
    assert config.rule is ScoreRule.CONTEXT
    assert {name: config.to_dict()[name] for name in table} == table
    assert EmbeddingConfig.from_dict(config.to_dict()) == config


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ({"windows": 3}, "did you mean `window`"),
        ({"actions": ["likd"]}, "did you mean `like`"),
        ({"actions": ["impression"]}, r"has actions \['impression'\]"),
        ({"actions": []}, "has actions none"),
        ({"media_types": ["fotos"]}, "is no MediaType"),
        ({"rule": "cosin"}, "did you mean `cosine`"),
        ({"epochs": 0}, "has epochs 0, expected over 0"),
        ({"weights": {"like": 2.0}}, "has weight 2.0 of like"),
        ({"decay": -1.0}, "has decay -1.0, expected 0 or more"),
        ({"rest": 1.0}, "has rest 1.0, expected 0 or more, under 1"),
    ],
)
def test_what_cannot_be_is_refused_with_the_reason(table: dict[str, object], message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        EmbeddingConfig.from_dict(table)


def test_masks_and_weights_go_by_action_code() -> None:
    config = EmbeddingConfig(actions=(Action.CLICK, Action.LIKE))
    assert config.action_mask().nonzero()[0].tolist() == [Action.CLICK, Action.LIKE]
    assert config.action_weights()[[Action.CLICK, Action.LIKE, Action.SAVE]].tolist() == [0.5, 1, 0]


def test_co_engagement_is_set_by_name_too() -> None:
    table = {"weights": {"impression": 1, "like": 2.0}, "damping": "log", "k": 50}
    config = CoEngagementConfig.from_dict(table)
    assert config.weights == {Action.IMPRESSION: 1, Action.LIKE: 2.0}
    assert (config.damping, config.k, config.newest) == (Damping.LOG, 50, 200)


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ({"shrink": 3}, "did you mean `shrinkage`"),
        ({"weights": {"likd": 1}}, "did you mean `like`"),
        ({"weights": {}}, "expected all over 0"),
        ({"damping": "rot"}, "did you mean `root`"),
        ({"k": 0}, "k 0"),
    ],
)
def test_co_engagement_that_cannot_be_is_refused(table: dict[str, object], message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        CoEngagementConfig.from_dict(table)
