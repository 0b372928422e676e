"""A seventh text application on the screen engine, in one file: a heating with rooms, recorded, cloned and evaluated.

    python examples/06_own_application.py

An application draws a scenario, words its goal, lists widgets and reacts to their use; screens, admissible actions,
complaints and typed spans come from the engine. `layout` and `phrasing` work as in the shipped applications.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

import gymnasium

import lam_gym
from lam_envs.text.engine import Screen, ScreenEnv, Widget
from lam_envs.text.language import Dice, Grammar, sentence

ROOMS = ("bedroom", "kitchen", "hall", "study", "bathroom", "attic", "cellar", "nursery")
DEGREES = tuple(str(degrees) for degrees in range(16, 24))
GRAMMAR = Grammar(
    {"goal": ("set the {room} to {degrees} degrees", "heat the {room} to {degrees} degrees, please")},
    {"goal": ("I want {degrees} degrees in the {room}", "make it {degrees} degrees in the {room}")},
)
LAYOUTS = {
    "train": {"degrees": ("Degrees", "Temperature"), "save": ("Save", "Confirm")},
    "held_out": {"degrees": ("Heat to", "Warmth"), "save": ("Apply", "Save this")},
}


class HeatingEnv(ScreenEnv):
    """Set one room to the temperature that the instruction names; saving a wrong one ends the episode."""

    def _begin(self, dice: Dice) -> None:
        self.rooms = {room: dice.pick(DEGREES) for room in sorted(dice.sample(ROOMS, 6))}
        room = dice.pick(list(self.rooms))
        wanted = dice.pick([degrees for degrees in DEGREES if degrees != self.rooms[room]])
        self.slots = {"room": room, "degrees": wanted}
        self.labels = self._draw_layout(LAYOUTS, dice)
        self.room, self.chosen = "", ""

    def _say(self, side: str, dice: Dice, used: list[str]) -> str:
        return sentence(GRAMMAR.say("goal", self.slots, side, dice, used))

    def _screen(self) -> Screen:
        if not self.room:
            rows = [Widget("row", f"{room} | {degrees} degrees", "open", room) for room, degrees in self.rooms.items()]
            return Screen("Heating", (), rows, False)
        options = [degrees for degrees in DEGREES if degrees != self.chosen]
        ready = self.chosen != self.rooms[self.room]
        degrees = Widget("dropdown", f"{self.labels['degrees']}: {self.chosen}", "choose", None, options)
        return Screen(
            f"Heating > {self.room}", (), [degrees, Widget("button", self.labels["save"], "save", None, (), ready)]
        )

    def _act(self, event: str, argument: Any, value: str) -> None:
        if event == "open":
            self.room, self.chosen = argument, self.rooms[argument]
        elif event == "choose":
            self.chosen = value
        else:
            self.rooms[self.room] = self.chosen
            self._report(f"set {self.room} to {self.chosen}")
            if {"room": self.room, "degrees": self.chosen} != self.slots:
                self._fail(f"the {self.room} was not to have {self.chosen} degrees")

    def _back(self) -> None:
        self.room = ""

    def _progress(self) -> float:
        return (
            1.0 if self.rooms[self.slots["room"]] == self.slots["degrees"] else 0.5 * (self.room == self.slots["room"])
        )


class HeatingExpert:
    """Shortest plans from the true state."""

    def __init__(self, env: Any) -> None:
        self.env: HeatingEnv = env.unwrapped

    def act(self, observation: Any) -> str:
        env, slots = self.env, self.env.slots
        if env.room != slots["room"]:
            return env.action_for("open", slots["room"]) or "back"
        return (
            env.action_for("choose", None, slots["degrees"])
            if env.chosen != slots["degrees"]
            else env.action_for("save")
        )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--episodes", type=int, default=200)
    parser.add_argument("--steps", type=int, default=400)
    parser.add_argument("--evaluate", type=int, default=200, help="episodes of each evaluation")
    parser.add_argument("--out", type=Path, default=Path("runs/example-06"))
    options = parser.parse_args()

    gymnasium.register("Own/Heating-v0", HeatingEnv, max_episode_steps=10)
    task = lam_gym.Task(
        name="own/heating",
        env_id="Own/Heating-v0",
        instruction="set the heating",
        max_episode_steps=10,
        expert="__main__:HeatingExpert",
        variations={"held_out_phrasing": {"phrasing": "held_out"}, "held_out_layout": {"layout": "held_out"}},
    )
    lam_gym.register_task(task)

    demos = lam_gym.record(task, episodes=options.episodes, seed=0, out=options.out / "demos", resume=True)
    config = lam_gym.TrainConfig(tasks=(task.name,), out=str(options.out / "run"), preset="xs", steps=options.steps)
    lam_gym.train(config, [demos])
    policy = lam_gym.load_policy(config.out)
    for name in (task.name, *(f"{task.name}@{variation}" for variation in task.variations)):
        result = lam_gym.evaluate(policy, name, episodes=options.evaluate, seed=0)
        print(f"{name:<32} success {result.success_rate:.2f} [{result.interval[0]:.2f}, {result.interval[1]:.2f}]")
