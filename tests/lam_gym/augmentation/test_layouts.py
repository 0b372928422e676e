"""Other layouts: copies of demonstrations that show the same scenarios under other labels, orders and nestings."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import lam_gym
from lam_gym.augmentation.layouts import redraw
from lam_gym.training.config import AugmentConfig, TrainConfig
from lam_gym.training.joint import augment_demos, load_task
from lam_gym.training.metrics import read_metrics

MAIL = "text/mail"


@pytest.fixture(scope="module")
def demos(tmp_path_factory: pytest.TempPathFactory) -> lam_gym.DemoStore:
    return lam_gym.record(MAIL, episodes=6, seed=0, out=tmp_path_factory.mktemp("layouts") / "demos")


def test_copies_show_the_same_scenarios_in_other_layouts(demos: lam_gym.DemoStore) -> None:
    trajectories = demos.load()
    done: list[int] = []
    found = redraw(MAIL, trajectories, 3, done.append)
    assert found.rejected == 0
    assert found.sources == [0, 1, 2, 3, 4, 5] * 3
    assert done[-1] == 18
    screens = set()
    for copy, source in zip(found.trajectories, found.sources):
        assert copy.success
        assert copy.task == MAIL
        assert copy.seed == trajectories[source].seed
        assert copy.fields()["instruction"][0] == trajectories[source].fields()["instruction"][0]
        screens.add("\n".join(copy.fields()["screen"]))
    screens |= {"\n".join(each.fields()["screen"]) for each in trajectories}
    assert len(screens) == 24
    again = redraw(MAIL, trajectories, 3).trajectories
    assert all(one.equals(other) for one, other in zip(found.trajectories, again))


def test_a_demo_of_another_instruction_is_rejected(demos: lam_gym.DemoStore) -> None:
    trajectory = demos.load()[0]
    said = np.full(len(trajectory) + 1, "Do something else.", dtype=object)
    other = replace(trajectory, observations={**trajectory.fields(), "instruction": said})
    found = redraw(MAIL, [other, trajectory], 2)
    assert found.sources == [1, 1]
    assert found.rejected == 2


def test_an_environment_of_one_layout_gives_none() -> None:
    trajectories = lam_gym.rollout(lam_gym.RandomPolicy("control/cartpole"), "control/cartpole", [0])
    assert redraw("control/cartpole", trajectories, 2).trajectories == []


def test_copies_are_trained_on_under_the_same_paraphrases(demos: lam_gym.DemoStore) -> None:
    config = TrainConfig(augment=AugmentConfig(paraphrases=2, layouts=2))
    (data,), rejected = augment_demos([load_task(lam_gym.get_task(MAIL), [demos], "train")], config)
    assert len(data.trajectories) == 18
    assert data.paraphrases is not None
    assert data.paraphrases.texts[6:12] == data.paraphrases.texts[12:] == data.paraphrases.texts[:6]
    assert rejected == {f"augment/{MAIL}/rejected": 0.0, f"augment/{MAIL}/rejected_layouts": 0.0}


def test_training_says_what_it_redraws(demos: lam_gym.DemoStore, tmp_path: Path) -> None:
    config = TrainConfig(
        out=str(tmp_path / "run"),
        preset="xs",
        steps=2,
        batch_size=4,
        evaluate_episodes=0,
        tensorboard=False,
        augment=AugmentConfig(layouts=2),
    )
    said: list[str] = []
    lam_gym.train(config, [demos], notice=said.append)
    assert said[-1] == "redrawing layouts of text/mail: 12 of 12"
    assert read_metrics(tmp_path / "run")[0][f"augment/{MAIL}/rejected_layouts"] == 0.0
