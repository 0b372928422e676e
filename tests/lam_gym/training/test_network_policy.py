"""Networks as policies: alone or beside others, acting or training, the answer is the same."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch

from lam_gym import Trajectory, get_task, rollout
from lam_gym.errors import BadCheckpoint
from lam_gym.models.behavior import build_behavior_network
from lam_gym.models.distributions import Categorical, Distribution, Gaussian
from lam_gym.models.inputs import collate
from lam_gym.models.large_action import ActionNetwork, Statistics
from lam_gym.models.presets import Preset
from lam_gym.models.spaces import ActionSpaces, FieldSpaces, TaskSpaces, describe
from lam_gym.training.batches import TaskData
from lam_gym.training.config import Perturbation
from lam_gym.training.network_policy import Episode, NetworkPolicy, to_actions, untried
from lam_gym.training.perturbation import uniform_noise

TASKS = ("control/cartpole", "drive/lane-keeping", "text/mail", "babyai/GoToRedBallGrey", "babyai/GoToLocal")
SMALL = Preset(width=24, layers=2, heads=2, hidden=16, channels=8)
Demos = dict[str, list[Trajectory]]


@pytest.fixture(scope="module")
def data(real_demos: Demos) -> dict[str, TaskData]:
    return {name: TaskData(get_task(name), describe(get_task(name)), real_demos[name]) for name in TASKS}


@pytest.fixture(scope="module")
def policy(data: dict[str, TaskData]) -> NetworkPolicy:
    """One untrained policy over all tasks at once."""
    torch.manual_seed(1)
    statistics = {name: part.statistics() for name, part in data.items()}
    return NetworkPolicy(ActionNetwork([part.spaces for part in data.values()], SMALL, statistics))


def values(distribution: Distribution) -> torch.Tensor:
    return distribution.log_probs if isinstance(distribution, Categorical) else distribution.mean


@pytest.mark.parametrize("name", TASKS)
def test_an_episode_goes_the_same_way_alone_or_beside_others(name: str, policy: NetworkPolicy) -> None:
    task = replace(get_task(name), max_episode_steps=10)
    beside = rollout(policy, task, seeds=range(10), num_envs=64)
    for width in (1, 4):
        other = rollout(policy, task, seeds=range(10), num_envs=width)
        assert all(mine.equals(theirs) for mine, theirs in zip(beside, other)), width


@pytest.mark.parametrize("name", ["control/cartpole", "drive/lane-keeping"])
def test_behavior_networks_too(name: str, data: dict[str, TaskData]) -> None:
    torch.manual_seed(2)
    clone = NetworkPolicy(build_behavior_network(data[name].spaces, data[name].statistics(), (16, 16)))
    task = replace(get_task(name), max_episode_steps=40)
    beside, alone = (rollout(clone, task, seeds=range(9), num_envs=width) for width in (64, 1))
    assert all(mine.equals(theirs) for mine, theirs in zip(beside, alone))
    assert clone.tasks == [name]


@pytest.mark.parametrize("name", ["babyai/GoToRedBallGrey", "text/mail", "drive/lane-keeping"])
def test_attacked_episodes_too(name: str, policy: NetworkPolicy) -> None:
    """With one stream of noise an episode, an attack does not depend on the batch either."""

    class Attacked:
        def start(self, task: Any, num_envs: int) -> Any:
            return [(entry, np.random.default_rng(7)) for entry in policy.start(task, num_envs) or ()]

        def act(self, observations: Any, memory: Any) -> Any:
            entries, streams = [entry for entry, _ in memory], [stream for _, stream in memory]
            actions, after = policy.act(observations, entries, Perturbation("pgd", 0.3, 2), streams)
            return actions, list(zip(after or (), streams))

    task = replace(get_task(name), max_episode_steps=3)
    beside, alone = (rollout(Attacked(), task, seeds=range(10), num_envs=width) for width in (64, 1))
    for mine, theirs in zip(beside, alone):
        assert mine.equals(theirs)


@pytest.mark.parametrize("name", TASKS)
def test_acting_sees_what_training_saw(name: str, data: dict[str, TaskData], policy: NetworkPolicy) -> None:
    """Teacher-forced answers through a training batch equal those through the memory of `act`."""
    part = data[name]
    task, network, window = part.task, policy.network, part.spaces.window
    with torch.no_grad():
        for number, trajectory in enumerate(part.trajectories):
            first = sum(len(each) for each in part.trajectories[:number])
            episode = [Episode(task)]
            for step in range(min(len(trajectory), 3 * window + 2)):
                batch = part.batch(torch.tensor([first + step]))
                place = int((batch.steps == first + step).nonzero())
                trained = values(network(name, batch.inputs))[place]
                inputs = collate(part.spaces, [trajectory.observation(step)] * 8)
                embedded = policy._acting(name).embed(name, inputs)
                answer, tokens = policy._respond(name, inputs, embedded, episode * 8)
                acted = values(answer)[0]
                size = min(len(trained), len(acted))
                torch.testing.assert_close(acted[:size].float(), trained[:size], rtol=1e-4, atol=1e-4)
                if tokens is not None:
                    episode = [Episode(task, (*episode[0].past, tokens[0])[-(window - 1) :])]


def test_memory_looks_back_as_far_as_the_window(data: dict[str, TaskData], policy: NetworkPolicy) -> None:
    trajectory = data["babyai/GoToLocal"].trajectories[0]
    memory = policy.start(get_task("babyai/GoToLocal"), 1)
    for step in range(10):
        _, memory = policy.act([trajectory.observation(step % len(trajectory))], memory)
        assert memory is not None
        assert len(memory[0].past) == min(step + 1, 7)
    free = policy.start(get_task("control/cartpole"), 2)
    assert policy.act([np.zeros(4, np.float32)] * 2, free)[1] == free


@pytest.mark.parametrize("name", ["control/cartpole", "drive/lane-keeping"])
def test_log_probs_are_those_that_act_chooses_by(name: str, data: dict[str, TaskData], policy: NetworkPolicy) -> None:
    vectors = data[name].fields[""][:16]
    points = torch.from_numpy(vectors).requires_grad_(True)
    answer = policy.log_probs(name, points)
    distribution = policy.distribution(name, list(vectors))
    actions, _ = policy.act(list(vectors), policy.start(get_task(name), 16))
    if name == "control/cartpole":
        assert isinstance(answer, torch.Tensor)
        assert isinstance(distribution, Categorical)
        torch.testing.assert_close(answer, distribution.log_probs)
        torch.testing.assert_close(answer.exp().sum(1), torch.ones(16))
        assert answer.argmax(1).tolist() == list(actions)
        (gradient,) = torch.autograd.grad(answer[:, 0].sum(), points)
    else:
        assert isinstance(answer, tuple)
        assert isinstance(distribution, Gaussian)
        torch.testing.assert_close(answer[0], distribution.mean)
        torch.testing.assert_close(answer[1], distribution.log_scale.exp())
        np.testing.assert_allclose(answer[0].detach().numpy().clip(-1, 1), np.array(actions), rtol=1e-5, atol=1e-6)
        (gradient,) = torch.autograd.grad(answer[0][:, 0].sum(), points)
    assert gradient.shape == points.shape
    assert (gradient != 0).any(1).all()
    assert policy.log_probs(f"{name}", points.double()) is not None
    lowered = points[:, 0].detach().clone().double()
    step = 1e-3 * lowered.abs().mean()
    moved = points.detach().clone()
    moved[:, 0] += step.float()
    other, base = (policy.log_probs(name, each) for each in (moved, points.detach()))
    change = (other[0] - base[0])[:, 0] if isinstance(other, tuple) else (other - base)[:, 0]  # type: ignore[operator, index]
    expected = gradient[:, 0] * step.float()
    assert (change - expected).abs().max() < 0.1 * expected.abs().max() + 1e-5


@pytest.mark.parametrize(
    ("name", "points", "words"),
    [
        ("babyai/GoToLocal", torch.zeros(1, 4), "plain vectors without memory"),
        ("text/mail", torch.zeros(1, 4), "plain vectors without memory"),
        ("control/cartpole", torch.zeros(1, 5), r"takes vectors \[B, 4\], got \(1, 5\)"),
        ("control/cartpole", torch.zeros(4), r"takes vectors \[B, 4\], got \(4,\)"),
    ],
)
def test_log_probs_of_anything_else(name: str, points: torch.Tensor, words: str, policy: NetworkPolicy) -> None:
    with pytest.raises(BadCheckpoint, match=words):
        policy.log_probs(name, points)


def test_normalizer(data: dict[str, TaskData], policy: NetworkPolicy) -> None:
    mean, scale = policy.normalizer("control/cartpole")
    np.testing.assert_allclose(mean, data["control/cartpole"].fields[""].mean(0), rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(scale, data["control/cartpole"].fields[""].std(0), rtol=1e-3)
    with pytest.raises(BadCheckpoint, match="shows no vector"):
        policy.normalizer("text/mail")


@pytest.mark.parametrize(
    "name", ["text/mail@held_out_phrasing", "text/mail@held_out_layout", "drive/lane-keeping@held_out"]
)
def test_variations_act(name: str, policy: NetworkPolicy) -> None:
    task = replace(get_task(name), max_episode_steps=3)
    assert [len(episode) for episode in rollout(policy, task, seeds=range(2))] == [3, 3]


def test_tasks_it_was_not_trained_on(policy: NetworkPolicy, data: dict[str, TaskData]) -> None:
    with pytest.raises(BadCheckpoint, match="not trained on 'identity/box'"):
        policy.start(get_task("identity/box"), 1)
    part = data["control/cartpole"]
    clone = NetworkPolicy(build_behavior_network(part.spaces, part.statistics(), (4,)))
    with pytest.raises(BadCheckpoint, match="not trained on 'drive/lane-keeping'"):
        clone.start(get_task("drive/lane-keeping"), 1)
    with pytest.raises(BadCheckpoint, match="same spaces"):
        clone.act([np.zeros(7, np.float32)], clone.start(get_task("control/cartpole"), 1))


def test_stacked_observations(data: dict[str, TaskData], policy: NetworkPolicy) -> None:
    vectors = data["control/cartpole"].fields[""][:20]
    memory = policy.start(get_task("control/cartpole"), 20)
    assert policy.act(vectors, memory)[0] == policy.act(list(vectors), memory)[0]


def test_actions_in_the_environments_form() -> None:
    field = (FieldSpaces("", "vector", (1,)),)
    box = TaskSpaces("t", "do", 1, field, ActionSpaces("continuous", 2, 0, (-1.0, 0.0), (1.0, 0.5)))
    mean = torch.tensor([[-3.0, 0.25], [0.5, 9.0]])
    actions = to_actions(box, Gaussian(mean, mean), [None, None])
    assert [action.tolist() for action in actions] == [[-1.0, 0.25], [0.5, 0.5]]
    assert all(action.dtype == np.float32 for action in actions)
    shifted = TaskSpaces("t", "do", 1, field, ActionSpaces("categorical", 2, 5))
    table = Categorical(torch.tensor([[0.9, 0.1], [0.1, 0.9]]).log())
    assert to_actions(shifted, table, [None, None]) == [5, 6]
    text = TaskSpaces("t", "do", 1, field, ActionSpaces("text"))
    offered = [{"admissible_actions": ("a", "b")}, {"admissible_actions": ("c", "d")}]
    assert to_actions(text, table, offered) == ["a", "d"]


def test_perturbed_actions_depend_on_their_streams(policy: NetworkPolicy, data: dict[str, TaskData]) -> None:
    task = get_task("drive/lane-keeping")
    vectors = list(data[task.name].fields[""][:4])

    def act(kind: Any, seed: int, epsilon: float = 0.5) -> np.ndarray[Any, Any]:
        streams = [np.random.default_rng((seed, row)) for row in range(4)]
        return np.array(policy.act(vectors, policy.start(task, 4), Perturbation(kind, epsilon, 3), streams)[0])

    clean = np.array(policy.act(vectors, policy.start(task, 4))[0])
    for kind in ("noise", "fgsm", "pgd"):
        assert np.array_equal(act(kind, 0), act(kind, 0))
        assert not np.array_equal(act(kind, 0), clean)
        np.testing.assert_array_equal(act(kind, 0, epsilon=0.0), clean)
    assert not np.array_equal(act("noise", 0), act("noise", 1))
    without = policy.act(vectors, policy.start(task, 4), Perturbation("noise", 0.5))[0]
    assert not np.array_equal(np.array(without), clean)
    drawn = uniform_noise(torch.Generator().manual_seed(0))("", torch.zeros(1000, 3))
    assert drawn.abs().max() <= 1
    assert drawn.std().item() == pytest.approx(3**-0.5, rel=0.05)


def test_no_weights_require_gradients(policy: NetworkPolicy) -> None:
    assert not any(parameter.requires_grad for parameter in policy.network.parameters())
    assert isinstance(policy.network, ActionNetwork)
    assert Statistics({}, {}).action_mean == ()
    assert policy.tasks == list(TASKS)


def test_no_text_action_twice_on_one_screen(data: dict[str, TaskData], policy: NetworkPolicy) -> None:
    assert not data["text/mail"].spaces.repeats
    returns = 0
    for played in rollout(policy, "text/mail", seeds=range(20)):
        offered = played.admissible_actions
        assert offered is not None
        done: dict[str, set[str]] = {}
        for screen, action, choices in zip(played.fields()["screen"], played.actions, offered):
            tried = done.setdefault(screen, set())
            assert action not in tried or set(choices) <= tried, "an untried action was left"
            returns += bool(tried)
            tried.add(action)
    assert returns, "untrained, it comes back to a screen"


def test_demos_that_repeat_themselves_allow_it(data: dict[str, TaskData], policy: NetworkPolicy) -> None:
    part = data["text/mail"]
    first = part.trajectories[0]
    twice = first.select([0, 0, *range(1, len(first))])
    repeating = TaskData(part.task, describe(part.task), [twice, *part.trajectories[1:]])
    assert repeating.spaces.repeats
    spaces = [repeating.spaces, *(other.spaces for name, other in data.items() if name != "text/mail")]
    stuck = ActionNetwork(spaces, SMALL, {name: other.statistics() for name, other in data.items()})
    stuck.load_state_dict(policy.network.state_dict())
    again = 0
    for played in rollout(NetworkPolicy(stuck), "text/mail", seeds=range(20)):
        again += len(played) - len(set(zip(played.fields()["screen"], played.actions)))
    assert again, "untrained and greedy, it does the same again"


def test_everything_may_be_tried_again_where_nothing_else_is_left() -> None:
    table = Categorical(torch.tensor([[0.6, 0.3, 0.1], [0.6, 0.4, 0.0]]).log())
    shown = [{"admissible_actions": ("a", "b", "c")}, {"admissible_actions": ("a", "b")}]
    task = get_task("text/mail")

    def left(*tried: set[tuple[str, str]]) -> list[list[float]]:
        episodes = [Episode(task, tried=frozenset(each)) for each in tried]
        return untried(table, ["here", "there"], shown, episodes).log_probs.exp().tolist()

    assert left(set(), {("here", "a")}) == table.log_probs.exp().tolist(), "another screen"
    assert left({("here", "a")}, {("there", "b")}) == pytest.approx(np.array([[0, 0.3, 0.1], [0.6, 0, 0]]))
    assert left({("here", "a"), ("here", "b"), ("here", "c")}, {("there", "a"), ("there", "b")}) == pytest.approx(
        np.array([[0.6, 0.3, 0.1], [0.6, 0.4, 0]])
    )
