"""Reworded demonstrations are replayed: the environment confirms an edit, or it is rejected and counted."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from lam_gym.augmentation.text import edit
from lam_gym.augmentation.verification import (
    episode_words,
    instruction_of,
    reword,
    verify_all,
    verify_by_execution,
)
from lam_gym.errors import BadConfig
from lam_gym.policy import ExpertPolicy
from lam_gym.rollouts import rollout
from lam_gym.trajectory import Trajectory

TASK = "text/mail"


@pytest.fixture(scope="module")
def demos() -> list[Trajectory]:
    return rollout(ExpertPolicy(TASK), TASK, range(40))


def typing(demos: list[Trajectory]) -> Trajectory:
    """A demonstration in which a person is typed that only the instruction names."""
    return next(
        demo
        for demo in demos
        if any(a.startswith("type") and a.split(" ", 2)[2] in instruction_of(demo) for a in demo.actions)
    )


def test_a_harmless_edit_is_confirmed(demos: list[Trajectory]) -> None:
    demo = typing(demos)
    assert verify_by_execution(TASK, demo, instruction_of(demo))
    assert verify_by_execution(TASK, demo, f"Kindly note: {instruction_of(demo)}")


def test_a_lost_span_is_found(demos: list[Trajectory]) -> None:
    demo = typing(demos)
    span = next(a.split(" ", 2)[2] for a in demo.actions if a.startswith("type"))
    assert not verify_by_execution(TASK, demo, instruction_of(demo).replace(span, "someone"))


def test_actions_that_do_not_fit_are_found(demos: list[Trajectory]) -> None:
    demo = demos[0]
    shorter = demo.select(range(len(demo) - 1))
    assert not verify_by_execution(TASK, shorter, instruction_of(demo))
    assert not verify_by_execution(TASK, replace(demo, rewards=demo.rewards + 1), instruction_of(demo))


def test_many_are_verified_at_once_even_of_one_seed(demos: list[Trajectory]) -> None:
    demo = typing(demos)
    texts = [instruction_of(demo), "Do nothing.", f"Well, {instruction_of(demo)}"]
    assert verify_all(TASK, [demo] * 3, texts) == [True, False, True]
    assert verify_all(TASK, [], []) == []


def test_rewording_counts_what_it_drops(demos: list[Trajectory]) -> None:
    rng = np.random.default_rng(0)
    safe = reword(TASK, demos, lambda text, protected: edit(text, protected, rng, 0.3))
    assert safe.rejected == 0
    assert len(safe.trajectories) + safe.unchanged == len(demos)
    assert len(safe.trajectories) > len(demos) / 2
    moved = safe.trajectories[0]
    original = next(demo for demo in demos if demo.seed == moved.seed)
    assert instruction_of(moved) != instruction_of(original)
    assert np.array_equal(moved.actions, original.actions)
    assert np.array_equal(moved.fields()["screen"], original.fields()["screen"])
    cut = reword(TASK, demos, lambda text, protected: "Do it." if '"' in text else text)
    assert cut.rejected > 0
    assert cut.unchanged + cut.rejected + len(cut.trajectories) == len(demos)
    trusted = reword(TASK, demos, lambda text, protected: "Do it.", verify=False)
    assert len(trusted.trajectories) == len(demos)


def test_an_instruction_that_does_not_fit_is_rejected(demos: list[Trajectory]) -> None:
    assert not verify_by_execution(TASK, demos[0], instruction_of(demos[0]) + " please" * 100)


def test_words_of_the_episode_are_protected(demos: list[Trajectory]) -> None:
    demo = typing(demos)
    span = next(a.split(" ", 2)[2] for a in demo.actions if a.startswith("type"))
    assert span.split()[0].strip(",").lower() in episode_words(demo)


def test_tasks_without_an_instruction_are_answered() -> None:
    cart = rollout(ExpertPolicy("control/cartpole"), "control/cartpole", [0])
    with pytest.raises(BadConfig, match="no text under 'instruction'"):
        reword("control/cartpole", cart, lambda text, protected: text)


def test_an_environment_that_takes_no_instruction_is_answered(
    demos: list[Trajectory], monkeypatch: pytest.MonkeyPatch
) -> None:
    from lam_envs.text.mail import MailEnv

    plain = MailEnv.reset
    monkeypatch.setattr(MailEnv, "reset", lambda self, *, seed=None, options=None: plain(self, seed=seed))
    with pytest.raises(BadConfig, match="verify=False"):
        verify_by_execution(TASK, demos[0], "Something else.")
