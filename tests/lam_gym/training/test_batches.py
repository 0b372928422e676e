"""Batches: windows inside one episode, packed without padding, equal by the tabulated and by the direct way."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from lam_gym import DemoStore, Trajectory, get_task
from lam_gym.errors import BadDemos
from lam_gym.models.spaces import FieldSpaces, TaskSpaces, describe
from lam_gym.models.strangers import unpack
from lam_gym.models.words import describe_action, encode_texts, word_ids
from lam_gym.training.batches import Batch, TaskData, encode_actions

DEMOS = Path(__file__).parents[3] / "demos"
TASKS = ("control/cartpole", "drive/lane-keeping", "text/mail", "babyai/GoToRedBallGrey", "babyai/GoToLocal")


def make(name: str, trajectories: list[Trajectory], window: int = 0) -> TaskData:
    task = get_task(name)
    return TaskData(task, describe(task, window), trajectories)


@pytest.fixture
def lengths(identity_demos: Callable[[str, int], list[Trajectory]]) -> TaskData:
    """Episodes of 4, 1, 3 and 4 steps with windows of 3."""
    a, b, c, d = identity_demos("memory", 4)
    return make("identity/memory", [a, b.select([0]), c.select([0, 1, 2]), d], window=3)


def test_windows_never_cross_an_episode(lengths: TaskData) -> None:
    ends = np.arange(len(lengths))
    steps, row, time = lengths.window_steps(ends)
    assert lengths.lengths.tolist() == [4] * 4 + [1] + [3] * 3 + [4] * 4
    assert lengths.first.tolist() == [0] * 4 + [4] + [5] * 3 + [8] * 4
    for index, end in enumerate(ends):
        window = steps[row == index]
        assert (np.diff(window) == 1).all()
        assert len(set(lengths.first[window])) == 1, "one episode a window"
        assert len(window) == min(3, lengths.lengths[end])
        assert end in window
        assert window[-1] == end or window[0] == lengths.first[end], "cut short only by the episode's start"
        assert time[row == index].tolist() == list(range(len(window)))
    assert [steps[row == index].tolist() for index in (0, 3, 4, 6, 11)] == [
        [0, 1, 2], [1, 2, 3], [4], [5, 6, 7], [9, 10, 11],
    ]  # fmt: skip


def test_valid_marks_frames(lengths: TaskData) -> None:
    batch = lengths.batch(torch.tensor([4, 3, 7]))
    assert batch.valid.tolist() == [[True, False, False], [True, True, True], [True, True, True]]
    assert batch.valid.sum() == batch.inputs.size == len(batch.actions) == len(batch.steps)
    single = make("identity/memory", lengths.trajectories, window=1).batch(torch.tensor([4, 3]))
    assert single.inputs.windows is None
    assert single.valid.tolist() == [[True], [True]]


def test_steps_are_those_of_the_episodes(real_demos: dict[str, list[Trajectory]]) -> None:
    for name in TASKS:
        data = make(name, real_demos[name])
        assert len(data) == sum(map(len, real_demos[name]))
        step = 0
        for trajectory in real_demos[name]:
            for index in range(len(trajectory)):
                for key, values in trajectory.fields().items():
                    assert np.array_equal(data.fields[key][step], values[index])
                assert np.array_equal(data.actions[step], trajectory.actions[index])
                step += 1


def same_texts(left: torch.Tensor, right: torch.Tensor) -> bool:
    """Equal word ids up to the padding behind."""
    size = [max(a, b) for a, b in zip(left.shape, right.shape)]

    def padded(values: torch.Tensor) -> torch.Tensor:
        grown = torch.zeros(size, dtype=values.dtype)
        grown[tuple(slice(0, length) for length in values.shape)] = values
        return grown

    return torch.equal(padded(left), padded(right))


def assert_same(left: Batch, right: Batch) -> None:
    assert torch.equal(left.steps, right.steps)
    assert torch.equal(left.actions, right.actions)
    for key, values in left.inputs.fields.items():
        assert same_texts(values, right.inputs.fields[key])
    if left.inputs.candidates is not None:
        assert right.inputs.candidates is not None
        assert same_texts(left.inputs.candidates, right.inputs.candidates)
    if left.inputs.windows is not None:
        assert right.inputs.windows is not None
        assert torch.equal(left.inputs.windows.row, right.inputs.windows.row)
        assert torch.equal(left.inputs.windows.time, right.inputs.windows.time)
    assert torch.equal(left.valid, right.valid)


@pytest.mark.parametrize("name", TASKS)
def test_tabulated_batches_equal_encoded_frames(name: str, real_demos: dict[str, list[Trajectory]]) -> None:
    data = make(name, real_demos[name])
    ends = torch.from_numpy(np.random.default_rng(0).integers(len(data), size=9))
    assert_same(data.batch(ends), data.encode(data.frames(ends.numpy())))


def test_candidates_read_as_on_their_screen(real_demos: dict[str, list[Trajectory]]) -> None:
    data = make("text/mail", real_demos["text/mail"])
    batch = data.batch(torch.arange(len(data)))
    candidates = batch.inputs.candidates
    assert candidates is not None
    assert data.admissible is not None
    assert (candidates != 0).any(0).any(0).all(), "no place is padding in every candidate"
    for step, offered in enumerate(data.admissible):
        words = word_ids(describe_action(offered[0], data.fields["screen"][step]))
        assert candidates[step, 0][: len(words)].tolist() == list(words[: candidates.shape[2]])
        assert (candidates[step, :, 0] != 0).sum() == len(offered)
        assert offered[batch.actions[step]] == data.actions[step]


def test_statistics(real_demos: dict[str, list[Trajectory]]) -> None:
    data = make("drive/lane-keeping", real_demos["drive/lane-keeping"])
    statistics = data.statistics()
    np.testing.assert_allclose(statistics.means[""], data.fields[""].astype(np.float64).mean(0))
    np.testing.assert_allclose(statistics.scales[""], data.fields[""].astype(np.float64).std(0))
    np.testing.assert_allclose(statistics.action_scale, data.actions.astype(np.float64).std(0))
    mail = make("text/mail", real_demos["text/mail"]).statistics()
    assert (mail.means, mail.scales, mail.action_mean) == ({}, {}, [])


def test_many_codes_keep_their_places() -> None:
    """Columns of codes that are zero in the whole batch are no padding."""
    field = FieldSpaces("", "codes", (12,), (3,) * 12)
    action = describe(get_task("control/cartpole")).action
    observations = np.zeros((4, 12), dtype=np.int64)
    observations[:, 0] = 1
    trajectory = Trajectory("t", 0, observations, np.array([0, 1, 0]), np.zeros(3), True, False, True)
    data = TaskData(get_task("control/cartpole"), TaskSpaces("t", "do", 1, (field,), action), [trajectory])
    assert data.batch(torch.arange(3)).inputs.fields[""].shape == (3, 12)


def test_actions_as_the_loss_takes_them(real_demos: dict[str, list[Trajectory]]) -> None:
    spaces = describe(get_task("identity/discrete"))
    assert encode_actions(spaces, np.array([2, 4]), None).tolist() == [0, 2]
    text = describe(get_task("text/mail"))
    assert encode_actions(text, np.array(["b", "a"], dtype=object), (("a", "b"), ("a",))).tolist() == [1, 0]
    lane = describe(get_task("drive/lane-keeping"))
    assert encode_actions(lane, np.array([[0.5, 1]]), None).dtype == torch.float32


def test_demos_that_cannot_be_trained_on(real_demos: dict[str, list[Trajectory]]) -> None:
    with pytest.raises(BadDemos, match="no demos of task 'control/cartpole'"):
        make("control/cartpole", [])
    mail = real_demos["text/mail"][0]
    with pytest.raises(BadDemos, match="lack the admissible actions"):
        make("text/mail", [replace(mail, admissible_actions=None)])
    actions = mail.actions.copy()
    actions[1] = "dance"
    with pytest.raises(BadDemos, match="Step 1 of seed 0 of 'text/mail' does 'dance'"):
        make("text/mail", [replace(mail, actions=actions)])
    assert encode_texts(["dance"], 3).shape == (1, 1)


def test_spaces_say_what_never_stands_beside_a_label() -> None:
    data = make("text/mail", list(DemoStore.open(DEMOS / "text" / "mail")))
    spaces = TaskSpaces.from_json(json.loads(json.dumps(data.spaces.to_json())))
    assert spaces == data.spaces
    strangers = unpack(spaces.strangers, len(spaces.labels) + len(spaces.screen_words))
    names = [*(label.rpartition(" | ")[2] for label in spaces.labels), *spaces.screen_words]

    def apart(one: str, other: str) -> bool:
        return bool(strangers[names.index(one), names.index(other)])

    assert apart("New message", "Answer"), "of a list, and of a message"
    assert apart("Answer", "New message")
    assert apart("Delete", "page"), "lists have pages"
    assert not apart("Next page", "page")
    assert not apart("Delete", "Archive")
