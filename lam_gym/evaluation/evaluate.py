"""Evaluation by rollouts on held-out seeds, clean and under attack: a policy on a task, or a whole training run.

    evaluate(policy, "text/mail", episodes=200, seed=0)                        clean
    evaluate(policy, task, perturbation=Perturbation("pgd", epsilon=0.1))      attacked
    evaluate_run("runs/run", tasks, demos=["demos/mail"])                      expert, random, B and A, and all files

Every policy meets the same episodes, on seeds that neither demonstrations nor model selection used.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import as_completed
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lam_gym.demonstrations.store import DemoStore
from lam_gym.errors import BadConfig
from lam_gym.evaluation.classification import print_classification, read_names, save_names
from lam_gym.evaluation.comparison import compare
from lam_gym.evaluation.media import record_media
from lam_gym.evaluation.metric_tables import metric_cells, metric_names
from lam_gym.evaluation.rows import CLEAN, Evaluation, Row, file_name, write_rows
from lam_gym.policy import ExpertPolicy, Policy, RandomPolicy
from lam_gym.processes import send, start_workers
from lam_gym.rollouts import stream
from lam_gym.task import Task, episode_seeds, get_task, iterate_tasks
from lam_gym.training.config import Perturbation, TrainConfig
from lam_gym.trajectory import Trajectory

if TYPE_CHECKING:
    from concurrent.futures import ProcessPoolExecutor

    from lam_gym.training.network_policy import NetworkPolicy

__all__ = ["Evaluation", "evaluate", "evaluate_run", "print_evaluations"]

Progress = Callable[[str, int], AbstractContextManager[Callable[[int], None]]]
"""(label, number of episodes) -> context that gives a function to call with the number of finished episodes."""

ATTACKS = ("noise", "pgd")
"""Perturbations of a run's evaluation, each at every epsilon."""

WIDTH_ELSEWHERE = 200
"""Most columns of the printed tables where stdout is no terminal."""

ATTACK_STEPS = 10
"""Steps of PGD in a run's evaluation."""


ABANDONED: Row = {"success": False, "return": 0.0, "length": 0, "terminated": False, "truncated": False}
"""Outcome of an episode that the policy gave up: a failure that earned nothing."""


def evaluate(
    policy: Policy,
    task: Task | str,
    episodes: int = 200,
    seed: int = 0,
    perturbation: Perturbation | None = None,
    num_envs: int = 64,
    num_workers: int = 0,
    progress: Callable[[int], None] | None = None,
    label: str | None = None,
    source: Any = None,
    source_label: str = "",
) -> Evaluation:
    """Run `policy` for `episodes` episodes on seeds that no demonstration and no validation used.

    Args:
        policy: any policy.
        task: a task or its name, variations included ("text/mail@held_out_phrasing").
        episodes: number of episodes; 200 give a Wilson interval of about +-3 % at 95 % success.
        seed: the same seed gives the same episodes to every policy.
        perturbation: attack on the observations (`lam_gym.evaluation.attacks`), or none.
        num_envs: environments side by side; the result does not depend on it.
        num_workers: processes for slow environments.
        progress: called with the number of finished episodes.
        label: name of the policy in the rows; its class name by default.
        source: a policy that the attack is computed on instead (transfer attack), called `source_label` in the rows.
    """
    task = get_task(task)
    if episodes < 1:
        raise BadConfig(f"An evaluation needs at least one episode, got {episodes}.")
    setting = {
        "task": task.name,
        "policy": label or type(policy).__name__,
        "perturbation": perturbation.kind if perturbation else CLEAN,
        "epsilon": float(perturbation.epsilon) if perturbation else 0.0,
        "source": source_label if source is not None else "",
    }
    if perturbation is not None:
        from lam_gym.evaluation.attacks import PerturbedPolicy

        policy = PerturbedPolicy(policy, perturbation, task, seed, source)
    seeds = episode_seeds("evaluation", seed, episodes)
    abandoned: list[int] = []
    finished = stream(policy, task, seeds, num_envs, num_workers, progress=progress, abandoned=abandoned)
    outcomes = {trajectory.seed: _outcome(trajectory) for trajectory in finished}
    outcomes |= {seed: {"seed": seed, **ABANDONED} for seed in abandoned}
    return Evaluation([{**setting, **outcomes[seed]} for seed in seeds])


def _outcome(trajectory: Trajectory) -> Row:
    """What an episode adds to its row."""
    return {
        "seed": trajectory.seed,
        "success": trajectory.success,
        "return": trajectory.episode_return,
        "length": len(trajectory),
        "terminated": trajectory.terminated,
        "truncated": trajectory.truncated,
        **{f"metric/{name}": value for name, value in trajectory.metrics.items() if name != "success"},
    }


def evaluate_run(
    run: str | Path,
    tasks: Sequence[str] = (),
    episodes: int = 200,
    seed: int = 0,
    epsilons: Sequence[float] | None = None,
    out: str | Path | None = None,
    demos: Sequence[DemoStore | str | Path] = (),
    attack_episodes: int | None = None,
    num_envs: int = 64,
    num_workers: int = 0,
    media: bool = True,
    progress: Progress | None = None,
    show: bool = True,
) -> list[Evaluation]:
    """Evaluate a training run: expert, random, B and A clean, B and A under noise and PGD, A on the task's variations.

    Written for each task as soon as it is finished: "<task>.parquet" (rows), "comparison-<task>.json" (where demos
    with a test split are given), "labels-<task>.json" (names of the classes of labeled data) and "media/<task>-..." (a
    success and a failure of A).

    Args:
        run: the run folder.
        tasks: names of the tasks; those that the run was trained on by default.
        episodes: episodes of each clean evaluation.
        seed: seed of the episodes.
        epsilons: sizes of the perturbations; half of and the whole training epsilon by default; none for no attacks.
        out: folder of the files; "evaluation" in the run folder by default.
        demos: stores whose test split B and A are compared on.
        attack_episodes: episodes of each perturbed evaluation; as many as `episodes` by default.
        num_envs: as in `evaluate`.
        num_workers: processes among which the evaluations are shared out; with 0 this one does them all. The result
            does not depend on it.
        media: record a success and a failure of A.
        progress: shows how far each evaluation is.
        show: print a table with intervals when all is done.
    """
    from lam_gym.training.checkpoint import load_policy

    run = Path(run)
    out = run / "evaluation" if out is None else Path(out)
    policy = load_policy(run)
    epsilons = _training_epsilons(run) if epsilons is None else epsilons
    chosen = list(iterate_tasks(list(tasks) or policy.tasks))
    stores = [store if isinstance(store, DemoStore) else DemoStore.open(store) for store in demos]
    held_out = {task.name: _held_out(stores, task) for task in chosen}
    plans = [_Plan(run, task, policy, epsilons, episodes, attack_episodes or episodes) for task in chosen]
    finished: list[Evaluation] = []
    with start_workers(num_workers) as workers:
        keeping = []
        for plan, mine in zip(plans, _carry_out(plans, seed, num_envs, workers, progress)):
            keeping.append(send(workers, _keep, plan, mine, held_out[plan.task.name], out, num_envs, media))
            finished += mine
        for future in keeping:
            future.result()
    if show:
        print_evaluations(finished)
        print_classification(finished, {task.name: read_names(task.name, out) for task in chosen})
    return finished


def _carry_out(
    plans: Sequence[_Plan], seed: int, num_envs: int, workers: ProcessPoolExecutor | None, progress: Progress | None
) -> Iterator[list[Evaluation]]:
    """The evaluations of each plan, one after the other or shared out among worker processes."""
    if workers is None:
        for plan in plans:
            finished = []
            for turn in plan.turns():
                with progress(turn.title, turn.episodes) if progress else nullcontext() as update:
                    finished.append(turn.run(seed, num_envs, update))
            yield finished
        return
    turns = [list(plan.turns()) for plan in plans]
    futures = [[send(workers, _Turn.run, turn, seed, num_envs) for turn in mine] for mine in turns]
    total = sum(turn.episodes for mine in turns for turn in mine)
    with progress("all evaluations", total) if progress else nullcontext() as update:
        done = 0
        for mine in futures:
            for future in as_completed(mine):
                done += len(future.result().rows)
                if update is not None:
                    update(done)
            yield [future.result() for future in mine]


def _keep(
    plan: _Plan, finished: Sequence[Evaluation], held_out: Sequence[Trajectory], out: Path, num_envs: int, media: bool
) -> None:
    """Write what was found on one task."""
    task = plan.task
    write_rows([row for evaluation in finished for row in evaluation.rows], out / f"{file_name(task)}.parquet")
    save_names(task, finished, out)
    if held_out:
        compare(plan.models, task, held_out, num_envs).save(out / f"comparison-{file_name(task)}.json")
    if media:
        clean = next(one for one in finished if one.policy == "A" and one.setting["perturbation"] == CLEAN)
        record_media(plan.policy, task, out / "media", clean)


def _training_epsilons(run: Path) -> tuple[float, float]:
    """Half of and the whole size of the perturbations that the run was trained with."""
    largest = TrainConfig.load(run / "config.toml").perturbation.epsilon
    return largest / 2, largest


@dataclass(frozen=True)
class _Turn:
    """One evaluation that is to be done."""

    label: str
    policy: Policy
    task: Task
    episodes: int
    perturbation: Perturbation | None = None
    source: NetworkPolicy | None = None

    @property
    def title(self) -> str:
        """What a progress bar says."""
        attack = f" under {self.perturbation.kind} {self.perturbation.epsilon:g}" if self.perturbation else ""
        return f"{self.task.name}: {self.label}{attack}"

    def run(self, seed: int, num_envs: int, update: Callable[[int], None] | None = None) -> Evaluation:
        """Do it."""
        return evaluate(
            self.policy,
            self.task,
            self.episodes,
            seed,
            self.perturbation,
            num_envs,
            progress=update,
            label=self.label,
            source=self.source,
            source_label="A" if self.source is not None else "",
        )

    def possible(self) -> bool:
        """Whether the attack applies to the policy and the task: one step of one episode tells."""
        try:
            replace(self, task=replace(self.task, max_episode_steps=1), episodes=1).run(0, 1)
        except BadConfig:
            return False
        return True


class _Plan:
    """What is evaluated on one task of a run."""

    def __init__(
        self, run: Path, task: Task, policy: NetworkPolicy, epsilons: Sequence[float], episodes: int, attacked: int
    ) -> None:
        from lam_gym.training.checkpoint import load_behavior

        self.task, self.policy, self.epsilons = task, policy, epsilons
        self.episodes, self.attacked = episodes, attacked
        self.models: Mapping[str, Policy] = {"B": load_behavior(run, task), "A": policy}
        """Behavior model and large action policy."""

    def turns(self) -> Iterator[_Turn]:
        """Clean evaluations, variations of the task, attacks."""
        if self.task.expert:
            yield _Turn("expert", ExpertPolicy(self.task), self.task, self.episodes)
        yield _Turn("random", RandomPolicy(self.task), self.task, self.episodes)
        for label, model in self.models.items():
            yield _Turn(label, model, self.task, self.episodes)
        for name in self.task.variations:
            yield _Turn("A", self.policy, self.task.vary(name), self.episodes)
        for label, model in self.models.items():
            for kind in ATTACKS:
                yield from self._attacks(label, model, kind)

    def _attacks(self, label: str, model: Policy, kind: Any) -> Iterator[_Turn]:
        """One kind of attack at every epsilon; computed on A where the model itself has no gradients."""
        for source in (None, self.policy):
            turns = [
                _Turn(label, model, self.task, self.attacked, Perturbation(kind, epsilon, ATTACK_STEPS), source)
                for epsilon in self.epsilons
            ]
            if turns and turns[0].possible():
                yield from turns
                return


def _held_out(stores: Sequence[DemoStore], task: Task) -> list[Trajectory]:
    """The test splits of the task's demos."""
    return [
        trajectory
        for store in stores
        if store.task == task.name
        for trajectory in store.load(store.split_indices("test"))
    ]


def print_evaluations(evaluations: Sequence[Evaluation]) -> None:
    """Print a table a task: success and return of each evaluation, with their intervals; and what else was measured."""
    from rich.console import Console
    from rich.table import Table

    console = Console(markup=False, highlight=False, width=None if sys.stdout.isatty() else WIDTH_ELSEWHERE)
    tables: dict[str, Table] = {}
    undisturbed: dict[str, list[dict[str, Any]]] = {}
    for evaluation in evaluations:
        figures = evaluation.figures()
        name, _, variation = figures["task"].partition("@")
        if figures["task"] == name and figures["perturbation"] == CLEAN:
            undisturbed.setdefault(name, []).append(figures)
        if name not in tables:
            tables[name] = Table(title=name, title_justify="left", box=None, pad_edge=False, header_style="bold")
            for header in ("policy", "observations"):
                tables[name].add_column(header, no_wrap=True)
            for header in ("episodes", "success %", "95 %", "return", "95 %"):
                tables[name].add_column(header, justify="right", no_wrap=True)
        (low, high), (least, most) = figures["success_interval"], figures["return_interval"]
        kind, by = figures["perturbation"], f" by way of {figures['source']}" if figures["source"] else ""
        seen = variation or CLEAN if kind == CLEAN else f"{kind} {figures['epsilon']:g}{by}"
        tables[name].add_row(
            *(figures["policy"], seen, f"{figures['episodes']:,}"),
            *(f"{100 * figures['success_rate']:.1f}", f"[{100 * low:.1f}, {100 * high:.1f}]"),
            *(f"{figures['return_mean']:.2f}", f"[{least:.2f}, {most:.2f}]"),
        )
    for name, table in tables.items():
        console.print(table)
        console.print()
        measured = undisturbed.get(name, [])
        if metric_names(measured):
            console.print(_measures(name, measured))
            console.print()


def _measures(task: str, evaluations: Sequence[Mapping[str, Any]]) -> Any:
    """A table of what the last infos measure: one row a measure, mean and interval a policy."""
    from rich.table import Table

    title = f"{task}, other measures"
    shown = Table(title=title, title_justify="left", box=None, pad_edge=False, header_style="bold")
    shown.add_column("measure", no_wrap=True)
    for figures in evaluations:
        shown.add_column(figures["policy"], justify="right", overflow="fold")
        shown.add_column("95 %", justify="right", overflow="fold")
    for name in metric_names(evaluations):
        cells = metric_cells(evaluations, name)
        shown.add_row(name.replace("_", " "), *(text for cell in cells for text in cell))
    return shown
