"""Template paraphrase: verified paraphrases, drawn into batches, the same in a window and in every form of a batch."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

import lam_gym
from lam_gym.augmentation.paraphrases import Paraphrases, paraphrase
from lam_gym.errors import BadConfig
from lam_gym.models.spaces import describe
from lam_gym.training.batches import TaskData
from lam_gym.training.config import AugmentConfig, LossConfig, TrainConfig
from lam_gym.training.metrics import read_metrics
from lam_gym.training.sampling import Sampler

MAIL = "text/mail"


@pytest.fixture(scope="module")
def demos(tmp_path_factory: pytest.TempPathFactory) -> lam_gym.DemoStore:
    return lam_gym.record(MAIL, episodes=6, seed=0, out=tmp_path_factory.mktemp("paraphrase") / "demos")


def test_paraphrases_are_other_sentences_of_the_same_episode(demos: lam_gym.DemoStore) -> None:
    trajectories = demos.load()
    found = paraphrase(MAIL, trajectories, 4, seed=1)
    assert found.offered >= 12
    assert found.rejected == 0
    for trajectory, texts in zip(trajectories, found.texts):
        assert texts[0] == trajectory.fields()["instruction"][0]
        assert len(set(texts)) == len(texts) > 1
    assert paraphrase(MAIL, trajectories, 4, seed=1) == found
    assert paraphrase(MAIL, trajectories, 4, seed=2) != found


def test_paraphrases_that_lose_a_span_are_rejected(demos: lam_gym.DemoStore, monkeypatch: pytest.MonkeyPatch) -> None:
    from lam_envs.text.mail import MailEnv

    monkeypatch.setattr(MailEnv, "paraphrases", lambda self, count, seed: ["Do something."] * count, raising=False)
    typed = [each for each in demos.load() if any("type" in action for action in each.actions)]
    found = paraphrase(MAIL, typed, 2)
    assert found.rejected == found.offered == 2 * len(typed) > 0
    assert all(len(texts) == 1 for texts in found.texts)


def test_a_task_without_instruction_is_refused() -> None:
    trajectories = lam_gym.rollout(lam_gym.RandomPolicy("control/cartpole"), "control/cartpole", [0])
    with pytest.raises(BadConfig, match="nothing to reword"):
        paraphrase("control/cartpole", trajectories, 2)


def test_batches_show_a_drawn_paraphrase(demos: lam_gym.DemoStore) -> None:
    trajectories = demos.load()
    found = paraphrase(MAIL, trajectories[:-1], 3)
    data = TaskData(lam_gym.get_task(MAIL), describe(lam_gym.get_task(MAIL)), trajectories, paraphrases=found)
    ends = np.arange(len(data))
    first, last = np.zeros(len(data)), np.full(len(data), 0.999)
    recorded = data.frames(ends)
    assert (data.frames(ends, first).fields["instruction"] == recorded.fields["instruction"]).all()
    other = data.frames(ends, last)
    changed = other.fields["instruction"] != recorded.fields["instruction"]
    steps = sum(len(trajectory) for trajectory in trajectories[:-1])
    assert changed[:steps].all()
    assert not changed[steps:].any()
    for draws in (first, last):
        quick, slow = data.batch(torch.from_numpy(ends), draws), data.encode(data.frames(ends, draws))
        width = min(quick.inputs.fields["instruction"].shape[1], slow.inputs.fields["instruction"].shape[1])
        assert torch.equal(quick.inputs.fields["instruction"][:, :width], slow.inputs.fields["instruction"][:, :width])
        assert torch.equal(quick.actions, slow.actions)


def test_the_sampler_draws_by_seed_and_step(demos: lam_gym.DemoStore) -> None:
    task = lam_gym.get_task(MAIL)
    trajectories = demos.load()
    data = TaskData(task, describe(task), trajectories, paraphrases=paraphrase(task, trajectories, 3))
    config = TrainConfig(batch_size=16, loss=LossConfig(rho=0.0), augment=AugmentConfig(paraphrases=3))
    again = Sampler([data], config).batch(0, 5)[0]
    assert torch.equal(
        Sampler([data], config).batch(0, 5)[0].inputs.fields["instruction"], again.inputs.fields["instruction"]
    )
    plain = data.batch(Sampler([data], config).ends(0, 5))
    assert not torch.equal(plain.inputs.fields["instruction"], again.inputs.fields["instruction"])


def test_training_reports_what_was_rejected(demos: lam_gym.DemoStore, tmp_path: Path) -> None:
    config = TrainConfig(
        out=str(tmp_path / "run"),
        preset="xs",
        steps=2,
        batch_size=4,
        evaluate_episodes=0,
        tensorboard=False,
        augment=AugmentConfig(paraphrases=2),
    )
    said: list[str] = []
    lam_gym.train(config, [demos], notice=said.append)
    assert said[0].startswith("verifying paraphrases of text/mail: 0 of ")
    assert read_metrics(tmp_path / "run")[0]["augment/text/mail/rejected"] == 0.0


def test_no_paraphrases_are_asked_for_by_default() -> None:
    assert AugmentConfig().paraphrases == 0
    assert Paraphrases((("a",),)).rejected == 0
