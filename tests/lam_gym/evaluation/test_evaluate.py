"""Evaluations of policies and of whole runs: seeds, independence of the batch, files."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from lam_gym.demonstrations.recording import record
from lam_gym.demonstrations.splits import split
from lam_gym.demonstrations.store import DemoStore
from lam_gym.errors import BadConfig, BadDemos, UnknownTask
from lam_gym.evaluation.evaluate import evaluate, evaluate_run
from lam_gym.evaluation.report import write_report
from lam_gym.evaluation.rows import COLUMNS, Evaluation, group_rows, read_rows
from lam_gym.policy import Memory, RandomPolicy
from lam_gym.task import episode_seeds, get_task
from lam_gym.training.checkpoint import load_policy
from lam_gym.training.config import AugmentConfig, Perturbation, TrainConfig
from lam_gym.training.joint import train
from lam_gym.trajectory import Action, Observation

TASK = "control/cartpole"
MAIL = "text/mail"


@pytest.fixture(scope="module")
def evaluation() -> Evaluation:
    return evaluate(RandomPolicy(TASK), TASK, episodes=12, label="random")


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run of a few steps on a vector task and a text task, beside its demos."""
    folder = tmp_path_factory.mktemp("run")
    split(record(TASK, 8, 0, folder / "cartpole", policy=RandomPolicy(TASK)), 0.5, 0.0, 0.5)
    split(record(MAIL, 8, 0, folder / "mail"), 0.5, 0.0, 0.5)
    config = TrainConfig(
        tasks=(TASK, MAIL),
        out=str(folder / "run"),
        preset="xs",
        steps=2,
        batch_size=4,
        evaluate_episodes=0,
        tensorboard=False,
    )
    return train(config, [folder / "cartpole", folder / "mail"])


def test_one_row_an_episode_on_evaluation_seeds(evaluation: Evaluation) -> None:
    assert [row["seed"] for row in evaluation.rows] == episode_seeds("evaluation", 0, 12)
    assert set(COLUMNS) <= set(evaluation.rows[0])
    assert (evaluation.task, evaluation.policy) == (TASK, "random")
    assert evaluation.setting["perturbation"] == "clean"
    assert all(row["return"] == row["length"] for row in evaluation.rows)
    assert evaluation.success_rate == 0.0
    assert evaluation.interval == pytest.approx((0.0, 0.2425), abs=1e-4)
    low, high = evaluation.return_interval
    assert low < evaluation.return_mean < high


def test_the_number_of_environments_changes_nothing(evaluation: Evaluation) -> None:
    done: list[int] = []
    alone = evaluate(RandomPolicy(TASK), TASK, episodes=12, label="random", num_envs=1, progress=done.append)
    assert alone.rows == evaluation.rows
    assert done == list(range(1, 13))


def test_no_episodes_is_an_error() -> None:
    with pytest.raises(BadConfig, match="at least one episode"):
        evaluate(RandomPolicy(TASK), TASK, episodes=0)


def test_label_defaults_to_the_class() -> None:
    assert evaluate(RandomPolicy(TASK), TASK, episodes=1).policy == "RandomPolicy"


def test_giving_up_is_a_failure() -> None:
    class Quitter(RandomPolicy):
        def act(self, observations: Sequence[Observation], memory: Memory) -> tuple[Sequence[Action], Memory]:
            return [0] + [None] * (len(observations) - 1), memory

    result = evaluate(Quitter(TASK), TASK, episodes=3, num_envs=3)
    assert [row["seed"] for row in result.rows] == episode_seeds("evaluation", 0, 3)
    assert [row["length"] > 0 for row in result.rows] == [True, False, False]
    assert result.successes == 0


def test_a_run_is_evaluated_from_every_side(
    run: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("lam_gym.evaluation.evaluate.ATTACK_STEPS", 2)
    titles: list[str] = []

    @contextmanager
    def progress(label: str, total: int) -> Iterator[Any]:
        titles.append(label)
        yield lambda done: None

    demos = [run.parent / "cartpole", run.parent / "mail"]
    found = evaluate_run(run, episodes=4, attack_episodes=2, demos=demos, epsilons=(0.1,), progress=progress)
    assert len(titles) == len(found)
    settings = {(one.task, one.policy, one.setting["perturbation"], len(one.rows)) for one in found}
    for task in (TASK, MAIL):
        assert {(task, name, "clean", 4) for name in ("expert", "random", "B", "A")} <= settings
        assert {(task, name, kind, 2) for name in "AB" for kind in ("noise", "pgd")} <= settings
    assert (f"{MAIL}@held_out_phrasing", "A", "clean", 4) in settings
    expert = next(one for one in found if one.policy == "expert" and one.task == MAIL)
    assert expert.success_rate == 1.0
    groups = group_rows(read_rows(run / "evaluation" / "text-mail.parquet"))
    assert [group.figures() for group in groups] == [one.figures() for one in found if one.task.startswith(MAIL)]
    comparison = json.loads((run / "evaluation" / "comparison-text-mail.json").read_text())
    assert comparison["episodes"] == len(DemoStore.open(demos[1]).split_indices("test")) > 0
    assert set(comparison["policies"]) == {"A", "B"}
    assert list((run / "evaluation" / "media").glob("text-mail-*.txt"))
    assert "held_out_phrasing" in capsys.readouterr().out
    assert "text/mail" in write_report(run).read_text()


def test_worker_processes_find_and_write_the_same(run: Path, tmp_path: Path) -> None:
    counts: list[int] = []

    @contextmanager
    def progress(label: str, total: int) -> Iterator[Any]:
        yield counts.append
        assert counts[-1] == total

    demos = [run.parent / "cartpole", run.parent / "mail"]
    rows, files = [], []
    for workers in (0, 2):
        out = tmp_path / str(workers)
        shown = progress if workers else None
        found = evaluate_run(run, (), 3, 0, (), out, demos, num_workers=workers, progress=shown, show=False)
        rows.append([one.rows for one in found])
        files.append({path.relative_to(out) for path in out.rglob("*")})
    assert rows[0] == rows[1]
    assert files[0] == files[1] != set()
    assert counts == sorted(counts)


@pytest.mark.parametrize("task", [TASK, MAIL])
def test_attacks_on_networks_do_not_depend_on_the_batch(run: Path, task: str) -> None:
    policy, perturbation = load_policy(run), Perturbation("pgd", 0.5, 2)
    short = replace(get_task(task), max_episode_steps=5)
    together = evaluate(policy, short, episodes=3, perturbation=perturbation, num_envs=3)
    alone = evaluate(policy, short, episodes=3, perturbation=perturbation, num_envs=1)
    assert together.rows == alone.rows


def test_a_tree_is_attacked_by_way_of_the_large_policy(run: Path, tmp_path: Path) -> None:
    config = TrainConfig(
        tasks=(TASK,),
        out=str(tmp_path / "run"),
        preset="xs",
        behavior="tree",
        augment=AugmentConfig(symmetries=False),
        steps=1,
        evaluate_episodes=0,
        tensorboard=False,
    )
    train(config, [run.parent / "cartpole"])
    found = evaluate_run(tmp_path / "run", [TASK], 1, epsilons=(0.2,), media=False, show=False)
    sources = {one.setting["source"] for one in found if one.policy == "B" and one.setting["perturbation"] == "pgd"}
    assert sources == {"A"}


def test_files_go_where_they_are_asked_to(run: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = evaluate_run(run, [TASK], 2, epsilons=(), out=tmp_path / "out", media=False, show=False)
    assert [one.policy for one in found] == ["expert", "random", "B", "A"]
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["control-cartpole.parquet"]
    assert capsys.readouterr().out == ""


def test_wrong_tasks_and_unsplit_demos_are_one_sentence(run: Path, tmp_path: Path) -> None:
    with pytest.raises(UnknownTask):
        evaluate_run(run, ["control/cartpol"])
    record(TASK, 1, 5, tmp_path / "raw")
    with pytest.raises(BadDemos, match="no split 'test'"):
        evaluate_run(run, [TASK], demos=[tmp_path / "raw"])


def test_imports_no_torch() -> None:
    code = "import sys, lam_gym.evaluation.evaluate, lam_gym.evaluation.report; print('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "False\n"
