"""Behavior networks: a perceptron where one plain vector decides, else a small action network; kinds by name."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
import torch

from lam_gym import Trajectory, get_task
from lam_gym.errors import BadCheckpoint, BadConfig
from lam_gym.models.behavior import KINDS, VectorNetwork, build_behavior_network, fit_behavior
from lam_gym.models.imitation_bc import ImitationModel
from lam_gym.models.inputs import Inputs
from lam_gym.models.large_action import ActionNetwork, Statistics
from lam_gym.models.presets import get_preset
from lam_gym.models.spaces import ActionSpaces, FieldSpaces, TaskSpaces, describe
from lam_gym.models.tree import TreeModel

VECTOR = TaskSpaces("t", "do", 1, (FieldSpaces("", "vector", (3,)),), ActionSpaces("continuous", 2))
STATISTICS = Statistics({"": [1.0, 0.0, 0.0]}, {"": [2.0, 1.0, 1.0]}, [0.5, 0.0], [3.0, 1.0])


def test_the_network_fits_the_spaces() -> None:
    assert isinstance(build_behavior_network(VECTOR, STATISTICS), VectorNetwork)
    longer = replace(VECTOR, window=4)
    assert isinstance(build_behavior_network(longer, STATISTICS), ActionNetwork)
    mail = describe(get_task("text/mail"))
    assert isinstance(build_behavior_network(mail, Statistics({}, {})), ActionNetwork)


def test_a_perceptron_by_hand() -> None:
    torch.manual_seed(0)
    network = VectorNetwork(VECTOR, STATISTICS, (5, 4))
    assert [layer.out_features for layer in network.layers if isinstance(layer, torch.nn.Linear)] == [5, 4]
    points = torch.randn(6, 3)
    first, _, second, _ = network.layers
    hidden = torch.tanh(second(torch.tanh(first((points - torch.tensor([1.0, 0, 0])) / torch.tensor([2.0, 1, 1])))))
    mean = network.head.mean(hidden) * torch.tensor([3.0, 1.0]) + torch.tensor([0.5, 0.0])  # type: ignore[operator, union-attr]
    answer = network("t", Inputs({"": points}))
    torch.testing.assert_close(answer.mean, mean)
    embedded = network.embed("t", Inputs({"": points}))
    torch.testing.assert_close(network("t", Inputs({"": points}), embedded).mean, mean)
    categorical = replace(VECTOR, action=ActionSpaces("categorical", 4))
    assert VectorNetwork(categorical, STATISTICS)("t", Inputs({"": points})).log_probs.shape == (6, 4)


def test_it_knows_its_task_and_its_variations() -> None:
    network = VectorNetwork(VECTOR, STATISTICS, (4,))
    assert network.find("t@held_out") is network.find("t")
    assert network.standardizer("t").keys == [""]
    with pytest.raises(BadCheckpoint, match="not trained on 'u'"):
        network.find("u")


def test_fixed_kinds(identity_demos: Callable[[str, int], list[Trajectory]], monkeypatch: pytest.MonkeyPatch) -> None:
    assert KINDS == ("network", "tree", "imitation")
    task = get_task("identity/discrete")
    assert isinstance(fit_behavior("tree", task, identity_demos("discrete", 5), 0), TreeModel)
    asked: list[int] = []
    monkeypatch.setattr(ImitationModel, "fit", lambda *_, seed: asked.append(seed))
    fit_behavior("imitation", task, [], 7)
    assert asked == [7]


@pytest.mark.parametrize("form", ["set", "picture"])
def test_trees_read_sets_and_pictures_as_numbers(
    form: str, identity_demos: Callable[[str, int], list[Trajectory]]
) -> None:
    """Side by side, with names that say where a number stands; the order of a set is then part of what is read."""
    demos = identity_demos(form, 60)
    model = fit_behavior("tree", get_task(f"identity/{form}"), demos, 0)
    steps = [(each, step) for each in demos for step in range(len(each))]
    actions, _ = model.act([each.observation(step) for each, step in steps], None)
    right = [action == each.actions[step] for action, (each, step) in zip(actions, steps)]
    assert np.mean(right) > 0.7
    assert "observation[" in model.rules()


def test_preset_names() -> None:
    with pytest.raises(BadConfig, match="no preset 'xxs'; did you mean 'xs'"):
        get_preset("xxs")
