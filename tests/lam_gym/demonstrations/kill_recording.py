"""Records, is killed, and goes on, many times over; run by test_recording.py.

    python kill_recording.py FOLDER KILLS      prints one JSON object: shards found at each kill, seconds of a recording

Python, Arrow and the environment are imported once; each recording is a fork that SIGKILL ends at a random moment.
After each kill a second fork opens the store, checks every finished shard, resumes, and compares with the undisturbed
store. Any difference ends this program with an exception.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import gymnasium
import numpy as np

from lam_gym.demonstrations.metadata import META_FILE, TIMES
from lam_gym.demonstrations.recording import record
from lam_gym.demonstrations.store import DemoStore
from lam_gym.policy import Memory
from lam_gym.rollouts import rollout
from lam_gym.task import Task
from lam_gym.trajectory import Action, Observation

EPISODES, SHARD_EPISODES = 23, 2


class CountEnv(gymnasium.Env[Any, Any]):
    """Three to six steps of random numbers and a text."""

    observation_space = gymnasium.spaces.Dict(
        {"numbers": gymnasium.spaces.Box(-9, 9, (4,)), "text": gymnasium.spaces.Text(9)}
    )
    action_space = gymnasium.spaces.Discrete(3)

    def reset(self, *, seed: int | None = None, options: Any = None) -> tuple[dict[str, Any], dict[str, Any]]:
        super().reset(seed=seed)
        self._left = int(self.np_random.integers(3, 7))
        return self._observe(), {}

    def step(self, action: int) -> tuple[dict[str, Any], float, bool, bool, dict[str, Any]]:
        self._left -= 1
        return self._observe(), float(self.np_random.normal()), self._left == 0, False, {"success": action == 1}

    def _observe(self) -> dict[str, Any]:
        return {"numbers": self.np_random.normal(size=4).astype(np.float32).clip(-9, 9), "text": f"left {self._left}"}


class SumPolicy:
    """Acts by the sum of the numbers."""

    def start(self, task: Task, num_envs: int) -> Memory:
        return None

    def act(self, observations: Sequence[Observation], memory: Memory) -> tuple[Sequence[Action], Memory]:
        return [int(observation["numbers"].sum() > 0) for observation in observations], memory


def make_count_env(**keywords: Any) -> CountEnv:
    """Any keyword arguments are ignored."""
    return CountEnv()


gymnasium.register("LamTest/Count-v0", entry_point=make_count_env, disable_env_checker=True)
COUNT = Task("test/count", "LamTest/Count-v0", "count", 5)


def run(out: Path, resume: bool) -> None:
    record(COUNT, EPISODES, 3, out, SumPolicy(), resume=resume, num_envs=4, shard_episodes=SHARD_EPISODES)


def fork(action: Callable[[], None]) -> int:
    """Process id of a fork that does this and exits 0."""
    child = os.fork()
    if child:
        return child
    code = 1
    try:
        action()
        code = 0
    finally:
        if code:
            sys.excepthook(*sys.exc_info())
        os._exit(code)


def check_and_resume(out: Path, expected: Path) -> None:
    """The store opens, its finished shards are intact, and resuming makes it equal to the undisturbed one."""
    undisturbed = DemoStore.open(expected)
    if (out / META_FILE).exists():
        store = DemoStore.open(out)
        store.verify()
        assert store.meta["shards"] == undisturbed.meta["shards"][: len(store.meta["shards"])]
    run(out, resume=True)
    resumed = DemoStore.open(out)
    resumed.verify()
    # equal sha256 in the meta, and files that have it: the contents are equal
    assert {**resumed.meta, **dict.fromkeys(TIMES)} == {**undisturbed.meta, **dict.fromkeys(TIMES)}
    assert sorted(os.listdir(out)) == sorted(os.listdir(expected))


def main(folder: Path, kills: int) -> None:
    rollout(SumPolicy(), COUNT, [0])  # imports what forks would import one by one
    DemoStore.create(folder / "warm", COUNT)
    expected = folder / "expected"
    start = time.perf_counter()
    assert os.waitpid(fork(lambda: run(expected, resume=False)), 0)[1] == 0
    seconds = time.perf_counter() - start
    rng = np.random.default_rng()
    found = []
    for number in range(kills):
        out = folder / f"killed-{number}"
        child = fork(lambda out=out: run(out, resume=False))  # type: ignore[misc]
        time.sleep(rng.uniform(0, seconds))
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        listed = len(DemoStore.open(out).meta["shards"]) if (out / META_FILE).exists() else -1
        found.append(listed)
        status = os.waitpid(fork(lambda out=out: check_and_resume(out, expected)), 0)[1]  # type: ignore[misc]
        assert status == 0, f"kill {number}: the store with {listed} shards did not resume to the undisturbed one"
    print(json.dumps({"shards_at_kill": found, "seconds": seconds}))


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
