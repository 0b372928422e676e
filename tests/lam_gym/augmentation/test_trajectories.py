"""Noise in units of the features' spread, and pruning that keeps the return and the first steps of a pause."""

from __future__ import annotations

import numpy as np
import pytest

from lam_gym.augmentation.trajectories import add_noise, inject_noise, prune_idle, redundant_frames
from lam_gym.errors import BadConfig
from lam_gym.trajectory import Trajectory


def waiting(actions: list[int], places: list[float]) -> Trajectory:
    """An episode in which the observation is the place; equal neighbors are pauses."""
    return Trajectory(
        task="toy",
        seed=3,
        observations={"place": np.array(places, np.float32)[:, None], "code": np.array(places, np.int64)},
        actions=np.array(actions),
        rewards=np.arange(1.0, len(actions) + 1),
        terminated=True,
        truncated=False,
        success=True,
    )


PAUSE = waiting([0, 0, 0, 0, 1, 1], [0, 0, 0, 0, 0, 1, 2])


def test_noise_has_the_size_that_was_asked_for() -> None:
    rng = np.random.default_rng(0)
    still = {"": np.zeros((20000, 2), np.float32)}
    noisy = inject_noise(still, {"": np.array([1.0, 100.0])}, 0.1, rng)
    assert noisy[""].dtype == np.float32
    assert np.allclose(noisy[""].std(axis=0), [0.1, 10.0], rtol=0.03)
    assert np.allclose(noisy[""].mean(axis=0), 0, atol=0.3)
    assert not still[""].any()


def test_noise_leaves_codes_and_unnamed_keys_alone() -> None:
    std = {"place": np.array([1.0]), "code": np.array([1.0])}
    noisy = add_noise(PAUSE, std, 0.5, np.random.default_rng(1))
    fields = PAUSE.fields()
    assert np.array_equal(noisy.fields()["code"], fields["code"])
    assert not np.array_equal(noisy.fields()["place"], fields["place"])
    assert np.array_equal(noisy.actions, PAUSE.actions)
    assert add_noise(PAUSE, {}, 0.5, np.random.default_rng(1)).equals(PAUSE)
    assert add_noise(PAUSE, std, 0.5, np.random.default_rng(1)).equals(noisy)


def test_noise_on_a_plain_array() -> None:
    plain = Trajectory("toy", 0, np.zeros((3, 2)), np.zeros(2, np.int64), np.zeros(2), True, False, True)
    noisy = add_noise(plain, {"": np.ones(2)}, 1.0, np.random.default_rng(0))
    assert isinstance(noisy.observations, np.ndarray)
    assert noisy.observations.dtype == np.float64
    assert noisy.observations.all()


@pytest.mark.parametrize(("longest", "kept"), [(1, [0, 4, 5]), (2, [0, 1, 4, 5]), (9, [0, 1, 2, 3, 4, 5])])
def test_pruning_keeps_the_first_steps_of_a_run_and_the_return(longest: int, kept: list[int]) -> None:
    pruned = prune_idle(PAUSE, longest)
    assert np.array_equal(pruned.actions, PAUSE.actions[kept])
    assert np.array_equal(pruned.fields()["place"][:-1], PAUSE.fields()["place"][kept])
    assert pruned.fields()["place"][-1] == 2
    assert pruned.episode_return == PAUSE.episode_return
    assert pruned.success


def test_pruning_a_share_is_random_but_repeatable() -> None:
    long = waiting([0] * 400, [0.0] * 401)
    pruned = prune_idle(long, 1, 0.5, np.random.default_rng(5))
    assert 150 < len(pruned) < 250
    assert pruned.equals(prune_idle(long, 1, 0.5, np.random.default_rng(5)))
    assert prune_idle(long, 1, 0.0, np.random.default_rng(5)).equals(long)


def test_packed_frames_do_not_repeat_across_windows() -> None:
    observations = {"x": np.zeros((6, 2)), "words": np.array(["a"] * 6, dtype=object)}
    named = redundant_frames(observations, np.zeros(6, np.int64), np.array([0, 0, 0, 1, 1, 1]))
    assert named.tolist() == [False, True, True, False, True, True]
    some = redundant_frames(observations, np.zeros(6, np.int64), np.zeros(6), 1, 0.5, np.random.default_rng(0))
    assert 0 < some.sum() < 5


def test_wrong_settings_are_answered() -> None:
    with pytest.raises(BadConfig, match="sigma"):
        inject_noise({}, {}, -1.0, np.random.default_rng(0))
    with pytest.raises(BadConfig, match="longest"):
        prune_idle(PAUSE, 0)
    with pytest.raises(BadConfig, match="share"):
        prune_idle(PAUSE, 1, 2.0)
    with pytest.raises(BadConfig, match="generator"):
        prune_idle(PAUSE, 1, 0.5)
