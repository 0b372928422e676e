"""imitation's BC as a behavior model: good rollouts, the same after loading, gradients, clear refusals."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch

from lam_gym import ExpertPolicy, Trajectory, rollout
from lam_gym.errors import BadCheckpoint, BadConfig, BadDemos
from lam_gym.models.distributions import Categorical, Gaussian
from lam_gym.models.imitation_bc import ImitationModel

POLE, LANE = "control/cartpole", "drive/lane-keeping"


@pytest.fixture(scope="module")
def demos() -> dict[str, list[Trajectory]]:
    return {name: rollout(ExpertPolicy(name), name, seeds=range(8)) for name in (POLE, LANE)}


@pytest.fixture(scope="module")
def models(demos: dict[str, list[Trajectory]]) -> dict[str, ImitationModel]:
    return {name: ImitationModel.fit(name, demos[name], batches=400, net_arch=(32, 32)) for name in demos}


def test_it_balances_the_pole(models: dict[str, ImitationModel]) -> None:
    played = rollout(models[POLE], POLE, seeds=range(10_000, 10_020))
    assert np.mean([each.episode_return for each in played]) > 450
    assert models[POLE].tasks == [POLE]


@pytest.mark.parametrize("name", [POLE, LANE])
def test_a_loaded_model_acts_identically_alone_and_beside_others(
    name: str, models: dict[str, ImitationModel], tmp_path: Path
) -> None:
    loaded = ImitationModel.load(models[name].save(tmp_path / "model"))
    together = rollout(models[name], name, seeds=range(6), num_envs=6)
    alone = rollout(loaded, name, seeds=range(6), num_envs=1)
    assert all(left.equals(right) for left, right in zip(together, alone))
    assert {path.suffix for path in (tmp_path / "model").iterdir()} == {".json", ".safetensors"}


def test_the_same_seed_gives_the_same_model_and_leaves_the_global_one_alone(
    demos: dict[str, list[Trajectory]], models: dict[str, ImitationModel]
) -> None:
    state = torch.random.get_rng_state()
    again = ImitationModel.fit(POLE, demos[POLE], batches=400, net_arch=(32, 32))
    assert torch.equal(state, torch.random.get_rng_state())
    other = ImitationModel.fit(POLE, demos[POLE], batches=400, net_arch=(32, 32), seed=1)
    weights, same, different = (
        each.policy.action_net.weight
        for each in (models[POLE], again, other)  # type: ignore[union-attr]
    )
    assert torch.equal(weights, same)
    assert not torch.equal(weights, different)


def test_log_probs_have_gradients_in_the_environments_units(
    demos: dict[str, list[Trajectory]], models: dict[str, ImitationModel]
) -> None:
    states = torch.from_numpy(demos[POLE][0].fields()[""][:5]).requires_grad_()
    answer = models[POLE].log_probs(POLE, states)
    assert isinstance(answer, torch.Tensor)
    assert answer.shape == (5, 2)
    assert answer.dtype == torch.float32
    torch.testing.assert_close(answer.exp().sum(1), torch.ones(5))
    (gradient,) = torch.autograd.grad(answer[:, 0].sum(), states)
    assert gradient.abs().min() > 0
    chosen, memory = models[POLE].act(states.detach().numpy(), None)
    assert (list(chosen), memory) == (answer.argmax(1).tolist(), None)


def test_a_continuous_model_gives_mean_and_scale(
    demos: dict[str, list[Trajectory]], models: dict[str, ImitationModel]
) -> None:
    states = torch.from_numpy(demos[LANE][0].fields()[""][:5])
    answer = models[LANE].log_probs(LANE, states)
    assert isinstance(answer, tuple)
    mean, scale = answer
    assert mean.shape == scale.shape == (5, 2)
    distribution = models[LANE].distribution(LANE, list(states.numpy()))
    assert isinstance(distribution, Gaussian)
    torch.testing.assert_close(distribution.mean, mean)
    torch.testing.assert_close(distribution.log_scale.exp(), scale)
    chosen, _ = models[LANE].act(states.numpy(), None)
    np.testing.assert_allclose(np.stack(chosen), np.clip(mean.numpy(), -1, 1), atol=1e-6)
    center, unit = models[LANE].normalizer(LANE)
    assert center.shape == unit.shape == (12,)


def test_grids_and_texts_are_flattened() -> None:
    trajectories = rollout(ExpertPolicy("babyai/GoToLocal"), "babyai/GoToLocal", seeds=range(5))
    model = ImitationModel.fit("babyai/GoToLocal", trajectories, batches=20, net_arch=(16,))
    answer = model.distribution("babyai/GoToLocal", [trajectories[0].observation(0)])
    assert isinstance(answer, Categorical)
    assert answer.log_probs.shape == (1, 7)
    assert len(rollout(model, "babyai/GoToLocal", seeds=[0])) == 1


def test_refusals(models: dict[str, ImitationModel], tmp_path: Path) -> None:
    with pytest.raises(BadDemos, match="at least one trajectory"):
        ImitationModel.fit(POLE, [])
    mail = rollout(ExpertPolicy("text/mail"), "text/mail", seeds=[0])
    with pytest.raises(BadConfig, match=r"takes text: .*DiscreteActions"):
        ImitationModel.fit("text/mail", mail)
    with pytest.raises(BadCheckpoint, match=r"vectors \[N, 4\], got \(1, 3\)"):
        models[POLE].log_probs(POLE, torch.zeros(1, 3))
    with pytest.raises(BadCheckpoint, match="was fitted on 'control/cartpole', not on 'drive/lane-keeping'"):
        models[POLE].log_probs(LANE, torch.zeros(1, 4))
    with pytest.raises(BadCheckpoint, match="no readable model"):
        ImitationModel.load(tmp_path)
    folder = models[POLE].save(tmp_path / "model")
    card = json.loads((folder / "model.json").read_text())
    (folder / "model.json").write_text(json.dumps({**card, "net_arch": [8]}))
    with pytest.raises(BadCheckpoint, match=r"does not fit its model\.json"):
        ImitationModel.load(folder)


def test_importing_the_module_leaves_imitation_and_sb3_out() -> None:
    code = """
import sys, lam_gym.models.imitation_bc, lam_gym.models.tree
assert not {"imitation", "stable_baselines3", "sklearn"} & set(sys.modules)
"""
    subprocess.run([sys.executable, "-c", code], check=True)
