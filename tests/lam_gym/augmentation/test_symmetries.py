"""Symmetries: the groups are groups, and a moved demonstration is what the moved environment shows."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from lam_gym.augmentation.symmetries import (
    Elements,
    draw,
    identity,
    swap_words,
    transform,
    transform_trajectory,
)
from lam_gym.errors import BadConfig
from lam_gym.task import Mirror, Permutation, get_task
from lam_gym.trajectory import Trajectory

COLORS = ("red", "green", "blue", "purple", "yellow", "grey")
MIRROR = Mirror(
    flip={"image": 0},
    negate={"": (0, 2), "vector": (0, 2)},
    remap={"direction": (2, 1, 0, 3)},
    swap_actions=((0, 1),),
    negate_actions=(1,),
    swap_words=(("left", "right"),),
)
PAINT = Permutation("colors", "image", 1, tuple(range(6)), COLORS, only=(0, (5, 6, 7)))
TYPES = Permutation("types", "image", 0, (5, 6, 7), ("key", "ball", "box"))
GREY_TYPES = Permutation("grey types", "image", 0, (5, 6, 7), (), only=(1, (5,)))
ALL = (MIRROR, PAINT, TYPES)


def frames(rng: np.random.Generator, n: int = 40) -> tuple[np.ndarray, dict[str, np.ndarray]]:
    missions = np.empty(n, dtype=object)
    missions[:] = [
        f"go to the {rng.choice(COLORS)} {rng.choice(['key', 'ball', 'box'])} on your left" for _ in range(n)
    ]
    image = np.stack([rng.integers(0, 9, (n, 7, 7)), rng.integers(0, 6, (n, 7, 7)), rng.integers(0, 3, (n, 7, 7))], -1)
    return np.sort(rng.integers(0, 8, n)), {
        "image": image.astype(np.uint8),
        "direction": rng.integers(0, 4, n),
        "vector": rng.normal(size=(n, 3)).astype(np.float32),
        "mission": missions,
    }


def same(left: dict[str, np.ndarray], right: dict[str, np.ndarray]) -> bool:
    return left.keys() == right.keys() and all(
        left[key].dtype == right[key].dtype and np.array_equal(left[key], right[key]) for key in left
    )


def test_the_identity_changes_nothing_and_copies() -> None:
    window, observations = frames(np.random.default_rng(0))
    actions = np.arange(40) % 7
    moved, acted, admissible = transform(identity(ALL, 8), window, observations, actions, [("go left",)] * 40)
    assert same(moved, observations)
    assert acted is not None
    assert np.array_equal(acted, actions)
    assert admissible == (("go left",),) * 40
    moved["image"][:] = 0
    assert observations["image"].any()


def test_no_symmetry_is_no_change() -> None:
    window, observations = frames(np.random.default_rng(0))
    elements = draw((), np.random.default_rng(0), 8)
    assert len(elements) == 0
    moved, acted, admissible = transform(elements, window, observations, None, [("a",)] * 40)
    assert same(moved, observations)
    assert acted is None
    assert admissible == (("a",),) * 40


@pytest.mark.parametrize("symmetries", [(MIRROR,), (PAINT,), (TYPES,), ALL, (GREY_TYPES,)])
def test_the_inverse_undoes(symmetries: tuple[Any, ...]) -> None:
    rng = np.random.default_rng(1)
    window, observations = frames(rng)
    actions = rng.integers(0, 7, 40)
    elements = draw(symmetries, rng, 8)
    admissible = tuple((f"take {word}", "turn Left") for word in rng.choice(COLORS, 40))
    moved, acted, offered = transform(elements, window, observations, actions, admissible)
    assert not same(moved, observations)
    back, undone, returned = transform(elements.inverse(), window, moved, acted, offered)
    assert same(back, observations)
    assert undone is not None
    assert np.array_equal(undone, actions)
    assert returned == admissible


def test_the_mirror_is_an_involution() -> None:
    window, observations = frames(np.random.default_rng(2))
    elements = Elements((MIRROR,), (np.ones(8, np.int64),))
    actions = np.random.default_rng(3).normal(size=(40, 2)).astype(np.float32)
    once, acted, _ = transform(elements, window, observations, actions)
    assert acted is not None
    assert acted.dtype == np.float32
    assert np.array_equal(acted[:, 1], -actions[:, 1])
    assert np.array_equal(acted[:, 0], actions[:, 0])
    assert np.array_equal(once["vector"], observations["vector"] * np.float32([-1, 1, -1]))
    assert np.array_equal(once["image"], observations["image"][:, ::-1])
    assert once["mission"][0].endswith("on your right")
    twice, again, _ = transform(elements, window, once, acted)
    assert same(twice, observations)
    assert again is not None
    assert np.array_equal(again, actions)


def test_permutations_compose_as_a_group() -> None:
    rng = np.random.default_rng(4)
    window, observations = frames(rng)
    first, second = rng.permutation(6), rng.permutation(6)
    one = Elements((PAINT,), (np.tile(first, (8, 1)),))
    two = Elements((PAINT,), (np.tile(second, (8, 1)),))
    both = Elements((PAINT,), (np.tile(second[first], (8, 1)),))
    after_one, _, _ = transform(one, window, observations)
    after_two, _, _ = transform(two, window, after_one)
    directly, _, _ = transform(both, window, observations)
    assert same(after_two, directly)


def test_colors_touch_only_objects() -> None:
    window, observations = frames(np.random.default_rng(5))
    swap = np.tile([5, 1, 2, 3, 4, 0], (8, 1))
    moved, _, _ = transform(Elements((PAINT,), (swap,)), window, observations)
    objects = np.isin(observations["image"][..., 0], (5, 6, 7))
    red, grey = observations["image"][..., 1] == 0, observations["image"][..., 1] == 5
    assert np.array_equal(moved["image"][~objects], observations["image"][~objects])
    assert (moved["image"][objects & red][:, 1] == 5).all()
    assert (moved["image"][objects & grey][:, 1] == 0).all()


def test_each_window_has_its_own_element_and_draws_are_uniform() -> None:
    rng = np.random.default_rng(6)
    elements = draw(ALL, rng, 6000)
    assert abs(elements.choices[0].mean() - 0.5) < 0.03
    _, counts = np.unique(elements.choices[2], axis=0, return_counts=True)
    assert len(counts) == 6
    assert counts.min() > 850
    repeated = draw(ALL, np.random.default_rng(6), 6000)
    assert all(np.array_equal(a, b) for a, b in zip(elements.choices, repeated.choices))


def test_words_change_at_the_same_time_and_only_whole() -> None:
    words = (("ball", "box"), ("box", "ball"), ("red", "grey"))
    assert (
        swap_words("Red ball, red box, boxes and redder balls", words) == "Grey box, grey ball, boxes and redder balls"
    )
    assert swap_words("nothing here", ()) == "nothing here"


def test_text_actions_follow_the_words() -> None:
    actions = np.array(["take red key", "turn left"], dtype=object)
    elements = Elements((MIRROR, PAINT), (np.ones(1, np.int64), np.array([[1, 0, 2, 3, 4, 5]])))
    _, acted, offered = transform(elements, np.zeros(2, int), {}, actions, (("turn left", "wait"), ()))
    assert acted is not None
    assert acted.tolist() == ["take green key", "turn right"]
    assert offered == (("turn right", "wait"), ())


def test_actions_that_stood_in_alphabetical_order_do_so_again() -> None:
    """Else their places would tell which element acts, and a network could learn the recorded order by heart."""
    swap = Mirror(swap_words=(("east", "west"),))
    offered = [("go east", "go south", "go west", "look"), ("look", "go east")]
    elements = Elements((swap,), (np.array([1]),))
    done = np.array(["go east", "look"], dtype=object)
    _, actions, admissible = transform(elements, np.zeros(2, np.int64), {}, done, offered)
    assert admissible == (("go east", "go south", "go west", "look"), ("look", "go west"))
    assert actions is not None
    assert actions.tolist() == ["go west", "look"]


def test_a_scalar_code_is_permuted() -> None:
    light = Permutation("lights", "light", 0, (1, 3), ("stop", "go"))
    elements = Elements((light,), (np.array([[1, 0]]),))
    moved, _, _ = transform(elements, np.zeros(5, int), {"light": np.array([0, 1, 2, 3, 4])})
    assert moved["light"].tolist() == [0, 3, 2, 1, 4]


def test_a_trajectory_moves_as_a_whole() -> None:
    trajectory = Trajectory(
        task="control/cartpole",
        seed=1,
        observations=np.arange(12, dtype=np.float32).reshape(3, 4),
        actions=np.array([0, 1]),
        rewards=np.ones(2),
        terminated=True,
        truncated=False,
        success=False,
    )
    elements = Elements(get_task("control/cartpole").symmetries, (np.ones(1, np.int64),))
    moved = transform_trajectory(elements, 0, trajectory)
    assert np.array_equal(moved.observations, -np.asarray(trajectory.observations))
    assert moved.actions.tolist() == [1, 0]
    assert transform_trajectory(elements, 0, moved).equals(trajectory)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (Permutation("x", "image", 0, (1, 1), ("a", "b")), "distinct codes"),
        (Permutation("x", "image", 0, (1, 2), ("a",)), "2 codes and 1 words"),
        (Permutation("x", "image", 0, (1, 2), ("a", "b"), only=(0, (1,))), "may not choose"),
    ],
)
def test_a_wrong_permutation_is_answered(wrong: Permutation, message: str) -> None:
    with pytest.raises(BadConfig, match=message):
        draw((wrong,), np.random.default_rng(0), 1)


# --- the proof on tasks that declare a symmetry (BabyAI: test_babyai_symmetries.py) -----------------------------------


def whole_mirror(task: str) -> Elements:
    (mirror,) = get_task(task).symmetries
    return Elements((mirror,), (np.ones(1, np.int64),))


def test_the_cart_pole_mirrors() -> None:
    from lam_gym.task import make_plain_env

    elements, rng = whole_mirror("control/cartpole"), np.random.default_rng(0)
    here, there = (make_plain_env("control/cartpole") for _ in range(2))
    for seed in range(5):
        observation, _ = here.reset(seed=seed)
        there.reset(seed=seed)
        there.unwrapped.state = -np.array(here.unwrapped.state)
        over = False
        while not over:
            action = rng.integers(0, 2)
            moved, acted, _ = transform(elements, np.zeros(1, int), {"": observation[None]}, np.array([action]))
            assert acted is not None
            shown, reward_there, over_there, _, _ = there.step(int(acted[0]))
            observation, reward, over, _, _ = here.step(int(action))
            after, _, _ = transform(elements, np.zeros(1, int), {"": observation[None]})
            assert np.array_equal(after[""][0], shown)
            assert (reward, over) == (reward_there, over_there)
            assert not np.array_equal(moved[""], observation)


def test_lane_keeping_mirrors() -> None:
    from lam_gym.task import make_plain_env

    elements, rng = whole_mirror("drive/lane-keeping"), np.random.default_rng(0)
    here, there = (make_plain_env("drive/lane-keeping").unwrapped for _ in range(2))
    for seed in range(5):
        observation, _ = here.reset(seed=seed)
        there.reset(seed=seed)
        state = here.get_state()
        turned = {
            name: -getattr(state["state"], name) for name in ("lateral_error", "heading_error", "steering", "yaw_rate")
        }
        knots = state["scenario"].knots
        bent = replace(state["scenario"], knots=-knots if isinstance(knots, np.ndarray) else [-knot for knot in knots])
        there.set_state({**state, "state": state["state"]._replace(**turned), "scenario": bent})
        over, steps = False, 0
        while not over and steps < 100:
            action = np.clip(rng.normal([0.3, 0.0], 0.2), -1, 1).astype(np.float32)
            _, acted, _ = transform(elements, np.zeros(1, int), {}, action[None])
            assert acted is not None
            observation, reward, over, _, info = here.step(action)
            shown, reward_there, over_there, _, info_there = there.step(acted[0])
            moved, _, _ = transform(elements, np.zeros(1, int), {"": observation[None]})
            assert np.allclose(moved[""][0], shown, atol=1e-6)
            assert np.isclose(reward, reward_there)
            assert (over, info["success"]) == (over_there, info_there["success"])
            steps += 1


def test_a_mirror_negates_features_in_every_row_of_a_set(rng: np.random.Generator) -> None:
    mirror = Mirror(negate={"": (1, 2)}, swap_actions=((0, 2),))
    rows = rng.normal(size=(6, 4, 3))
    elements = draw((mirror,), rng, 6)
    moved, _, _ = transform(elements, np.arange(6), {"": rows})
    signs = np.where(elements.choices[0] == 1, -1.0, 1.0)[:, None, None]
    np.testing.assert_array_equal(moved[""], rows * np.concatenate([np.ones_like(signs), signs, signs], axis=2))
    assert {0, 1} == set(elements.choices[0].tolist())
