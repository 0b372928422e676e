"""TextWorld's generated games as text tasks: Coin Collector and The Cooking Game (package `textworld`).

    gym.make("LamTextWorld/Game-v0", game="coin", level=5)        one coin at the end of a chain of five rooms
    gym.make("LamTextWorld/Game-v0", game="cooking", level=3)     read the recipe, prepare the meal, eat it

A game is compiled when it is first played, which takes seconds, into the user's cache folder ($LAM_GYM_CACHE, else
"lam-gym" in $XDG_CACHE_HOME or ~/.cache); several processes may do so at once. Seeds of demos, validation and
evaluation play different games.

Sources: Côté et al. 2018, "TextWorld: A Learning Environment for Text-based Games"; Yuan et al. 2018, "Counting to
Explore and Generalize in Text-based Games" (Coin Collector); First TextWorld Problems 2019 (Cooking).
"""

from __future__ import annotations

import importlib
import os
import re
import shutil
import tempfile
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import gymnasium
from gymnasium import spaces

from lam_envs.third_party import ExpertFailure, require

SEED_REGION = 2**28
"""Seeds below it play games of train, the next as many games of validation, the rest games of test."""
PARTS = ("train", "validation", "test")
FIRST_GAME = (10_000, 20_000, 30_000)
"""TextWorld's own seed of the first game of each part."""
COOKING: Mapping[int, Mapping[str, Any]] = {
    1: {"recipe": 1, "take": 1, "open": True},
    2: {"recipe": 1, "take": 1, "open": True, "cut": True},
    3: {"recipe": 2, "take": 1, "open": True, "cut": True, "cook": True},
    4: {"recipe": 2, "take": 1, "go": 6, "open": True, "cut": True, "cook": True},
}
"""Level of the cooking game -> its skills: ingredients, those to be fetched, rooms, doors and boxes, knife, stove."""
_PLAIN: Mapping[str, Any] = {
    "recipe": 1, "take": 0, "go": 1, "open": False, "cook": False, "cut": False, "drop": False, "recipe_seed": 0,
    "split": None,
}  # fmt: skip
_PRINTABLE = "".join(chr(code) for code in range(32, 127))
_STATUS = re.compile(r"^>?\s*-= .* =-\s*-?\d+/\d+$|^>$")
_TITLE = re.compile(r"^-= .* =-$")
_COOKBOOK = "examine cookbook"
_SENTENCE = re.compile(r"(?<=[.!?])\s+")
_AND = re.compile(r", and |, | and ")
_OPPOSITE = {"north": "south", "south": "north", "east": "west", "west": "east"}


def cache_folder() -> Path:
    """Where compiled games are kept."""
    named = os.environ.get("LAM_GYM_CACHE")
    if named:
        return Path(named) / "textworld"
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "lam-gym" / "textworld"


def game_file(game: str, level: int, seed: int) -> Path:
    """The compiled game of this kind, level and TextWorld seed; compiled first where the cache has none.

    It is compiled in a folder of its own and then moved into the cache, the data file before the game, so that no
    process ever sees half a game.
    """
    version: str = require("textworld", "textworld").__version__
    folder = cache_folder() / version
    path = folder / f"{game}-{level}-{seed}.z8"
    if path.exists():
        return path
    folder.mkdir(parents=True, exist_ok=True)
    work = Path(tempfile.mkdtemp(prefix=f".{path.stem}-", dir=folder))
    try:
        compiled = _compile(game, level, seed, work / path.name)
        os.replace(compiled.with_suffix(".json"), path.with_suffix(".json"))
        os.replace(compiled, path)
    finally:
        shutil.rmtree(work, ignore_errors=True)
    return path


def _compile(game: str, level: int, seed: int, path: Path) -> Path:
    options = importlib.import_module("textworld.generator.game").GameOptions()
    options.seeds = seed
    options.path = str(path)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        if game == "coin":
            options.grammar.only_last_action = True  # says where the coin is, not the way there
            maker = importlib.import_module("textworld.challenges.tw_coin_collector.coin_collector")
            made = maker.make({"level": level}, options)
        else:
            maker = importlib.import_module("textworld.challenges.tw_cooking.cooking")
            made = maker.make({**_PLAIN, **COOKING[level]}, options)
        return Path(importlib.import_module("textworld.generator").compile_game(made, options))


class TextWorldEnv(gymnasium.Env[dict[str, str], str]):
    """
    ## Description

    One of TextWorld's generated games, played by words. In "coin" a coin lies at the end of a chain of rooms (levels 1
    to 100: that many rooms; 101 to 200: as many more that lead nowhere). In "cooking" the recipe in the cookbook says
    which ingredients to fetch and how to cut and cook them (levels 1 to 4, see `COOKING`).

    ## Action Space

    `Text`: a command, one of `info["admissible_actions"]`. Any other changes nothing, costs the step, and the screen
    says so.

    ## Observation Space

    `Dict(instruction=Text, screen=Text)`. The instruction is the game's objective, and the recipe once it has been
    read. The screen shows the last command and its answer (of a walk: where it came from), what is carried, a thing a
    line, and the room, a sentence a line.

    ## Rewards

    1 on winning, else 0. `info` has `success`, `progress` (share of the game's own score) and `admissible_actions`.

    ## Starting State

    The seed says the game: seeds below 2^28 go through the games of train, the next 2^28 through those of validation,
    all others through those of test; no game is in two of them. A game always begins alike.

    ## Episode End

    The game is won or lost.

    ## Arguments

    * `game="coin"`: "coin" or "cooking".
    * `level=5`: its difficulty.
    * `games=(20, 5, 20)`: games of train, validation and test.
    * `render_mode=None`: "ansi" gives the screen as text.

    ## Version History

    * v0: first version (textworld 1.7).
    """

    metadata: dict[str, Any] = {"render_modes": ["ansi"], "render_fps": 2}  # noqa: RUF012

    def __init__(
        self,
        game: str = "coin",
        level: int = 5,
        games: tuple[int, int, int] = (20, 5, 20),
        render_mode: str | None = None,
    ) -> None:
        levels = range(1, 201) if game == "coin" else COOKING
        if game not in ("coin", "cooking") or level not in levels:
            raise ValueError(
                f"Expected the game 'coin' with level 1 to 200 or 'cooking' with level 1 to {max(COOKING)}, got"
                f" '{game}' with level {level}."
            )
        enough = len(games) == len(PARTS) and all(1 <= count <= 10_000 for count in games)
        if not enough or render_mode not in (None, "ansi"):
            raise ValueError(
                f"Expected 1 to 10000 games for each of {', '.join(PARTS)} and render mode 'ansi' or none, got {games}"
                f" and '{render_mode}'."
            )
        self.game, self.level, self.games, self.render_mode = game, level, tuple(games), render_mode
        self.observation_space = spaces.Dict(
            instruction=spaces.Text(1000, charset=_PRINTABLE), screen=spaces.Text(10_000, charset=_PRINTABLE + "\n")
        )
        self.action_space = spaces.Text(200, charset=_PRINTABLE)
        self.state: Any = None
        """The game's own state, with `policy_commands`: the rest of a plan to win."""
        self._part, self._playing = 0, Path()
        self._world: Any = None
        self._recipe, self._last, self._over = "", "", False

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[dict[str, str], dict[str, Any]]:
        """Begin the game that the seed names; without a seed, one drawn from the same part."""
        super().reset(seed=seed)
        if seed is not None:
            self._part = min(seed // SEED_REGION, len(PARTS) - 1)
        count = self.games[self._part]
        number = int(self.np_random.integers(count)) if seed is None else seed % SEED_REGION % count
        path = game_file(self.game, self.level, FIRST_GAME[self._part] + number)
        self._open(path)
        self.state = self._world.reset()
        self._recipe, self._last, self._over = "", "", False
        return self._observe(), self._info()

    def step(self, action: str) -> tuple[dict[str, str], float, bool, bool, dict[str, Any]]:
        """Give a command."""
        if self._over or self.state is None:
            raise ValueError("The game is over or has not begun: call reset().")
        if action not in self.state.admissible_commands:
            self._last = f"> {_plain(action)}\nThat does nothing here."
            return self._observe(), 0.0, False, False, self._info()
        self.state, _, over = self._world.step(action)
        answer = _answer(self.state.feedback)
        if action == _COOKBOOK:
            self._recipe = _recipe(answer)
            answer = "You read the recipe."
        moved = any(_TITLE.match(line) for line in answer.split("\n"))  # the room is shown anyway
        self._last = f"> {action}\n{_way_back(action) if moved else answer}".rstrip()
        self._over = bool(over)
        return self._observe(), float(self.state.won), self._over, False, self._info()

    def render(self) -> str | None:  # type: ignore[override]
        """The screen."""
        return None if self.render_mode is None or self.state is None else self._observe()["screen"]

    def close(self) -> None:
        """Let the interpreter go."""
        if self._world is not None:
            self._world.close()
            self._world, self._playing = None, Path()

    @property
    def recipe_read(self) -> bool:
        """Whether the cookbook has been read in this episode."""
        return bool(self._recipe)

    def _open(self, path: Path) -> None:
        """Load a game into the interpreter, unless it is there already."""
        if self._world is not None and path == self._playing:
            return
        textworld = require("textworld", "textworld")
        wanted = textworld.EnvInfos(
            feedback=True, description=True, inventory=True, objective=True, admissible_commands=True, won=True,
            lost=True, score=True, max_score=True, policy_commands=True,
        )  # fmt: skip
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # "not fully supported": TextWorld tracks the score itself
            if self._world is None:
                self._world = textworld.start(str(path), wanted)
            else:
                self._world.load(str(path))
        self._playing = path

    def _observe(self) -> dict[str, str]:
        shown = [self._last] if self._last else []
        shown += [_items(_answer(self.state.inventory)), _SENTENCE.sub("\n", _answer(self.state.description))]
        instruction = f"{_plain(self.state.objective)} {self._recipe}".rstrip()
        return {"instruction": instruction[:1000], "screen": "\n".join(shown)[:10_000]}

    def _info(self) -> dict[str, Any]:
        commands = () if self._over else tuple(self.state.admissible_commands)
        progress = self.state.score / self.state.max_score if self.state.max_score else 0.0
        return {"admissible_actions": commands, "success": bool(self.state.won), "progress": float(progress)}


def _plain(text: str) -> str:
    """Printable characters on one line."""
    return " ".join(text.encode("ascii", "replace").decode().split())


def _answer(text: str | None) -> str:
    """What the game says, without empty lines, status line and the menu after its end."""
    lines = [_plain(line) for line in (text or "").split("\n")]
    lines = [line for line in lines if line and not _STATUS.match(line)]
    return "\n".join(line for line in lines if not line.startswith("Would you like to RESTART"))


def _recipe(answer: str) -> str:
    """What the cookbook says, on one line: "Ingredients: red onion. Directions: dice the red onion, prepare meal."."""
    _, found, listed = answer.partition("Ingredients:\n")
    ingredients, directed, directions = listed.partition("\nDirections:\n")
    if not found or not directed:
        return _plain(answer)
    return f"Ingredients: {_list(ingredients)}. Directions: {_list(directions)}."


def _list(lines: str) -> str:
    return ", ".join(lines.split("\n"))


def _items(inventory: str) -> str:
    """What is carried, a thing a line."""
    start, found, things = inventory.rstrip(".").partition("carrying: ")
    return "\n".join([f"{start}carrying:", *_AND.split(things)]) if found else inventory


def _way_back(command: str) -> str:
    """Where a walk came from."""
    back = _OPPOSITE.get(command.removeprefix("go "))
    return f"You came from the {back}." if back else ""


class Planner:
    """The expert: TextWorld's own plan from the current state, after reading the recipe where there is one."""

    def __init__(self, env: gymnasium.Env[Any, Any]) -> None:
        self._env: Any = env.unwrapped

    def act(self, observation: Any) -> str:
        """The next command of the shortest plan. Raises `ExpertFailure` where the game cannot be won any more."""
        state = self._env.state
        if self._env.game == "cooking" and not self._env.recipe_read and _COOKBOOK in state.admissible_commands:
            return _COOKBOOK
        if not state.policy_commands:
            raise ExpertFailure("The game cannot be won from here: skip this episode.")
        command: str = state.policy_commands[0]
        return command


def planner(env: gymnasium.Env[Any, Any]) -> Planner:
    """The expert of TextWorld games, on a live environment."""
    return Planner(env)
