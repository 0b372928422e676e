"""The finders behind cleaning, one by one."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from gymnasium import spaces

from lam_gym.demonstrations.inspection import Majority, content_key, idle_steps, nonfinite, out_of_space, step_keys
from lam_gym.demonstrations.metadata import describe_space
from lam_gym.trajectory import Trajectory


def words(*texts: str) -> np.ndarray:
    array = np.empty(len(texts), dtype=object)
    array[:] = texts
    return array


MIXED = Trajectory(
    task="toy",
    seed=5,
    observations={
        "place": np.array([[0.0, 1.0], [0.5, 0.5], [1.0, 0.0]], np.float32),
        "kind": np.array([0, 1, 2]),
        "nested/0": np.array([[0, 1], [1, 1], [2, 0]]),
        "said": words("a", "bb", "c"),
        "bits": np.array([[0, 1], [1, 1], [0, 0]], np.int8),
    },
    actions=np.array([[0.0], [0.5]], np.float32),
    rewards=np.array([0.0, 1.0]),
    terminated=True,
    truncated=False,
    success=True,
)
SPACES: dict[str, Any] = {
    "observation": describe_space(
        spaces.Dict(
            place=spaces.Box(0, 1, (2,)),
            kind=spaces.Discrete(3),
            nested=spaces.Tuple((spaces.MultiDiscrete([3, 2]),)),
            said=spaces.Text(2),
            bits=spaces.MultiBinary(2),
        )
    ),
    "action": describe_space(spaces.Box(np.array([-1.0], np.float32), np.array([1.0], np.float32))),
}


def changed(key: str, step: int, value: Any) -> Trajectory:
    fields = {name: values.copy() for name, values in MIXED.fields().items()}
    fields[key][step] = value
    return replace(MIXED, observations=fields)


def test_what_is_finite_and_inside_passes() -> None:
    assert nonfinite(MIXED) == ""
    assert out_of_space(MIXED, SPACES) == ""
    assert out_of_space(MIXED, {}) == ""


def test_nonfinite_names_the_place() -> None:
    assert nonfinite(changed("place", 1, np.nan)) == "observation place of step 1 is not finite"
    assert nonfinite(replace(MIXED, rewards=np.array([0.0, np.inf]))) == "reward of step 1 is not finite"


@pytest.mark.parametrize(
    ("key", "step", "value"),
    [("place", 2, 1.5), ("kind", 1, 3), ("kind", 0, -1), ("nested/0", 0, 2), ("said", 2, "long"), ("said", 0, "")],
)
def test_out_of_space_names_the_place(key: str, step: int, value: Any) -> None:
    assert out_of_space(changed(key, step, value), SPACES) == f"observation {key} of step {step} is outside its space"


def test_actions_and_wrong_kinds_are_found() -> None:
    strong = replace(MIXED, actions=np.array([[0.0], [2.0]], np.float32))
    assert out_of_space(strong, SPACES) == "action of step 1 is outside its space"
    wide = replace(MIXED, actions=np.zeros((2, 3), np.float32))
    assert out_of_space(wide, SPACES) == "action of step 0 is outside its space"
    for key, values in (
        ("kind", np.zeros(3, np.float32)),
        ("nested/0", np.zeros((3, 5), int)),
        ("place", words("a", "b", "c")),
    ):
        odd = replace(MIXED, observations={**MIXED.fields(), key: values})
        assert out_of_space(odd, SPACES) == f"observation {key} of step 0 is outside its space"


def test_bounds_may_differ_by_entry_and_be_infinite() -> None:
    box = spaces.Box(np.array([0.0, -np.inf], np.float32), np.array([1.0, np.inf], np.float32))
    plain = Trajectory("toy", 0, np.array([[0.5, 1e6], [1.0, -1e6]]), np.zeros(1, int), np.zeros(1), True, False, True)
    assert out_of_space(plain, {"observation": describe_space(box)}) == ""
    assert "observation of step 1" in out_of_space(
        replace(plain, observations=np.array([[0.5, 0.0], [2.0, 0.0]])), {"observation": describe_space(box)}
    )


def test_content_ignores_the_seed_and_nothing_else() -> None:
    key = content_key(MIXED)
    assert content_key(replace(MIXED, seed=99)) == key
    others = (
        changed("said", 1, "x"),
        changed("place", 0, 0.25),
        replace(MIXED, rewards=MIXED.rewards + 1),
        replace(MIXED, success=False),
        replace(MIXED, actions=MIXED.actions.astype(np.float64)),
    )
    assert key not in {content_key(other) for other in others}


def test_step_keys_tell_observations_apart() -> None:
    keys = step_keys(MIXED)
    assert len(set(keys)) == 2
    assert step_keys(changed("said", 0, "z"))[0] != keys[0]
    assert step_keys(changed("said", 0, "z"))[1] == keys[1]


def test_the_majority_needs_three_votes_of_two_episodes() -> None:
    def against(*votes: tuple[int, list[int]]) -> dict[int, int]:
        majority = Majority(0.1)
        for index, actions in votes:
            majority.vote(index, [b"here"] * len(actions), np.array(actions))
        return dict(majority.contradicting_steps())

    assert against((0, [1]), (1, [1]), (2, [0])) == {2: 1}
    assert against((0, [1]), (1, [0])) == {}
    assert against((0, [1, 1, 0])) == {}
    assert against((0, [1, 1]), (1, [0, 0])) == {}
    assert against((0, [1, 1, 1]), (1, [0, 2])) == {1: 2}


def test_continuous_actions_contradict_beyond_the_tolerance() -> None:
    majority = Majority(0.2)
    for index, action in enumerate([[0.0, 0.0], [0.1, 0.0], [0.0, 0.5]]):
        majority.vote(index, [b"here"], np.array([action]))
    assert dict(majority.contradicting_steps()) == {2: 1}


def test_text_actions_vote() -> None:
    majority = Majority(0.2)
    for index, action in enumerate(["go", "go", "stop"]):
        majority.vote(index, [b"here"], words(action))
    assert dict(majority.contradicting_steps()) == {2: 1}


def test_idle_steps_by_hand() -> None:
    observations = {"": np.array([0, 0, 0, 1, 1, 1, 1, 9])}
    actions = np.array([5, 5, 5, 5, 5, 6, 6])
    assert np.flatnonzero(idle_steps(observations, actions, 1)).tolist() == [1, 2, 4, 6]
    assert np.flatnonzero(idle_steps(observations, actions, 2)).tolist() == [2]
    starts = np.array([True, False, True, False, False, False, False])
    assert np.flatnonzero(idle_steps(observations, actions, 1, starts)).tolist() == [1, 4, 6]
    assert idle_steps(observations, actions[:1], 1).tolist() == [False]
