"""The expert of Desk: copies the value, then puts it where it is asked for, goal by goal.

`desk(env)` takes a live environment after its reset; `act(observation)` gives the action, `explain()` its reason.
"""

from __future__ import annotations

from typing import Any

import gymnasium as gym

from lam_envs.text.desk import ROWS, DeskEnv
from lam_envs.text.desktop import Goal, Item


class DeskExpert:
    """Shortest plans from the true state."""

    def __init__(self, env: DeskEnv) -> None:
        self._env = env
        self._reason = ""

    def act(self, observation: Any) -> str:
        """The next action of a shortest plan; the observation is not needed, the plan follows the true state."""
        del observation
        env = self._env
        goal = next((goal for goal in env.goals if not goal.done), env.goals[-1])
        panel = env.view in (("new", None), ("write", goal.sink, goal.gap))
        if panel and env.fields["text"] == goal.value:
            return self._write(goal)  # the text stands there already, whatever was copied since
        if not env.holds(goal):
            return self._copy(goal)
        return self._write(goal)

    def explain(self) -> str:
        """Why the last action was chosen."""
        return self._reason

    def _because(self, action: str, reason: str) -> str:
        self._reason = reason
        return action

    def _copy(self, goal: Goal) -> str:
        env = self._env
        if env.view == ("item", goal.source):
            return self._because(env.action_for("copy", goal.field), f"the instruction asks for this {goal.field}")
        return self._find(goal.source, f"{goal.source.origin} shows the {goal.field}")

    def _find(self, item: Item, reason: str) -> str:
        """One step towards an item's own screen."""
        env = self._env
        if env.view[0] == "more" and env.view[1] is item:
            return self._because("back", reason)
        if env.view[0] == "write" and env.view[1] is item:
            return self._because("back", reason)
        if env.view == ("list", item.kind):
            row = env.action_for("open", item)
            page = env.desktop.items[item.kind].index(item) // ROWS
            turn = env.action_for("page", env.page + (1 if page > env.page else -1))
            return self._because(row or turn, reason if row else "the row is on another page")
        return self._because(env.action_for("app", item.kind) or "back", reason)

    def _write(self, goal: Goal) -> str:
        env = self._env
        if goal.verb == "send":
            return self._send(goal)
        sink, where = goal.sink, f"the {goal.field} is to go to {goal.sink.origin}"
        if env.view == ("write", sink, goal.gap):
            return self._fill(goal)
        if env.view == ("item", sink):
            return self._because(env.action_for("write", goal.gap) or env.action_for("more"), where)
        if env.view == ("more", sink):
            return self._because(env.action_for("write", goal.gap), where)
        return self._find(sink, where)

    def _fill(self, goal: Goal) -> str:
        env = self._env
        if env.fields["text"] != goal.value:
            return self._because(env.action_for("text", None, goal.value), f"the clipboard holds the {goal.field}")
        return self._because(env.action_for("commit"), "everything is filled in")

    def _send(self, goal: Goal) -> str:
        """A new message: recipient and text in the order of the screen, then send."""
        env = self._env
        if env.view[0] == "new":
            for widget in env.screen.widgets:
                if widget.event == "to" and env.fields["to"] != goal.sink.full:
                    return self._because(
                        env.action_for("to", None, goal.sink.short), f"it is to go to {goal.sink.full}"
                    )
                if widget.event == "text" and env.fields["text"] != goal.value:
                    return self._fill(goal)
            return self._fill(goal)
        new = env.action_for("new")
        action = new or env.action_for("app", "message") or "back"
        return self._because(action, f"{goal.sink.full} is to get a new message")


def desk(env: gym.Env[Any, Any]) -> DeskExpert:
    """The expert of LamText/Desk-v0."""
    unwrapped = env.unwrapped
    if not isinstance(unwrapped, DeskEnv):
        raise ValueError(f"the desk expert needs a DeskEnv, not {type(unwrapped).__name__}: make LamText/Desk-v0.")
    return DeskExpert(unwrapped)
