"""`lam-gym tasks`: the table of tasks, or one task in detail."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from lam_gym.commands.tables import print_table
from lam_gym.errors import LamGymError
from lam_gym.human import describe
from lam_gym.task import TASKS, Mirror, Task, episode_seeds, get_task, make_env


@dataclass(frozen=True)
class Tasks:
    """List the tasks that can be recorded, trained on and evaluated.

    Returns are means over 500 episodes. A variation of a task is a task as well: TASK@VARIATION.
    """

    show: str = ""
    """Print one task in detail, with one observation and sampled instructions, also of its held-out phrasing."""
    samples: int = 50
    """Instructions to sample for --show, of each phrasing."""

    def run(self) -> None:
        """Print the table, or the one task."""
        if self.show:
            print_task(get_task(self.show), self.samples)
            return
        rows = [
            (task.name, task.extra or "-", task.random_return, task.expert_return, task.instruction)
            for task in TASKS.values()
        ]
        print_table(("task", "extra", "random return", "expert return", "instruction"), rows)
        print("\nlam-gym tasks --show TASK prints one in detail; pip install 'lam-gym[EXTRA]' installs an extra.")


def print_task(task: Task, samples: int = 50) -> None:
    """Everything about one task that a person may ask before recording it."""
    symmetries = ["mirror" if isinstance(symmetry, Mirror) else symmetry.name for symmetry in task.symmetries]
    facts: list[tuple[str, Any]] = [
        ("task", task.name),
        ("environment", task.env_id),
        ("arguments", ", ".join(f"{key}={value!r}" for key, value in task.kwargs.items()) or "-"),
        ("instruction", task.instruction),
        ("time limit", f"{task.max_episode_steps} steps"),
        ("success", {"info": 'info["success"]', "reward": "last reward > 0"}.get(task.success, task.success)),
        ("expert", task.expert or "-"),
        ("random return", "-" if task.random_return is None else f"{task.random_return:.3f}"),
        ("expert return", "-" if task.expert_return is None else f"{task.expert_return:.3f}"),
        ("symmetries", ", ".join(symmetries) or "-"),
        ("variations", ", ".join(f"{task.name}@{name}" for name in task.variations) or "-"),
        ("extra", f"pip install 'lam-gym[{task.extra}]'" if task.extra else "-"),
    ]
    try:
        facts += _spaces_and_samples(task)
    except LamGymError as error:
        facts.append(("spaces", str(error)))
        samples = 0
    for name, value in facts:
        print(f"{name + ':':<20} {value}")
    phrasings = [task.vary(name) for name in task.variations if "phrasing" in name]
    for sampled in (task, *phrasings) if samples else ():
        instructions = sample_instructions(sampled, samples)
        if instructions:
            print(f"\n{len(instructions)} instructions of {sampled.name}:", *instructions, sep="\n  ")


def sample_instructions(task: Task, samples: int) -> list[str]:
    """Different instructions of the task's first demonstration seeds; none where observations hold none."""
    env = make_env(task)
    found: dict[str, None] = {}
    for seed in episode_seeds("demos", 0, 4 * samples):
        observation, _ = env.reset(seed=seed)
        keys = [key for key in ("instruction", "mission") if isinstance(observation, dict) and key in observation]
        found.update(dict.fromkeys(str(observation[key]) for key in keys))
        if not keys or len(found) >= samples:
            break
    env.close()
    return list(found)


def _spaces_and_samples(task: Task) -> list[tuple[str, Any]]:
    """Spaces and the first observation, from the task's first demonstration seed."""
    env = make_env(task)
    facts: list[tuple[str, Any]] = [("observation space", env.observation_space), ("action space", env.action_space)]
    observation, info = env.reset(seed=episode_seeds("demos", 0, 1)[0])
    admissible = info.get("admissible_actions")
    env.close()
    is_text = isinstance(observation, dict) and all(isinstance(value, str) for value in observation.values())
    facts.append(("sample observation", describe(observation, None) if is_text else observation))
    if admissible:
        facts.append(("its actions", ", ".join(admissible)))
    return facts
