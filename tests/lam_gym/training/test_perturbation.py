"""Adversarial inputs stay in their ball, are as strong as their kind promises, and leave padding alone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch

from lam_gym import Trajectory, get_task
from lam_gym.errors import BadConfig
from lam_gym.models.behavior import build_behavior_network
from lam_gym.models.distributions import Distribution, divergence
from lam_gym.models.large_action import LINES, ActionNetwork, Embedded
from lam_gym.models.presets import Preset
from lam_gym.models.spaces import describe
from lam_gym.training.batches import Batch, TaskData
from lam_gym.training.config import Perturbation
from lam_gym.training.perturbation import perturb, radii, uniform_noise

TINY = Preset(width=16, layers=1, heads=2, hidden=16, channels=8)
EPSILON = 0.3


class Attacked:
    """A network with random weights and a batch of expert steps."""

    def __init__(self, data: TaskData, batch: Batch, seed: int = 0) -> None:
        torch.manual_seed(seed)
        self.task = data.task
        self.network = ActionNetwork([data.spaces], TINY, {data.task.name: data.statistics()})
        self.batch = batch
        self.embedded = {key: value.detach() for key, value in self.network.embed(self.task.name, batch.inputs).items()}
        self.units = radii(self.network, self.task, self.embedded)

    def respond(self, embedded: Embedded) -> Distribution:
        answer: Distribution = self.network(self.task.name, self.batch.inputs, embedded)
        return answer

    def attack(self, kind: Any, steps: int = 8, epsilon: float = EPSILON) -> Embedded:
        noise = uniform_noise(torch.Generator().manual_seed(3))
        return perturb(self.respond, self.embedded, self.units, Perturbation(kind, epsilon, steps), noise)

    def strength(self, moved: Embedded) -> torch.Tensor:
        with torch.no_grad():
            return divergence(self.respond(self.embedded), self.respond(moved))


def make(form: str, demos: Callable[[str, int], list[Trajectory]], episodes: int = 8) -> Attacked:
    task = get_task(f"identity/{form}")
    data = TaskData(task, describe(task), demos(form, episodes))
    return Attacked(data, data.batch(torch.arange(len(data))))


FORMS = ("discrete", "box", "grid", "memory", "text", "set", "picture")


@pytest.mark.parametrize("kind", ["noise", "fgsm", "pgd"])
@pytest.mark.parametrize("form", FORMS)
def test_points_stay_in_the_ball(form: str, kind: str, identity_demos: Callable[[str, int], list[Trajectory]]) -> None:
    attacked = make(form, identity_demos, 3)
    moved = attacked.attack(kind)
    assert moved.keys() == attacked.embedded.keys()
    distances = {key: (moved[key] - attacked.embedded[key]).abs() for key in moved}
    for key, distance in distances.items():
        assert (distance <= EPSILON * attacked.units[key] * (1 + 1e-5) + 1e-6).all(), key
    assert any(distance.max() > 0 for distance in distances.values())


@pytest.mark.parametrize("form", ["discrete", "box", "grid", "text", "set", "picture"])
def test_more_search_is_stronger(form: str, identity_demos: Callable[[str, int], list[Trajectory]]) -> None:
    attacked = make(form, identity_demos)
    noise, fgsm, pgd = (attacked.strength(attacked.attack(kind, 20)) for kind in ("noise", "fgsm", "pgd"))
    assert (pgd >= noise - 1e-6).all(), "pgd starts at the noise and keeps its best iterate, frame by frame"
    assert pgd.mean() >= fgsm.mean() - 1e-6
    assert fgsm.mean() > noise.mean()


def test_pgd_finds_the_corner_of_a_linear_policy() -> None:
    """Two actions with logits +-w x: the ball is worst at the two corners that move w x furthest."""
    weights = torch.tensor([1.0, -2.0, 0.5])

    def respond(embedded: Embedded) -> Distribution:
        from lam_gym.models.distributions import Categorical

        score = embedded[""] @ weights
        return Categorical(torch.log_softmax(torch.stack([score, -score], 1), 1))

    clean = {"": torch.tensor([[0.2, 0.1, 0.3], [1.0, -0.2, 0.4]])}
    noise = uniform_noise(torch.Generator().manual_seed(0))
    moved = perturb(respond, clean, {"": torch.ones(3)}, Perturbation("pgd", 0.1, 20), noise)
    for point, center in zip(moved[""], clean[""]):
        turned = (point - center) * weights.sign()
        torch.testing.assert_close(turned, 0.1 * turned.sign()[0].expand(3))


def test_padded_words_stay_zero(identity_demos: Callable[[str, int], list[Trajectory]]) -> None:
    attacked = make("text", identity_demos, 3)
    inputs = attacked.batch.inputs
    inputs = replace(inputs, lines=inputs.fields["screen"].unsqueeze(1).clone())
    attacked.batch = replace(attacked.batch, inputs=inputs)
    texts = {**inputs.fields, LINES: inputs.lines}
    for key in ("instruction", LINES):
        ids = texts[key]
        assert ids is not None
        ids[::2, ..., 1:] = 0
        attacked.embedded = attacked.network.embed(attacked.task.name, inputs)
        attacked.units = radii(attacked.network, attacked.task, attacked.embedded)
        for kind in ("noise", "fgsm", "pgd"):
            moved = attacked.attack(kind)[key]
            assert (moved[ids == 0] == 0).all()
            assert (moved[ids != 0] != attacked.embedded[key][ids != 0]).any()


def test_codes_are_not_perturbed(identity_demos: Callable[[str, int], list[Trajectory]]) -> None:
    attacked = make("codes", identity_demos, 3)
    assert attacked.units == {}
    for kind in ("noise", "fgsm", "pgd"):
        assert torch.equal(attacked.attack(kind)[""], attacked.embedded[""])


def test_no_radius_no_change(identity_demos: Callable[[str, int], list[Trajectory]]) -> None:
    attacked = make("discrete", identity_demos, 3)
    for kind in ("noise", "fgsm", "pgd"):
        assert torch.equal(attacked.attack(kind, epsilon=0.0)[""], attacked.embedded[""])


def test_the_search_leaves_no_gradient_behind(identity_demos: Callable[[str, int], list[Trajectory]]) -> None:
    attacked = make("box", identity_demos, 3)
    with torch.no_grad():
        moved = attacked.attack("pgd")
    assert not moved[""].requires_grad
    assert all(parameter.grad is None for parameter in attacked.network.parameters())


def test_unit_of_epsilon(real_demos: dict[str, list[Trajectory]]) -> None:
    """A task's frozen scale is the unit; without one it is the demos' deviation."""
    task = get_task("drive/lane-keeping")
    spaces = describe(task)
    data = TaskData(task, spaces, real_demos[task.name])
    network = build_behavior_network(spaces, data.statistics(), (4,))
    embedded = network.embed(task.name, data.batch(torch.arange(2)).inputs)
    assert task.observation_scale is not None
    scale = network.standardizer(task.name).of("")[1]
    expected = np.array(task.observation_scale) / scale.numpy()
    np.testing.assert_allclose(radii(network, task, embedded)[""].numpy(), expected, rtol=1e-6)
    bare = replace(task, observation_scale=None)
    assert torch.equal(radii(network, bare, embedded)[""], torch.ones(12))
    odd = replace(task, observation_scale=(1.0,))
    assert torch.equal(radii(network, odd, embedded)[""], torch.ones(12))


def test_unit_of_embeddings_does_not_depend_on_the_batch(
    identity_demos: Callable[[str, int], list[Trajectory]],
) -> None:
    """An attacked episode goes the same way alone or beside others, with more padding or less."""
    for form in ("grid", "text"):
        attacked = make(form, identity_demos, 3)
        alone = {key: value[:1] for key, value in attacked.embedded.items()}
        for key, unit in radii(attacked.network, attacked.task, alone).items():
            torch.testing.assert_close(unit, attacked.units[key][:1])
        padded = {key: torch.nn.functional.pad(value, (0, 0, 0, 5)) for key, value in attacked.embedded.items()}
        if form == "text":
            for key, unit in radii(attacked.network, attacked.task, padded).items():
                torch.testing.assert_close(unit, attacked.units[key])
                for row, value in enumerate(attacked.embedded[key]):
                    present = value.abs().sum(-1) > 0
                    square = value[present].square().mean().sqrt() if present.any() else torch.tensor(0.0)
                    torch.testing.assert_close(unit.flatten()[row], square)


def test_refusals() -> None:
    for values in ({"epsilon": -0.1}, {"steps": 0}):
        with pytest.raises(BadConfig, match="epsilon >= 0 and steps >= 1"):
            Perturbation(**values)


def test_absent_rows_of_a_set_stay(identity_demos: Callable[[str, int], list[Trajectory]]) -> None:
    attacked = make("set", identity_demos)
    absent = attacked.batch.inputs.fields[""][..., 0] < 0.5
    moved = attacked.attack("pgd")[""]
    assert absent.any()
    assert (moved[absent] == 0).all()
    assert (moved[~absent] != attacked.embedded[""][~absent]).any(-1).all()
