"""`lam-gym play`: a person types the actions or drives; the result is a folder of demonstrations like any other."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from lam_gym.commands.arguments import Switch, TaskName
from lam_gym.demonstrations.metadata import META_FILE
from lam_gym.demonstrations.store import DemoStore
from lam_gym.errors import BadDemos
from lam_gym.human import DriverPolicy, HumanPolicy, Quit, Redo, find_human
from lam_gym.rollouts import rollout
from lam_gym.task import Task, episode_seeds, get_task


@dataclass(frozen=True)
class Play:
    """Be the expert: act by typing or driving, and keep the episodes as demonstrations.

    Driving tasks open a window (extra `human`): arrow keys drive, r starts over, q stops and keeps what is finished.
    Elsewhere each step shows the instruction, the screen and the numbered actions. Type a number or an action (its
    beginning is enough, the tab key completes it), 'redo' to start the episode over, 'quit' to stop and keep what is
    finished. A failed episode may be played again.
    """

    task: TaskName
    """Task to play, such as text/mail (`lam-gym tasks` lists them)."""
    out: Path
    """Folder of the demonstrations; made if it is not there."""
    episodes: int = 10
    """Episodes to play."""
    seed: int = 0
    """Seed of the recording; two seeds share no episode."""
    resume: Switch = False
    """Go on after the episodes that are already in the folder."""

    def run(self) -> None:
        """Play episode by episode; each finished one is written at once."""
        task = get_task(self.task)
        policy = find_human(task)
        store = open_store(self.out, task, self.seed, self.resume)
        print(f"{task.name}: {self.episodes} episodes. {policy.help}")
        play_episodes(policy, store, episode_seeds("demos", self.seed, self.episodes)[len(store) :])
        if isinstance(policy, DriverPolicy):
            policy.close()
        print(f"{len(store)} episodes in '{self.out}'.")


def open_store(folder: Path, task: Task, seed: int, resume: bool) -> DemoStore:
    """A new store in `folder`, or with `resume` the one that is there.

    Raises BadDemos where the folder holds something else than a person's episodes of `task`.
    """
    if not (resume and (folder / META_FILE).exists()):
        return DemoStore.create(folder, task, expert="human", seed=seed)
    store = DemoStore.open(folder)
    if (store.task, store.meta["expert"]) != (task.name, "human"):
        raise BadDemos(
            f"expected a person's episodes of '{task.name}' in '{folder}', got '{store.task}' by"
            f" '{store.meta['expert']}'; choose another folder."
        )
    return store


def play_episodes(policy: HumanPolicy | DriverPolicy, store: DemoStore, seeds: list[int]) -> None:
    """Append one episode a seed to `store`, until the person quits.

    An episode that is played again is not kept; after one that failed the person is asked.
    """
    waiting = list(seeds)
    while waiting:
        try:
            trajectory = rollout(policy, policy.task, waiting[:1], num_envs=1)[0]
        except Redo:
            continue
        except Quit:
            return
        outcome = "success" if trajectory.success else "no success"
        print(f"Episode of seed {trajectory.seed}: {outcome} after {len(trajectory)} steps.")
        try:
            if not policy.keeps(trajectory.success):
                continue
        except Quit:
            waiting = waiting[:1]
        store.append([trajectory])
        waiting.pop(0)
