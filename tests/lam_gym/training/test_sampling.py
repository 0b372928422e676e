"""The sampler is a function of seed and step; mixtures, symmetries and augmented copies do what their settings say."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch

from lam_gym import Trajectory, get_task
from lam_gym.models.distributions import Categorical
from lam_gym.models.spaces import describe
from lam_gym.training import sampling
from lam_gym.training.batches import Batch, Frames, TaskData
from lam_gym.training.config import AugmentConfig, LossConfig, TrainConfig
from lam_gym.training.fixed_guides import FixedGuide
from lam_gym.training.sampling import BLOCK, Sampler, augment, mixture_weights, prune, reorder, reword, symmetrize

TASKS = ("control/cartpole", "drive/lane-keeping", "text/mail", "babyai/GoToLocal")


@pytest.fixture(scope="module")
def data(real_demos: dict[str, list[Trajectory]]) -> dict[str, TaskData]:
    return {name: TaskData(get_task(name), describe(get_task(name)), real_demos[name]) for name in TASKS}


def frames_of(data: TaskData, count: int = 12) -> Frames:
    return data.frames(np.arange(count) % len(data))


def tensors(batch: Batch) -> list[torch.Tensor]:
    extra = [] if batch.inputs.candidates is None else [batch.inputs.candidates]
    return [*batch.inputs.fields.values(), *extra, batch.actions, batch.steps, batch.valid]


def test_mixture_weights() -> None:
    np.testing.assert_allclose(mixture_weights([100, 400], 0.5), [1 / 3, 2 / 3])
    np.testing.assert_allclose(mixture_weights([100, 400], 0.0), [0.5, 0.5])
    np.testing.assert_allclose(mixture_weights([100, 300], 1.0), [0.25, 0.75])
    floor = mixture_weights([1, 10_000], 1.0)
    assert floor[0] == pytest.approx(0.02 / (0.02 + 10_000 / 10_001))
    np.testing.assert_allclose(mixture_weights([5] * 100, 1.0), [0.01] * 100)
    assert mixture_weights([7], 0.5).tolist() == [1.0]


@pytest.mark.parametrize("name", TASKS)
def test_a_batch_depends_on_seed_and_step_alone(name: str, data: dict[str, TaskData]) -> None:
    config = TrainConfig(batch_size=6, loss=LossConfig(rho=0.5), seed=3)
    straight, jumping = Sampler([data[name]], config), Sampler([data[name]], config)
    history = {step: straight.batch(0, step) for step in (0, 1, 2, BLOCK, BLOCK + 1)}
    for step in (BLOCK + 1, 2, 0, BLOCK, 1):
        for mine, theirs in zip(history[step], jumping.batch(0, step)):
            assert mine is not None
            assert theirs is not None
            assert all(torch.equal(a, b) for a, b in zip(tensors(mine), tensors(theirs)))
    assert not torch.equal(history[0][0].steps, history[1][0].steps)
    other = Sampler([data[name]], replace(config, seed=4)).ends(0, 0)
    assert not torch.equal(other, straight.ends(0, 0))


def test_draws_cover_all_steps_evenly(data: dict[str, TaskData]) -> None:
    part = data["text/mail"]
    sampler = Sampler([part], TrainConfig(batch_size=64))
    counts = torch.bincount(torch.cat([sampler.ends(0, step) for step in range(200)]), minlength=len(part))
    assert len(counts) == len(part)
    expected = 200 * 64 / len(part)
    assert ((counts - expected).abs() < 6 * expected**0.5).all()


def test_tasks_of_a_step(data: dict[str, TaskData]) -> None:
    parts = list(data.values())
    every = Sampler(parts, TrainConfig(tasks_per_step=4))
    assert [index for index, _ in every.tasks(0)] == [0, 1, 2, 3]
    assert sum(weight for _, weight in every.tasks(7)) == pytest.approx(1)
    assert [weight for _, weight in every.tasks(0)] == pytest.approx(every.weights.tolist())
    two = Sampler(parts, TrainConfig(tasks_per_step=2))
    drawn = [two.tasks(step) for step in range(400)]
    assert all(len(step) == 2 and [weight for _, weight in step] == [0.5, 0.5] for step in drawn)
    assert drawn[:20] == [Sampler(parts, TrainConfig(tasks_per_step=2)).tasks(step) for step in range(20)]
    share = np.bincount([index for step in drawn for index, _ in step], minlength=4) / 800
    np.testing.assert_allclose(share, two.weights, atol=0.06)


def test_nothing_is_augmented_without_a_coefficient(data: dict[str, TaskData], monkeypatch: pytest.MonkeyPatch) -> None:
    def never(*_: Any) -> Any:
        raise AssertionError

    monkeypatch.setattr(sampling, "augment", never)
    for part in data.values():
        plain = TrainConfig(batch_size=5, augment=AugmentConfig(symmetries=False))
        batch, augmented = Sampler([part], plain).batch(0, 3)
        assert augmented is None
        recorded = part.batch(Sampler([part], plain).ends(0, 3))
        assert all(torch.equal(a, b) for a, b in zip(tensors(batch), tensors(recorded)))
        assert Sampler([part], TrainConfig(batch_size=5)).batch(0, 3)[1] is None
    monkeypatch.setattr(sampling, "augment", augment)
    monkeypatch.setattr(sampling, "symmetrize", never)
    part = data["drive/lane-keeping"]
    config = TrainConfig(batch_size=5, augment=AugmentConfig(symmetries=False), loss=LossConfig(rho=1.0))
    batch, augmented = Sampler([part], config).batch(0, 3)
    assert augmented is not None
    assert torch.equal(batch.inputs.fields[""], part.batch(batch.steps).inputs.fields[""])
    assert not torch.equal(augmented.inputs.fields[""], batch.inputs.fields[""])
    assert torch.equal(augmented.actions, batch.actions)


def test_symmetries_turn_observation_and_action_together(data: dict[str, TaskData]) -> None:
    part = data["drive/lane-keeping"]
    frames = frames_of(part, 30)
    turned = symmetrize(part, frames, np.random.default_rng(0))
    sign = np.where(turned.actions[:, 1] == frames.actions[:, 1], 1, -1)
    assert set(sign) == {1, -1}
    negated = [0, 1, *range(3, 12)]
    np.testing.assert_array_equal(turned.fields[""][:, negated], sign[:, None] * frames.fields[""][:, negated])
    np.testing.assert_array_equal(turned.fields[""][:, 2], frames.fields[""][:, 2])
    np.testing.assert_array_equal(turned.actions[:, 0], frames.actions[:, 0])
    local = data["babyai/GoToLocal"]
    before = frames_of(local)
    after = symmetrize(local, before, np.random.default_rng(1))
    said = {row: set(after.fields["mission"][after.row == row]) for row in set(after.row.tolist())}
    assert all(len(missions) == 1 for missions in said.values()), "one element a window"
    assert any(a != b for a, b in zip(before.fields["mission"], after.fields["mission"]))
    assert (before.steps == after.steps).all()


def test_reordered_candidates_keep_their_action(data: dict[str, TaskData]) -> None:
    mail = data["text/mail"]
    plain = mail.batch(torch.arange(20) % len(mail))
    other = reorder(plain, np.random.default_rng(0))
    assert plain.inputs.candidates is not None
    assert other.inputs.candidates is not None
    assert other.order is not None
    assert not torch.equal(other.inputs.candidates, plain.inputs.candidates)
    rows = torch.arange(20)
    torch.testing.assert_close(
        other.inputs.candidates[rows, other.actions], plain.inputs.candidates[rows, plain.actions]
    )
    torch.testing.assert_close(other.order[rows, other.actions], plain.actions)


def test_reordering_is_drawn_by_seed_and_step(data: dict[str, TaskData]) -> None:
    config = TrainConfig(batch_size=20, augment=AugmentConfig(reorder=True))
    for name in TASKS:
        first, second = (Sampler([data[name]], config).batch(0, 3)[0] for _ in range(2))
        assert all(torch.equal(a, b) for a, b in zip(tensors(first), tensors(second)))
        assert (first.order is None) == (name != "text/mail")


def test_a_fixed_guide_follows_the_order(data: dict[str, TaskData]) -> None:
    mail = data["text/mail"]
    batch = mail.batch(torch.arange(20) % len(mail))
    assert batch.inputs.candidates is not None
    table = Categorical(torch.randn(len(mail), batch.inputs.candidates.shape[1] + 2).log_softmax(1))
    guide, other = FixedGuide(table), reorder(batch, np.random.default_rng(0))
    plain, moved = guide.answer(batch), guide.answer(other)
    torch.testing.assert_close(moved.log_prob(other.actions), plain.log_prob(batch.actions))


def test_noise(data: dict[str, TaskData]) -> None:
    part = data["control/cartpole"]
    frames = part.frames(np.resize(np.arange(len(part)), 4000))
    noisy = augment(part, frames, AugmentConfig(noise=0.2), np.random.default_rng(0))
    moved = (noisy.fields[""] - frames.fields[""]) / part.scales[""]
    np.testing.assert_allclose(moved.std(0), 0.2, rtol=0.1)
    np.testing.assert_allclose(moved.mean(0), 0.0, atol=0.02)
    assert noisy.actions is frames.actions
    still = augment(part, frames, AugmentConfig(noise=0.0), np.random.default_rng(0))
    assert np.array_equal(still.fields[""], frames.fields[""])


def test_rewording_keeps_a_window_together(data: dict[str, TaskData]) -> None:
    part = data["text/mail"]
    frames = frames_of(part, len(part))
    texts = frames.fields["instruction"]
    config = AugmentConfig(text=0.9)
    reworded = reword(texts, frames, config, part.synonyms, np.random.default_rng(0))
    assert any(a != b for a, b in zip(texts, reworded))
    frames = replace(frames, row=np.zeros_like(frames.row))
    together = reword(texts, frames, config, part.synonyms, np.random.default_rng(0))
    pairs = {(text, other) for text, other in zip(texts, together)}
    assert len(pairs) == len(set(texts)), "one text of a window is reworded once"
    augmented = augment(part, frames_of(part), config, np.random.default_rng(0))
    assert augmented.admissible == frames_of(part).admissible
    quiet = augment(part, frames_of(part), AugmentConfig(text=0.0), np.random.default_rng(0))
    assert (quiet.fields["instruction"] == frames_of(part).fields["instruction"]).all()
    pivot = AugmentConfig(text=0.0, translator="pivot")
    turned = reword(texts, frames, pivot, (), np.random.default_rng(0))
    assert len(turned) == len(texts)


def test_pruning_drops_what_only_repeats(identity_demos: Callable[[str, int], list[Trajectory]]) -> None:
    part = TaskData(get_task("identity/grid"), describe(get_task("identity/grid")), identity_demos("grid", 3))
    frames = part.frames(np.array([3, 7, 11]))
    fields = {key: values.copy() for key, values in frames.fields.items()}
    actions = frames.actions.copy()
    for source, copy in ((1, 2), (2, 3), (8, 9)):  # 2 and 3 repeat 1; 9 repeats 8; 4 begins a window
        fields["image"][copy], actions[copy] = fields["image"][source], actions[source]
    repeated = replace(frames, fields=fields, actions=actions)
    pruned = prune(repeated)
    gone = {2, 3, 9}
    assert pruned.steps.tolist() == [step for step in range(12) if step not in gone]
    assert pruned.row.tolist() == [0, 0, 1, 1, 1, 1, 2, 2, 2]
    assert pruned.time.tolist() == [0, 1, 0, 1, 2, 3, 0, 1, 2]
    assert part.encode(pruned).valid.tolist() == [[True, True, False, False], [True] * 4, [True, True, True, False]]
    config = AugmentConfig(noise=0.0, text=0.0)
    assert len(augment(part, repeated, config, np.random.default_rng(0)).steps) == 9
    assert len(augment(part, repeated, replace(config, prune=False), np.random.default_rng(0)).steps) == 12
    distinct = replace(frames, fields={**fields, "image": np.arange(12 * 18).reshape(12, 3, 3, 2)})
    assert prune(distinct) is distinct


def test_memory_free_tasks_are_not_pruned(data: dict[str, TaskData]) -> None:
    part = data["control/cartpole"]
    frames = part.frames(np.zeros(4, dtype=np.int64))
    assert len(augment(part, frames, AugmentConfig(noise=0.0), np.random.default_rng(0)).steps) == 4
