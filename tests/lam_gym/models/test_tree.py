"""Trees: good rollouts, readable rules, the same predictions as scikit-learn and after loading, clear refusals."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from lam_gym import ExpertPolicy, Trajectory, evaluate, rollout
from lam_gym.errors import BadCheckpoint, BadConfig, BadDemos
from lam_gym.models import tree as tree_module
from lam_gym.models.distributions import Categorical, Gaussian
from lam_gym.models.tree import TreeModel
from lam_gym.training.config import Perturbation

TASKS = {"control/cartpole": 8, "drive/lane-keeping": 10, "babyai/GoToLocal": 40, "text/mail": 30}


@pytest.fixture(scope="module")
def demos() -> dict[str, list[Trajectory]]:
    return {name: rollout(ExpertPolicy(name), name, seeds=range(count)) for name, count in TASKS.items()}


@pytest.fixture(scope="module")
def models(demos: dict[str, list[Trajectory]]) -> dict[str, TreeModel]:
    return {name: TreeModel.fit(name, trajectories) for name, trajectories in demos.items()}


def steps(trajectories: list[Trajectory]) -> list[Any]:
    return [each.observation(step) for each in trajectories for step in range(len(each))]


def test_a_tree_balances_the_pole(models: dict[str, TreeModel]) -> None:
    model = models["control/cartpole"]
    played = rollout(model, "control/cartpole", seeds=range(10_000, 10_030))
    assert np.mean([each.episode_return for each in played]) > 450
    alone = rollout(model, "control/cartpole", seeds=range(10_000, 10_003), num_envs=1)
    assert all(left.equals(right) for left, right in zip(alone, played))
    assert model.tasks == ["control/cartpole"]


@pytest.mark.parametrize("name", TASKS)
def test_a_loaded_tree_is_the_same_tree(
    name: str, demos: dict[str, list[Trajectory]], models: dict[str, TreeModel], tmp_path: Path
) -> None:
    model = models[name]
    loaded = TreeModel.load(model.save(tmp_path / "tree"))
    observations = steps(demos[name])
    np.testing.assert_array_equal(
        np.array(model.act(observations, None)[0]), np.array(loaded.act(observations, None)[0])
    )
    for mine, theirs in zip(
        np.atleast_1d(model.predict_log_probs(observations)), np.atleast_1d(loaded.predict_log_probs(observations))
    ):
        np.testing.assert_array_equal(mine, theirs)
    assert loaded.rules() == model.rules()
    assert {path.suffix for path in (tmp_path / "tree").iterdir()} == {".json", ".safetensors", ".txt"}
    assert model.save(tmp_path / "tree") == tmp_path / "tree"


@pytest.mark.parametrize("name", TASKS)
def test_the_arrays_predict_what_scikit_learn_predicts(
    name: str, demos: dict[str, list[Trajectory]], monkeypatch: pytest.MonkeyPatch
) -> None:
    estimators = []
    make = tree_module._make_estimator

    def remember(*arguments: Any) -> Any:
        estimators.append(make(*arguments))
        return estimators[-1]

    monkeypatch.setattr(tree_module, "_make_estimator", remember)
    model = TreeModel.fit(name, demos[name][:10], min_samples_leaf=1)
    observations = steps(demos[name])
    features = model.table.encode(observations)
    value = model.arrays.value[model.arrays.find_leaves(features)]
    if model.spaces.action.kind == "continuous":
        np.testing.assert_array_equal(value, estimators[0].predict(features))
    else:
        np.testing.assert_array_equal(value.argmax(1), estimators[0].predict(features))


def test_rules_name_features_and_actions(models: dict[str, TreeModel]) -> None:
    assert "observation[3] <= " in models["control/cartpole"].rules()
    assert "class: action 0" in models["control/cartpole"].rules()
    assert "value: [" in models["drive/lane-keeping"].rules()
    assert "image[3,5,0] <= " in models["babyai/GoToLocal"].rules()
    assert "in mission <= " in models["babyai/GoToLocal"].rules()
    rules = models["text/mail"].rules()
    assert "shares most words <= " in rules
    assert "class: chosen" in rules


def test_log_probs_are_smoothed_and_normalised(
    demos: dict[str, list[Trajectory]], models: dict[str, TreeModel]
) -> None:
    for name in ("control/cartpole", "babyai/GoToLocal", "text/mail"):
        model, observations = models[name], steps(demos[name])[:50]
        answer = model.predict_log_probs(observations)
        assert isinstance(answer, np.ndarray)
        np.testing.assert_allclose(np.exp(answer).sum(1), 1.0)
        distribution = model.distribution(name, observations)
        assert isinstance(distribution, Categorical)
        np.testing.assert_allclose(distribution.log_probs.numpy(), answer, rtol=1e-6)
        chosen, _ = model.act(observations, None)
        best = answer.argmax(1)
        if name == "text/mail":
            assert [each["admissible_actions"][index] for each, index in zip(observations, best)] == chosen
            assert np.isneginf(answer).any()
        else:
            assert best.tolist() == chosen
            assert np.isfinite(answer).all()


def test_laplace_smoothing_by_hand(demos: dict[str, list[Trajectory]]) -> None:
    stump = TreeModel.fit("control/cartpole", demos["control/cartpole"], max_depth=1)
    counts = stump.arrays.value[1]
    row = stump.predict_log_probs(np.full((1, 4), -10.0, dtype=np.float32))
    np.testing.assert_allclose(row[0], np.log((counts + 1) / (counts.sum() + 2)))


def test_a_continuous_tree_says_how_sure_it_is(
    demos: dict[str, list[Trajectory]], models: dict[str, TreeModel]
) -> None:
    model, observations = models["drive/lane-keeping"], steps(demos["drive/lane-keeping"])
    actions = np.concatenate([each.actions for each in demos["drive/lane-keeping"]])
    answer = model.distribution("drive/lane-keeping", observations)
    assert isinstance(answer, Gaussian)
    error = np.abs(answer.mean.numpy() - actions)
    assert error.mean() < 0.05
    assert (answer.log_scale.exp().numpy() >= 0.99e-3).all()
    chosen, memory = model.act(observations[:3], None)
    assert memory is None
    assert all(action.dtype == np.float32 and action.shape == (2,) for action in chosen)


def test_more_pruning_gives_a_smaller_tree(demos: dict[str, list[Trajectory]], models: dict[str, TreeModel]) -> None:
    pruned = TreeModel.fit("control/cartpole", demos["control/cartpole"], ccp_alpha=0.01)
    assert len(pruned.arrays.left) < len(models["control/cartpole"].arrays.left) / 4


def test_broken_folders_and_empty_demos_are_refused(models: dict[str, TreeModel], tmp_path: Path) -> None:
    with pytest.raises(BadDemos, match="at least one trajectory"):
        TreeModel.fit("control/cartpole", [])
    with pytest.raises(BadCheckpoint, match="no readable model"):
        TreeModel.load(tmp_path / "nothing")
    folder = models["control/cartpole"].save(tmp_path / "tree")
    card = json.loads((folder / "model.json").read_text())
    (folder / "model.json").write_text(json.dumps({**card, "kind": "imitation"}))
    with pytest.raises(BadCheckpoint, match="no tree model of format 1"):
        TreeModel.load(folder)
    (folder / "model.json").write_text(json.dumps({key: card[key] for key in ("format", "kind", "spaces")}))
    with pytest.raises(BadCheckpoint, match="lacks 'words'"):
        TreeModel.load(folder)
    other = models["drive/lane-keeping"].save(tmp_path / "other")
    (folder / "model.json").write_text((other / "model.json").read_text())
    with pytest.raises(BadCheckpoint, match=r"does not fit its model\.json"):
        TreeModel.load(folder)


def test_arrays_that_are_no_tree_are_refused() -> None:
    one = np.array([1, -1, -1])
    good = {"right": np.array([2, -1, -1]), "feature": np.zeros(3, int), "threshold": np.zeros(3)}
    rest: dict[str, Any] = {**good, "value": np.zeros((3, 2)), "scale": np.zeros((3, 0))}
    tree_module.TreeArrays(left=one, **rest)
    for left in (np.array([0, -1, -1]), np.array([7, -1, -1]), np.array([1, -1])):
        with pytest.raises(BadCheckpoint, match="do not make up a tree"):
            tree_module.TreeArrays(left=left, **rest)


def test_gradient_attacks_say_that_a_tree_has_no_gradient(models: dict[str, TreeModel]) -> None:
    with pytest.raises(BadConfig, match="has none: use 'noise', or give source="):
        evaluate(models["control/cartpole"], "control/cartpole", episodes=1, perturbation=Perturbation("pgd", 0.1))
