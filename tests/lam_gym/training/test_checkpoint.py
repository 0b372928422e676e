"""Checkpoints: complete or absent, executing nothing, and corrupt ones answered in one sentence."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from lam_gym import Trajectory, get_task, load_behavior, load_policy, rollout
from lam_gym.demonstrations.store import DemoStore
from lam_gym.errors import BadCheckpoint, BadConfig
from lam_gym.models.presets import PRESETS, Preset
from lam_gym.training import checkpoint
from lam_gym.training.checkpoint import (
    ModelCard,
    find_checkpoint,
    list_checkpoints,
    mark_best,
    optimizer_tensors,
    read_card,
    read_json,
    read_tensors,
    remove_old,
    restore_optimizer,
    save_checkpoint,
)
from lam_gym.training.config import AugmentConfig, LossConfig, TrainConfig
from lam_gym.training.joint import train

TASKS = ("control/cartpole", "drive/lane-keeping", "text/mail", "babyai/GoToLocal")


@pytest.fixture(scope="module")
def trained(real_demos: dict[str, list[Trajectory]], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A run of a few steps over four tasks."""
    folder = tmp_path_factory.mktemp("trained")
    stores = []
    for name in TASKS:
        stores.append(DemoStore.create(folder / name, name))
        stores[-1].append(real_demos[name])
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(PRESETS, "tiny", Preset(width=16, layers=1, heads=2, hidden=16, channels=8))
        config = TrainConfig(
            out=str(folder / "run"),
            preset="tiny",
            steps=6,
            batch_size=4,
            save_every=3,
            evaluate_episodes=0,
            loss=LossConfig(kappa=0.0, kappa_behavior=0.0),
            augment=AugmentConfig(symmetries=False),
            tensorboard=False,
        )
        yield train(config, stores)


@pytest.fixture
def run(trained: Path, tmp_path: Path) -> Path:
    """A copy to break."""
    return Path(shutil.copytree(trained, tmp_path / "run"))


@pytest.mark.parametrize("name", TASKS)
def test_a_loaded_policy_acts_identically(name: str, trained: Path, tmp_path: Path) -> None:
    copied = tmp_path / "elsewhere"
    shutil.copytree(find_checkpoint(trained), copied)
    task = replace(get_task(name), max_episode_steps=6)
    for load in (load_policy, lambda path: load_behavior(path, name)):
        mine, theirs = (rollout(load(path), task, seeds=range(3)) for path in (trained, copied))
        assert all(left.equals(right) for left, right in zip(mine, theirs))
    assert load_policy(trained).tasks == list(TASKS)


def test_saving_and_loading_keeps_every_answer(trained: Path, real_demos: dict[str, list[Trajectory]]) -> None:
    """`log_probs` of a saved and loaded policy is that of the network in memory, bit for bit."""
    folder = find_checkpoint(trained)
    network = read_card(folder).build_policy()
    network.load_state_dict(read_tensors(folder / "average.safetensors"))
    vectors = torch.from_numpy(real_demos["control/cartpole"][0].fields()[""])
    in_memory = checkpoint.NetworkPolicy(network).log_probs("control/cartpole", vectors)
    loaded = load_policy(folder).log_probs("control/cartpole", vectors)
    assert isinstance(in_memory, torch.Tensor)
    assert isinstance(loaded, torch.Tensor)
    assert torch.equal(in_memory, loaded)


def test_nothing_is_pickled(trained: Path) -> None:
    suffixes = {path.suffix for path in trained.rglob("*") if path.is_file()}
    assert suffixes == {".toml", ".jsonl", ".json", ".safetensors"}
    source = Path(checkpoint.__file__).read_text()
    assert "pickle" not in source
    assert "torch.load" not in source


def test_behavior_models_of_variations_and_of_other_tasks(trained: Path) -> None:
    assert load_behavior(trained, "text/mail@held_out_phrasing").tasks == ["text/mail"]  # type: ignore[attr-defined]
    with pytest.raises(BadCheckpoint, match="not trained on 'identity/box'"):
        load_behavior(trained, "identity/box")


def test_a_checkpoint_has_its_name_when_it_is_complete(
    trained: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    card, tensors = read_card(find_checkpoint(trained)), {"policy": {"a": torch.ones(2)}}
    save_checkpoint(tmp_path, 3, card, tensors, {})

    def interrupted(*_: Any) -> None:
        raise KeyboardInterrupt

    for name in ("save_file", "read_json"):
        with monkeypatch.context() as patch:
            patch.setattr(checkpoint, "save_file", interrupted)
            with pytest.raises(KeyboardInterrupt):
                save_checkpoint(tmp_path, 5, card, tensors, {})
        assert [folder.name for folder in list_checkpoints(tmp_path)] == ["step-00000003"], name
    with monkeypatch.context() as patch:
        patch.setattr(checkpoint.os, "replace", interrupted)
        with pytest.raises(KeyboardInterrupt):
            save_checkpoint(tmp_path, 5, card, tensors, {})
    assert len(list_checkpoints(tmp_path)) == 1
    remove_old(tmp_path, [3])
    assert [path.name for path in (tmp_path / "checkpoints").iterdir()] == ["step-00000003"]
    save_checkpoint(tmp_path, 3, card, {"policy": {"a": torch.zeros(2)}}, {"note": 1})
    assert read_tensors(tmp_path / "checkpoints/step-00000003/policy.safetensors")["a"].tolist() == [0, 0]
    assert read_json(tmp_path / "checkpoints/step-00000003/state.json") == {"step": 3, "note": 1}


def test_best_last_and_named(run: Path) -> None:
    card = read_card(find_checkpoint(run))
    save_checkpoint(run, 9, card, {}, {})
    assert find_checkpoint(run).name == "step-00000009", "the last where none is best"
    mark_best(run, 6)
    assert find_checkpoint(run).name == "step-00000006"
    named = run / "checkpoints" / "step-00000009"
    assert find_checkpoint(named) == named
    shutil.rmtree(run / "checkpoints" / "step-00000006")
    assert find_checkpoint(run) == named, "a best that is gone gives way to the last"
    with pytest.raises(BadCheckpoint, match="no checkpoint in"):
        find_checkpoint(run / "nothing")


@pytest.mark.parametrize("content", [b"", b"garbage", b"\xff" * 99, None])
@pytest.mark.parametrize("name", ["average.safetensors", "model.json"])
def test_corrupt_files(name: str, content: bytes | None, run: Path) -> None:
    path = find_checkpoint(run) / name
    if content is None:
        path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    else:
        path.write_bytes(content)
    with pytest.raises(BadCheckpoint, match="use another checkpoint of the run") as caught:
        load_policy(run)
    assert name in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"format": 99}, "has checkpoint format 99, this version reads 2"),
        ({"spaces": None}, "use another checkpoint"),
        ({"preset": {"width": 16}}, "use another checkpoint"),
        (
            {"preset": {"width": 32, "layers": 1, "heads": 2, "hidden": 16, "channels": 8}},
            "do not fit their model card",
        ),
        ({"statistics": {}}, "use another checkpoint"),
        ({"statistics": 7}, "use another checkpoint"),
    ],
)
def test_cards_that_do_not_fit(change: dict[str, Any], words: str, run: Path) -> None:
    path = find_checkpoint(run) / "model.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), **change}))
    with pytest.raises(BadCheckpoint, match=words) as caught:
        load_policy(run)
    assert "\n" not in str(caught.value)


def test_cards_that_are_no_objects(run: Path) -> None:
    (find_checkpoint(run) / "model.json").write_text("[1]")
    with pytest.raises(BadCheckpoint, match="holds no object"):
        load_policy(run)


def test_a_best_that_names_nothing_gives_way_to_the_last(run: Path) -> None:
    (run / "checkpoints" / "best.json").write_text("{}")
    assert find_checkpoint(run).name == "step-00000006"
    (run / "checkpoints" / "best.json").write_text("{")
    with pytest.raises(BadCheckpoint, match=r"best.json' cannot be read"):
        find_checkpoint(run)


def test_missing_behavior_weights(run: Path) -> None:
    (find_checkpoint(run) / "behavior.safetensors").unlink()
    with pytest.raises(BadCheckpoint, match="is missing or corrupt"):
        load_behavior(run, TASKS[0])
    load_policy(run)


def test_cards_survive_json(trained: Path) -> None:
    card = read_card(find_checkpoint(trained))
    again = ModelCard.from_json(json.loads(json.dumps(card.to_json())))
    assert again.to_json() == card.to_json()
    assert again.preset == card.preset
    with pytest.raises(BadConfig, match="clones one task of one plain vector, not control/cartpole, drive"):
        replace(card, preset=PRESETS["mlp"]).build_policy()
    with pytest.raises(BadConfig, match="not text/mail"):
        replace(card, preset=PRESETS["mlp"], spaces=[card.spaces[2]]).build_policy()


def test_optimizer_state_goes_through_files(tmp_path: Path) -> None:
    def make() -> tuple[torch.nn.Linear, torch.optim.AdamW]:
        torch.manual_seed(0)
        layer = torch.nn.Linear(3, 2)
        return layer, torch.optim.AdamW(layer.parameters(), lr=0.1, fused=True)

    def step(layer: torch.nn.Linear, adamw: torch.optim.AdamW, number: int) -> None:
        layer(torch.full((1, 3), float(number))).square().sum().backward()
        adamw.step()
        adamw.zero_grad()

    straight = make()
    for number in range(6):
        step(*straight, number)
    first = make()
    for number in range(3):
        step(*first, number)
    second = make()
    second[0].load_state_dict(first[0].state_dict())
    tensors = optimizer_tensors(first[1])
    assert set(tensors) == {f"{number}.{name}" for number in (0, 1) for name in ("step", "exp_avg", "exp_avg_sq")}
    restore_optimizer(second[1], {key: value.clone() for key, value in tensors.items()})
    for number in range(3, 6):
        step(*second, number)
    for mine, theirs in zip(straight[0].parameters(), second[0].parameters()):
        assert torch.equal(mine, theirs)


def test_a_policy_of_other_spaces(run: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    policy = load_policy(run)
    task = get_task("control/cartpole")
    with pytest.raises(BadCheckpoint, match="same spaces") as caught:
        policy.act([np.zeros(6, np.float32)], policy.start(task, 1))
    assert "\n" not in str(caught.value)
    with pytest.raises(BadCheckpoint, match="not trained on 'identity/box'"):
        rollout(policy, "identity/box", seeds=[0])
    assert isinstance(policy.start(task, 2), list)
