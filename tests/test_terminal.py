"""`lam-gym play` in a real terminal: numbers, beginnings, the tab key, redo and quit; what is kept is a demo."""

from __future__ import annotations

import os
import select
import sys
import time
from pathlib import Path

import pytest

from lam_gym.demonstrations.store import DemoStore
from lam_gym.policy import ExpertPolicy
from lam_gym.rollouts import rollout
from lam_gym.task import episode_seeds

pty = pytest.importorskip("pty")
pytest.importorskip("readline")
TASK = "text/shop"
PATIENCE = 90.0
"""Seconds to wait for an answer; a loaded machine starts slowly."""


class Terminal:
    """A child process behind a pseudo-terminal."""

    def __init__(self, arguments: list[str]) -> None:
        self.process, self.line = pty.fork()
        if self.process == 0:  # pragma: no cover
            environment = {**os.environ, "TERM": "dumb", "INPUTRC": "/dev/null"}
            os.execve(sys.executable, [sys.executable, *arguments], environment)
        self.seen = ""
        self.read = 0

    def expect(self, text: str) -> str:
        """Wait for `text` after what was expected before; what came until its end."""
        deadline = time.monotonic() + PATIENCE
        while (found := self.seen.find(text, self.read)) < 0:
            left = deadline - time.monotonic()
            ready = select.select([self.line], [], [], max(0.0, left))[0]
            try:
                data = os.read(self.line, 65536) if ready else b""
            except OSError:  # the child is gone
                data = b""
            if not data:
                raise AssertionError(f"'{text}' never came; last: {self.seen[-800:]}")
            self.seen += data.decode(errors="replace").replace("\r\n", "\n")
        came = self.seen[self.read : found + len(text)]
        self.read = found + len(text)
        return came

    def type(self, text: str) -> None:
        os.write(self.line, text.encode())

    def close(self) -> int:
        """Wait for the end; the exit code."""
        _, status = os.waitpid(self.process, 0)
        os.close(self.line)
        return os.waitstatus_to_exitcode(status)


def test_a_person_at_a_terminal(tmp_path: Path) -> None:
    seed = episode_seeds("demos", 0, 2)[0]
    (expected,) = rollout(ExpertPolicy(TASK), TASK, [seed])
    offered = expected.admissible_actions
    assert offered is not None
    plan = [str(action) for action in expected.actions]
    out = tmp_path / "demos"
    arguments = ["-m", "lam_gym", "play", TASK, "--out", str(out), "--episodes", "2"]
    terminal = Terminal(arguments)
    shown = terminal.expect("\n> ")
    assert str(expected.observation(0)["instruction"]) in shown
    assert f"   1  {offered[0][0]}" in shown
    terminal.type("nonsense\n")
    terminal.expect("is none of the actions")
    terminal.expect("> ")
    terminal.type(f"{offered[0].index(plan[0]) + 1}\n")  # by its number
    terminal.expect("\n> ")
    terminal.type("redo\n")
    assert str(expected.observation(0)["screen"]).split("\n")[-1] in terminal.expect("\n> ")
    for step, action in enumerate(plan):
        beginning = next(
            action[:length]
            for length in range(1, len(action) + 1)
            if sum(other.startswith(action[:length]) for other in [*offered[step], "redo", "quit"]) == 1
            or length == len(action)
        )
        terminal.type(beginning if step % 2 else f"{beginning}\t")
        if not step % 2:
            terminal.expect(action)  # the tab key completed it
        terminal.type("\n")
        if step + 1 < len(plan):
            terminal.expect("\n> ")
    terminal.expect(f"Episode of seed {seed}: success after {len(plan)} steps.")
    terminal.expect("\n> ")
    terminal.type("quit\n")
    terminal.expect("1 episodes in")
    assert terminal.close() == 0
    store = DemoStore.open(out)
    assert (len(store), store.meta["expert"]) == (1, "human")
    assert store[0].equals(expected)
