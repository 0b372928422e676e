"""Third-party tasks: which package brings an environment id, the extra that installs it, and its expert.

Importing this module imports none of those packages; `require` does, and answers their absence with the extra.
BabyAI (minigrid): the time limit is the environment's own `max_steps` (64 for the one-room levels); the reward is
`1 - 0.9 * steps / max_steps` on success and 0 otherwise, so an episode succeeded exactly when its last reward is
positive. Expert: the planner `BabyAIBot` that minigrid ships; on a few seeds of the large levels it goes in circles
or gives up with an exception, which becomes `ExpertFailure` here so that a recorder can skip the episode and count it.
highway-env: see `lam_envs.driving.highway_env`.
"""

from __future__ import annotations

import fnmatch
import importlib
import importlib.util
from collections.abc import Callable
from dataclasses import dataclass
from types import ModuleType
from typing import Any

import gymnasium


class ExpertFailure(ValueError):
    """The expert cannot go on with this episode: skip the episode and count it."""


def _silence_babyai() -> None:
    """Make minigrid's level generator keep its "Sampling rejected" lines to itself.

    The generator prints one line for every layout that it throws away. Shadowing `print` in that one module costs
    nothing per episode and, unlike redirecting `sys.stdout`, leaves every other writer and thread alone.
    """
    level = importlib.import_module("minigrid.envs.babyai.core.roomgrid_level")
    vars(level)["print"] = _say_nothing


def _say_nothing(*_: object, **__: object) -> None:
    """Stand in for `print`."""


def _register_highway_env() -> None:
    """Register "highway-env/<id>", the environments of highway-env that keep their constants to themselves."""
    importlib.import_module("lam_envs.driving.highway_env").register_ids()


def _unchanged(env: gymnasium.Env[Any, Any]) -> gymnasium.Env[Any, Any]:
    return env


@dataclass(frozen=True)
class ThirdParty:
    """Where a family of environment ids comes from."""

    module: str
    """Module whose import registers the ids."""
    extra: str
    """Extra of lam-gym that installs it."""
    prepare: Callable[[], None] | None = None
    """Called once after the import."""
    wrap: Callable[[gymnasium.Env[Any, Any]], gymnasium.Env[Any, Any]] = _unchanged
    """Applied to each new environment; BabyAI's dictionaries of image, direction and mission need no wrapper."""


THIRD_PARTY: dict[str, ThirdParty] = {
    "BabyAI-*": ThirdParty("minigrid", "babyai", prepare=_silence_babyai),
    "MiniGrid-*": ThirdParty("minigrid", "babyai", prepare=_silence_babyai),
    "highway-env/*": ThirdParty("highway_env", "highway", prepare=_register_highway_env),
    "LamTextWorld/*": ThirdParty("textworld", "textworld"),
}
"""Environment ids (a shell pattern) -> the package behind them."""


def find(env_id: str) -> ThirdParty | None:
    """The table's row for `env_id`, or None when the id is not a third-party one."""
    for pattern, row in THIRD_PARTY.items():
        if fnmatch.fnmatchcase(env_id, pattern):
            return row
    return None


def require(module: str, extra: str) -> ModuleType:
    """Import `module`, or raise a `ModuleNotFoundError` that names the extra which installs it.

    An installed module that fails inside its own import raises that failure unchanged.
    """
    if importlib.util.find_spec(module.partition(".")[0]) is None:
        raise ModuleNotFoundError(
            f"This task needs the module '{module}', which is not installed: pip install 'lam-gym[{extra}]'."
        )
    imported = importlib.import_module(module)
    for row in THIRD_PARTY.values():
        if row.module == module and row.prepare is not None:
            row.prepare()
    return imported


def make(env_id: str, **kwargs: Any) -> gymnasium.Env[Any, Any]:
    """`gymnasium.make` for a third-party id: its package imported, its environment wrapped as the table says."""
    row = find(env_id)
    if row is None:
        known = ", ".join(THIRD_PARTY)
        raise ValueError(f"'{env_id}' is not a third-party id; expected one that matches {known}: use gymnasium.make.")
    require(row.module, row.extra)
    return row.wrap(gymnasium.make(env_id, **kwargs))


SEARCH_LIMIT = 1000
"""Path searches within one decision (solvable missions take a few) after which the bot counts as going in circles."""


class BabyAIExpert:
    """The planner that minigrid ships, following one episode.

    It reads the environment's full state, not the observation, remembers what the agent has seen, and is deterministic.
    """

    def __init__(self, env: gymnasium.Env[Any, Any]) -> None:
        require("minigrid", "babyai")
        bot = importlib.import_module("minigrid.utils.baby_ai_bot")
        self._env = env
        self._last_action: int | None = None
        try:
            self._bot = bot.BabyAIBot(env.unwrapped)
        except Exception as error:
            raise self._failure(error) from error
        self._search = self._bot._breadth_first_search
        self._searches = 0
        self._bot._breadth_first_search = self._counted_search

    def act(self, observation: Any, last_action: int | None = None) -> int:
        """The bot's action, 0 to 6, for the environment's current state.

        `last_action` is what was executed since the last call when that was not the bot's own advice. Raises
        `ExpertFailure` where the bot gives up.
        """
        taken = self._last_action if last_action is None else last_action
        self._searches = 0
        try:
            action = int(self._bot.replan(taken))
        except Exception as error:
            raise self._failure(error) from error
        self._last_action = action
        return action

    def _counted_search(self, *args: Any, **kwargs: Any) -> Any:
        self._searches += 1
        if self._searches > SEARCH_LIMIT:
            raise RecursionError(f"{SEARCH_LIMIT} path searches led to no action")
        return self._search(*args, **kwargs)

    def _failure(self, error: Exception) -> ExpertFailure:
        mission = getattr(self._env.unwrapped, "mission", "")
        return ExpertFailure(
            f"BabyAIBot gave up on the mission '{mission}' ({type(error).__name__}): skip this episode."
        )


def babyai_bot(env: gymnasium.Env[Any, Any]) -> BabyAIExpert:
    """The expert of BabyAI tasks, built on a live environment right after its reset."""
    return BabyAIExpert(env)
