"""A person at the keyboard as a policy: typing actions, or driving with the arrow keys.

    HumanPolicy(task).act(...)      asks; `redo` raises Redo, `quit` (or the end of the input) raises Quit
    DriverPolicy(task).act(...)     shows a window; r raises Redo, q (or closing the window) raises Quit
    find_human(task)                the one that fits the task

Text tasks show their screen and numbered actions: type a number or an action. Tasks with a few discrete actions can be
typed where the environment can print itself (MiniGrid's `pprint_grid`, the `as_text` of labeled tables). Driving tasks
are driven in a window (extra `human`). All others are refused in one sentence.
"""

from __future__ import annotations

import importlib
import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from lam_envs.driving.keyboard import LEFT_IS_POSITIVE, Wheel, Window, meta_actions
from lam_gym.errors import BadConfig, LamGymError, MissingExtra, nearest
from lam_gym.policy import Memory
from lam_gym.task import Task, get_task, make_env
from lam_gym.trajectory import Action, Observation

if TYPE_CHECKING:
    import gymnasium

HELP = "Type a number or an action (its beginning is enough), 'redo' to start over, or 'quit' to stop and keep."
DRIVING_HELP = (
    "Up and down change lanes, right and left the speed (or: pedals and wheel), space keeps on; r starts over, q stops."
)
DRIVING = "LamDrive/"
"""Ids that begin so are driven in a window."""
_NUMBERED = re.compile(r"^\[(\d+)\] (.+)$", re.MULTILINE)
_TARGET = re.compile(r"^\S+ (\d+)\b")
INSTRUCTION_KEYS = ("instruction", "mission")
"""Text observation keys that hold what is asked."""


class Redo(LamGymError):
    """The person wants to start this episode over."""


class Quit(LamGymError):
    """The person wants to stop and keep the finished episodes."""


class HumanPolicy:
    """Asks a person for each action. For one environment at a time.

    Args:
        task: the task to be played.
        ask: shows a prompt and returns what was typed (`input` by default); EOFError is the end of the input.
        show: prints one text.

    Raises BadConfig where the task can neither be shown nor typed as text.
    """

    help = HELP

    def __init__(
        self, task: Task | str, ask: Callable[[str], str] | None = None, show: Callable[[str], None] = print
    ) -> None:
        self.task = get_task(task)
        self._ask, self._show = ask or input, show
        env = make_env(self.task)
        self._choices = _discrete_names(self.task, env)
        env.close()

    def start(self, task: Task, num_envs: int) -> Memory:
        """Memory without an environment to show: the observation's own text is all that the person sees."""
        return [None] * num_envs

    def begin(self, task: Task, seed: int, env: gymnasium.Env[Any, Any]) -> Any:
        """The environment itself, so that it can be shown before each action."""
        return env

    def act(self, observations: Sequence[Observation], memory: Memory) -> tuple[Sequence[Action], Memory]:
        """Show each observation and ask for an action. Raises Redo or Quit."""
        assert memory is not None
        return [self._choose(observation, env) for observation, env in zip(observations, memory, strict=True)], memory

    def _choose(self, observation: Observation, env: Any) -> Action:
        self._show(describe(observation, env))
        choices = self._choices or list(observation["admissible_actions"])
        self._show(menu(choices, observation))
        with_completion(choices)
        while True:
            typed = self._heard("> ")
            index = match(typed, choices)
            if index is not None:
                return index if self._choices else choices[index]
            self._show(f"'{typed}' is none of the actions: {nearest(typed, choices)}\n{HELP}")

    def keeps(self, success: bool) -> bool:
        """Whether a finished episode is to be kept: asked where it failed. Raises Quit."""
        with_completion(())
        try:
            return success or bool(self._heard("No success. Enter keeps the episode, 'redo' plays it again > ") or True)
        except Redo:
            return False

    def _heard(self, prompt: str) -> str:
        """What is typed, unless it is redo (Redo) or quit, the end of the input or an interrupt (Quit)."""
        try:
            typed = self._ask(prompt).strip()
        except (EOFError, KeyboardInterrupt):
            raise Quit("the input ended.") from None
        if typed in ("redo", "quit"):
            raise Redo("start over.") if typed == "redo" else Quit("stop.")
        return typed


class DriverPolicy:
    """A person who drives with the arrow keys in a window. For one environment at a time.

    Tasks with meta-actions wait for a key; those with pedals and a wheel run at their own pace, after a first key.

    Raises MissingExtra without pygame, BadConfig where keys cannot act.
    """

    help = DRIVING_HELP

    def __init__(self, task: Task | str, window: Window | None = None) -> None:
        task = get_task(task)
        self.task = replace(task, kwargs={**task.kwargs, "render_mode": "rgb_array"})
        try:
            self.window = window or Window(task.name)
        except ModuleNotFoundError as error:
            raise MissingExtra(str(error)) from error
        env = make_env(self.task)
        space: Any = env.action_space
        self._seconds = 1.0 / float(env.metadata["render_fps"])
        env.close()
        self._wheel: Wheel | None = None
        try:
            self._choices = meta_actions(int(space.n)) if hasattr(space, "n") else None
        except ValueError as error:
            raise BadConfig(f"Task '{task.name}' cannot be driven by keyboard: {error}.") from error

    def start(self, task: Task, num_envs: int) -> Memory:
        """Memory without an environment to show."""
        return [None] * num_envs

    def begin(self, task: Task, seed: int, env: gymnasium.Env[Any, Any]) -> Any:
        """The environment, which is rendered before each action; an episode with a wheel starts at a key."""
        if self._choices is None:
            self._wheel = Wheel(task.env_id in LEFT_IS_POSITIVE)
            self.window.show(env.render(), "any arrow or space starts")  # type: ignore[arg-type]
            heed(self.window.wait_for(("up", "down", "left", "right", "space", "q")))
        return env

    def act(self, observations: Sequence[Observation], memory: Memory) -> tuple[Sequence[Action], Memory]:
        """Show each environment and read the keys. Raises Redo or Quit."""
        assert memory is not None
        return [self._choose(env) for env in memory], memory

    def _choose(self, env: Any) -> Action:
        self.window.show(env.render(), self.help)
        if self._choices is not None:
            return self._choices[heed(self.window.wait_for((*self._choices, "r", "q")))]
        assert self._wheel is not None
        for key in self.window.wait_until(self._seconds):
            heed(key)
        return self._wheel.act(self.window.held)

    def keeps(self, success: bool) -> bool:
        """Every finished episode is kept."""
        return True

    def close(self) -> None:
        """Close the window."""
        self.window.close()


def heed(key: str) -> str:
    """The key, unless it is r (Redo) or q (Quit)."""
    if key in ("r", "q"):
        raise Redo("start over.") if key == "r" else Quit("stop.")
    return key


def find_human(task: Task | str) -> HumanPolicy | DriverPolicy:
    """The way in which a person can play this task. Raises BadConfig where there is none."""
    driven = get_task(task).env_id.startswith(DRIVING)
    return DriverPolicy(task) if driven else HumanPolicy(task)


def match(typed: str, choices: Sequence[str]) -> int | None:
    """Index of the choice that a whole action, a number (from 1) or an unambiguous beginning of one names."""
    if typed in choices:
        return choices.index(typed)
    if typed.isdigit() and 1 <= int(typed) <= len(choices):
        return int(typed) - 1
    begun = [index for index, choice in enumerate(choices) if typed and choice.startswith(typed)]
    return begun[0] if len(begun) == 1 else None


def menu(choices: Sequence[str], observation: Observation) -> str:
    """The numbered actions, each beside the line of the screen that it acts on: "click 2" beside what [2] is."""
    texts = observation.values() if isinstance(observation, dict) else ()
    lines = dict(_NUMBERED.findall("\n".join(text for text in texts if isinstance(text, str))))
    width = min(40, max(map(len, choices), default=0))
    shown = []
    for number, choice in enumerate(choices, start=1):
        target = _TARGET.match(choice)
        caption = lines.get(target[1], "") if target else ""
        shown.append(f"  {number:>2}  {choice:<{width}}  {caption}".rstrip())
    return "\n".join(shown)


def describe(observation: Observation, env: Any) -> str:
    """What the person reads before acting: the instruction, then the screen or the environment as text."""
    lines = [""]
    fields = observation.items() if isinstance(observation, dict) else ()
    texts = {key: value for key, value in fields if isinstance(value, str)}
    lines += [f"Task: {texts.pop(key)}" for key in INSTRUCTION_KEYS if key in texts]
    lines += texts.values()
    printed = _printer(env)
    if printed is not None and not texts:
        lines.append(str(printed()))
    return "\n".join(lines)


def with_completion(choices: Sequence[str]) -> None:
    """Let the tab key complete actions, where Python's readline is there."""
    try:
        readline = importlib.import_module("readline")
    except ImportError:
        return
    words = [*choices, "redo", "quit"]

    def complete(text: str, state: int) -> str | None:
        begun = [word for word in words if word.startswith(text)]
        return begun[state] if state < len(begun) else None

    readline.set_completer_delims("\n")
    readline.set_completer(complete)
    readline.parse_and_bind("tab: complete")


def _printer(env: Any) -> Callable[[], Any] | None:
    """The way in which an environment prints itself: MiniGrid's `pprint_grid`, or `as_text`."""
    inner = getattr(env, "unwrapped", None)
    printer: Callable[[], Any] | None = getattr(inner, "pprint_grid", None) or getattr(inner, "as_text", None)
    return printer


def _discrete_names(task: Task, env: gymnasium.Env[Any, Any]) -> list[str]:
    """Names of the discrete actions; empty for text actions. Raises BadConfig where typing makes no sense."""
    from gymnasium.spaces import Discrete, Text

    if isinstance(env.action_space, Text):
        return []
    if isinstance(env.action_space, Discrete) and env.action_space.start == 0 and _printer(env) is not None:
        inner: Any = env.unwrapped
        if hasattr(inner, "action_names"):
            return list(inner.action_names)
        names = getattr(inner, "actions", range(int(env.action_space.n)))
        return [str(getattr(action, "name", f"action {action}")) for action in names]
    raise BadConfig(
        f"A person can play tasks that are shown and answered as text, not '{task.name}'"
        f" with actions {env.action_space}; try 'text/mail'."
    )
