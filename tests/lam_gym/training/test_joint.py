"""The training loop: behavior cloning to the last bit, identity tasks in seconds, runs that survive being killed."""

from __future__ import annotations

import json
import os
import signal
import time
import warnings
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch.nn import functional as F

from lam_gym import ExpertPolicy, Trajectory, get_task, rollout
from lam_gym.demonstrations.splits import split
from lam_gym.demonstrations.store import DemoStore
from lam_gym.errors import BadCheckpoint, BadConfig, BadDemos
from lam_gym.models import imitation_bc
from lam_gym.models.behavior import VectorNetwork
from lam_gym.models.large_action import ActionNetwork
from lam_gym.models.presets import PRESETS, Preset
from lam_gym.models.spaces import describe
from lam_gym.training import joint
from lam_gym.training.batches import TaskData
from lam_gym.training.checkpoint import list_checkpoints, load_behavior, load_policy, read_tensors
from lam_gym.training.config import AugmentConfig, LossConfig, OptimizerConfig, Perturbation, TrainConfig
from lam_gym.training.joint import train
from lam_gym.training.metrics import read_metrics

Write = Callable[[str, list[Trajectory]], DemoStore]
Demos = Callable[[str, int], list[Trajectory]]
NOTHING = LossConfig(lambda_=0.0, kappa=0.0, kappa_behavior=0.0, beta=0.0, rho=0.0)
EVERYTHING = LossConfig(lambda_=1.0, kappa=0.2, kappa_behavior=0.2, beta=0.2, rho=0.3)
CARTPOLE, LANE, MAIL = "control/cartpole", "drive/lane-keeping", "text/mail"


@pytest.fixture(autouse=True)
def _tiny_preset(monkeypatch: pytest.MonkeyPatch) -> None:
    tiny = Preset(width=16, layers=1, heads=2, hidden=16, channels=8)
    monkeypatch.setitem(PRESETS, "tiny", tiny)
    monkeypatch.setitem(PRESETS, "behavior", tiny)


def settings(out: Path, **changes: Any) -> TrainConfig:
    """A run of few steps without rollouts."""
    base = TrainConfig(
        out=str(out),
        preset="tiny",
        steps=12,
        batch_size=8,
        behavior_hidden=(8,),
        log_every=5,
        save_every=4,
        evaluate_every=0,
        evaluate_episodes=0,
        tensorboard=False,
        perturbation=Perturbation("pgd", 0.1, 2),
    )
    return replace(base, **changes)


def final(run: Path) -> dict[str, dict[str, torch.Tensor]]:
    """Every tensor of a run's last checkpoint, by file."""
    return {path.stem: read_tensors(path) for path in list_checkpoints(run)[-1].glob("*.safetensors")}


def untimed(run: Path) -> list[dict[str, float]]:
    return [{key: value for key, value in line.items() if not key.startswith("time/")} for line in read_metrics(run)]


def assert_same_run(left: Path, right: Path) -> None:
    mine, theirs = final(left), final(right)
    assert mine.keys() == theirs.keys()
    for name in mine:
        assert mine[name].keys() == theirs[name].keys()
        assert all(torch.equal(value, theirs[name][key]) for key, value in mine[name].items()), name
    assert untimed(left) == untimed(right)
    states = [json.loads((list_checkpoints(run)[-1] / "state.json").read_text()) for run in (left, right)]
    assert states[0] == states[1]


# Behavior cloning


@pytest.mark.parametrize(("name", "preset"), [(CARTPOLE, "mlp"), (LANE, "mlp"), (MAIL, "tiny"), (CARTPOLE, "tiny")])
def test_a_run_without_coefficients_is_behavior_cloning_bit_for_bit(
    name: str, preset: str, real_demos: dict[str, list[Trajectory]], store: Write, tmp_path: Path
) -> None:
    """The weights of a whole `train` run equal those of a loop written out by hand on the same batches."""
    demos = store(name, real_demos[name])
    optimizer = OptimizerConfig(schedule="constant", warmup=0.0, learning_rate=3e-3, ema=0.0, max_grad_norm=0.5)
    config = settings(
        tmp_path / "run", preset=preset, loss=NOTHING, optimizer=optimizer, augment=AugmentConfig(symmetries=False)
    )
    trained = read_tensors(list_checkpoints(train(config, [demos]))[-1] / "policy.safetensors")

    task = get_task(name)
    data = TaskData(task, describe(task), demos.load())
    torch.manual_seed(config.seed)
    network: Any
    if preset == "mlp":
        network = VectorNetwork(data.spaces, data.statistics(), (8,))
    else:
        network = ActionNetwork([data.spaces], PRESETS["tiny"], {name: data.statistics()})
    adamw = torch.optim.AdamW(network.parameters(), lr=3e-3, betas=(0.9, 0.98), weight_decay=0.01, fused=True)
    rows = np.random.default_rng((config.seed, 2, 0, 0)).integers(len(data), size=(256, config.batch_size))
    losses = []
    for step in range(config.steps):
        batch = data.batch(torch.from_numpy(rows[step]))
        answer = network(name, batch.inputs)
        if data.spaces.action.kind == "continuous":
            loss = -answer.log_prob(batch.actions).mean()
        else:
            loss = F.nll_loss(answer.log_probs, batch.actions)
        adamw.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(network.parameters(), 0.5)
        adamw.step()
        losses.append(loss.item())
    assert trained.keys() == network.state_dict().keys()
    assert all(torch.equal(value, trained[key]) for key, value in network.state_dict().items())
    logged = [line["train/loss"] for line in read_metrics(config.out)]
    means = [np.mean(losses[:5]), np.mean(losses[5:10]), np.mean(losses[10:])]
    assert logged == pytest.approx(means, rel=1e-6, abs=1e-6), "a mean near zero has lost digits of its terms"
    assert all(set(line) == {"step", "train/loss", "time/step_s"} for line in read_metrics(config.out))


def test_a_run_without_behavior_models_has_none(
    real_demos: dict[str, list[Trajectory]], store: Write, tmp_path: Path
) -> None:
    run = train(settings(tmp_path / "run", loss=NOTHING), [store(CARTPOLE, real_demos[CARTPOLE])])
    assert "behavior" not in final(run)
    with pytest.raises(BadCheckpoint, match=r"behavior.safetensors' is missing"):
        load_behavior(run, CARTPOLE)


# Identity tasks


@pytest.mark.parametrize(
    ("form", "steps"),
    [
        ("discrete", 70),
        ("box", 140),
        ("codes", 100),
        ("grid", 80),
        ("memory", 120),
        ("text", 130),
        ("set", 220),
        ("picture", 60),
    ],
)
def test_identity_tasks_are_learnt_in_seconds(
    form: str, steps: int, identity_demos: Demos, store: Write, tmp_path: Path
) -> None:
    config = settings(
        tmp_path / "run",
        steps=steps,
        batch_size=16,
        save_every=1000,
        behavior_hidden=(32,),
        loss=LossConfig(lambda_=1.0, kappa=0.05, kappa_behavior=0.0),
        optimizer=OptimizerConfig(learning_rate=1e-2, behavior_learning_rate=1e-2, ema=0.9, weight_decay=0.0),
    )
    run = train(config, [store(f"identity/{form}", identity_demos(form, 60))])
    played = rollout(load_policy(run), f"identity/{form}", seeds=range(1000, 1030))
    assert np.mean([episode.success for episode in played]) == 1.0
    clone = rollout(load_behavior(run, f"identity/{form}"), f"identity/{form}", seeds=range(1000, 1030))
    assert np.mean([episode.success for episode in clone]) >= 0.9


# Killed and resumed


@pytest.fixture(scope="module")
def three_stores(real_demos: dict[str, list[Trajectory]], tmp_path_factory: pytest.TempPathFactory) -> list[DemoStore]:
    stores = []
    for name in (CARTPOLE, LANE, MAIL, "babyai/GoToLocal"):
        made = DemoStore.create(tmp_path_factory.mktemp("demos") / "store", name)
        made.append(real_demos[name])
        stores.append(made)
    return stores


class Killed(Exception):
    """The run ends here."""


def kill_after(monkeypatch: pytest.MonkeyPatch, saves: int) -> None:
    """End the run a few steps after its checkpoint number `saves`."""
    count = {"saves": 0, "steps": 0}
    save, apply = joint.save, joint.apply_gradients

    def counted_save(*arguments: Any) -> None:
        save(*arguments)
        count["saves"] += 1

    def counted_apply(*arguments: Any) -> None:
        apply(*arguments)
        if count["saves"] >= saves:
            count["steps"] += 1
            if count["steps"] == 2:
                raise Killed

    monkeypatch.setattr(joint, "save", counted_save)
    monkeypatch.setattr(joint, "apply_gradients", counted_apply)


@pytest.mark.parametrize("saves", [0, 1, 2])
def test_a_stopped_run_goes_on_bit_for_bit(
    saves: int, three_stores: list[DemoStore], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every coefficient, four tasks, averages, both optimisers, means between two log lines."""

    def config(out: str) -> TrainConfig:
        augment = AugmentConfig(reorder=True)
        return settings(
            tmp_path / out, loss=EVERYTHING, augment=augment, dropout=0.1, tasks_per_step=2, perturb_every=2
        )

    undisturbed = train(config("undisturbed"), three_stores)
    with monkeypatch.context() as patched:
        kill_after(patched, saves)
        with pytest.raises(Killed):
            train(config("killed"), three_stores)
    resumed = train(config("killed"), three_stores, resume=True)
    assert_same_run(undisturbed, resumed)
    assert {"policy", "average", "behavior", "optimizer_policy", "optimizer_behavior"} == set(final(resumed))


def test_best_checkpoints_survive_too(
    three_stores: list[DemoStore], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def config(out: str) -> TrainConfig:
        return settings(tmp_path / out, steps=6, save_every=2, evaluate_every=2, evaluate_episodes=2, tasks=(MAIL,))

    undisturbed = train(config("undisturbed"), three_stores)
    with monkeypatch.context() as patched:
        kill_after(patched, 1)
        with pytest.raises(Killed):
            train(config("killed"), three_stores)
    resumed = train(config("killed"), three_stores, resume=True)
    assert_same_run(undisturbed, resumed)
    best = [(run / "checkpoints" / "best.json").read_text() for run in (undisturbed, resumed)]
    assert best[0] == best[1]
    assert [path.name for path in list_checkpoints(undisturbed)] == [path.name for path in list_checkpoints(resumed)]


def start_and_kill(config: TrainConfig, store: DemoStore, resume: bool, lines: int) -> None:
    """Run `train` in a process of its own and end it by SIGKILL once it has logged this many lines."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # threads and fork: torch keeps to one thread here
        child = os.fork()
    if child == 0:
        try:
            train(config, [store], resume=resume)
        finally:
            os._exit(0)
    deadline = time.monotonic() + 60
    while len(read_metrics(config.out)) < lines and os.waitpid(child, os.WNOHANG) == (0, 0):
        assert time.monotonic() < deadline
        time.sleep(0.001)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)


def test_a_killed_process_goes_on_bit_for_bit(three_stores: list[DemoStore], tmp_path: Path) -> None:
    """SIGKILL at whatever byte the process is writing, some times over."""
    config = settings(tmp_path / "undisturbed", steps=400, save_every=2, log_every=1, loss=NOTHING, preset="mlp")
    undisturbed = train(config, three_stores[:1])
    killed = replace(config, out=str(tmp_path / "killed"))
    for number, lines in enumerate((1, 5, 17, 40)):
        start_and_kill(killed, three_stores[0], number > 0, lines)
        assert len(read_metrics(killed.out)) < 400
    resumed = train(killed, three_stores[:1], resume=True)
    assert_same_run(undisturbed, resumed)
    assert not list((resumed / "checkpoints").glob(".step*"))


# Refusals


def test_runs_that_cannot_be_resumed(
    three_stores: list[DemoStore], real_demos: dict[str, list[Trajectory]], store: Write, tmp_path: Path
) -> None:
    config = settings(tmp_path / "run", steps=4, tasks=(CARTPOLE,))
    with pytest.raises(BadCheckpoint, match="nothing to resume in"):
        train(config, three_stores, resume=True)
    train(config, three_stores)
    with pytest.raises(BadConfig, match="holds a run already: resume it"):
        train(config, three_stores)
    with pytest.raises(BadConfig, match="settings differ"):
        train(replace(config, batch_size=9), three_stores, resume=True)
    with pytest.raises(BadConfig, match="settings differ"):
        train(replace(config, loss=NOTHING), three_stores, resume=True)
    other = store(CARTPOLE, real_demos[CARTPOLE][:1])
    with pytest.raises(BadCheckpoint, match="demos differ"):
        train(config, [other], resume=True)
    finished = final(Path(config.out))
    train(config, three_stores, resume=True)
    assert all(torch.equal(value, finished["policy"][key]) for key, value in final(Path(config.out))["policy"].items())


def test_demos_of_other_observations_are_other_demos(
    real_demos: dict[str, list[Trajectory]], store: Write, tmp_path: Path
) -> None:
    config = settings(tmp_path / "run", steps=4)
    train(config, [store(CARTPOLE, real_demos[CARTPOLE])])
    moved = [replace(each, observations=each.fields()[""] + np.float32(0.01)) for each in real_demos[CARTPOLE]]
    with pytest.raises(BadCheckpoint, match="demos differ"):
        train(config, [store(CARTPOLE, moved)], resume=True)


def test_demos_that_are_missing(three_stores: list[DemoStore], tmp_path: Path) -> None:
    with pytest.raises(BadDemos, match="'identity/box' has no demos among those given"):
        train(settings(tmp_path / "run", tasks=("identity/box",)), three_stores)
    with pytest.raises(BadDemos, match=r"they are of: none"):
        train(settings(tmp_path / "run", tasks=(CARTPOLE,)), [])
    with pytest.raises(BadConfig, match="may be named once"):
        train(settings(tmp_path / "run", tasks=(CARTPOLE, CARTPOLE)), three_stores)
    with pytest.raises(BadConfig, match="Preset 'mlp' clones one task"):
        train(settings(tmp_path / "run", preset="mlp"), three_stores)
    train(settings(tmp_path / "run", preset="mlp", steps=1, tasks=(CARTPOLE,)), three_stores)  # the folder is free
    with pytest.raises(BadConfig, match="There is no preset"):
        train(settings(tmp_path / "other", preset="huge"), three_stores)


# What a run reports


def test_progress_metrics_and_validation(
    real_demos: dict[str, list[Trajectory]], identity_demos: Demos, store: Write, tmp_path: Path
) -> None:
    demos = store("identity/discrete", identity_demos("discrete", 30))
    split(demos, seed=1)
    seen: list[tuple[int, float]] = []
    config = settings(tmp_path / "run", evaluate_every=6, evaluate_episodes=3, tensorboard=True)
    run = train(config, [str(demos.path)], progress=lambda done, loss: seen.append((done, loss)))
    lines = read_metrics(run)
    assert [line["step"] for line in lines] == [5, 6, 10, 12, 12]
    assert seen == [(line["step"], line["train/loss"]) for line in lines if "train/loss" in line]
    checked = [line for line in lines if "evaluate/identity/discrete/success_rate" in line]
    assert [line["step"] for line in checked] == [6, 12]
    assert {"evaluate/identity/discrete/return", "validate/identity/discrete/loss"} < set(checked[0])
    parts = lines[0]["train/loss_imitation"] + lines[0]["train/loss_guidance"]
    parts += lines[0]["train/loss_behavior"] + lines[0]["train/loss_agreement"]
    assert parts == pytest.approx(lines[0]["train/loss"], rel=1e-5)
    assert list((run / "tensorboard").iterdir())
    assert TrainConfig.load(run / "config.toml") == replace(config, tasks=("identity/discrete",))


def test_the_best_checkpoint_is_the_one_that_does_best(
    identity_demos: Demos, store: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rates = iter([0.5, 1.0, 0.2])

    def validate(*_: Any) -> dict[str, float]:
        return {"evaluate/identity/box/success_rate": next(rates)}

    monkeypatch.setattr(joint, "validate", validate)
    config = settings(tmp_path / "run", steps=6, evaluate_every=2, evaluate_episodes=1, save_every=1)
    run = train(config, [store("identity/box", identity_demos("box", 4))])
    assert [path.name for path in list_checkpoints(run)] == ["step-00000004", "step-00000006"]
    best = read_tensors(run / "checkpoints" / "step-00000004" / "average.safetensors")
    loaded = load_policy(run).network.state_dict()
    assert all(torch.equal(value, best[key]) for key, value in loaded.items())
    last = load_policy(run / "checkpoints" / "step-00000006").network.state_dict()
    assert any(not torch.equal(value, best[key]) for key, value in last.items())


@pytest.mark.parametrize("kind", ["tree", "imitation"])
@pytest.mark.parametrize("name", [CARTPOLE, LANE, MAIL])
def test_fixed_guides(
    kind: Any,
    name: str,
    real_demos: dict[str, list[Trajectory]],
    store: Write,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Trees and imitation's BC guide through kappa, are kept with the run, and reload as they were."""
    fit = imitation_bc._train
    monkeypatch.setattr(imitation_bc, "_train", lambda policy, data, _, *rest: fit(policy, data, 30, *rest))
    demos = store(name, real_demos[name])
    config = settings(
        tmp_path / "run", behavior=kind, loss=LossConfig(kappa=0.5), augment=AugmentConfig(symmetries=False)
    )
    if (kind, name) == ("imitation", MAIL):
        with pytest.raises(BadConfig, match="takes text"):
            train(config, [demos])
        return
    run = train(config, [demos])
    assert read_metrics(run)[-1]["train/loss_guidance"] > 0
    assert "train/loss_behavior" not in read_metrics(run)[-1]
    clone = load_behavior(run, name)
    task = replace(get_task(name), max_episode_steps=10)
    assert len(rollout(clone, task, seeds=range(2))) == 2
    assert "optimizer_behavior" not in final(run)
    plain = train(settings(tmp_path / "plain", loss=NOTHING, augment=config.augment), [demos])
    assert not all(torch.equal(value, final(plain)["policy"][key]) for key, value in final(run)["policy"].items())
    train(config, [demos], resume=True)


def test_a_variation_is_a_task_to_train_on(tmp_path: Path, store: Write) -> None:
    name = "text/mail@held_out_phrasing"
    demos = store(name, rollout(ExpertPolicy(name), name, seeds=range(2)))
    run = train(settings(tmp_path / "run", steps=2, batch_size=2), [demos])
    for policy in (load_policy(run), load_behavior(run, name)):
        assert rollout(policy, replace(get_task(name), max_episode_steps=2), seeds=[0])
    with pytest.raises(BadCheckpoint, match="not trained on 'text/mail'"):
        load_behavior(run, MAIL)


def test_fixed_guides_cannot_follow_symmetries(three_stores: list[DemoStore], tmp_path: Path) -> None:
    with pytest.raises(BadConfig, match=r"augment.symmetries to false"):
        train(settings(tmp_path / "run", behavior="tree", tasks=(LANE,)), three_stores)
