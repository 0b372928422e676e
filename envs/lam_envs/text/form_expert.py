"""The expert of Form: a shortest plan from the true state, as far as the screen has told it, with reasons in words.

It enters what the instruction says and what the form has said since; what the form will not take it learns, as anybody
does, by sending it. `form(env)` takes a live environment after its reset; `act(observation)` gives the action,
`explain()` its reason.
"""

from __future__ import annotations

from typing import Any

import gymnasium as gym

from lam_envs.text.booking_forms import Entry
from lam_envs.text.form import FormEnv


class FormExpert:
    """Fills in the first entry that is not right, page by page, then sends the form."""

    def __init__(self, env: FormEnv) -> None:
        self._env = env
        self._reason = ""

    def act(self, observation: Any) -> str:
        """The next action; the observation is not needed, the plan follows the true state."""
        del observation
        env = self._env
        if env.form is None:
            service = env.goal.service
            return self._because(env.action_for("service", service), f"a {service} is to be booked")
        if env.form is not env.goal:
            return self._because("back", "this is not the service to book")
        wrong = next((entry for entry in env.pages[env.page] if not entry.is_right()), None)
        if wrong is not None:
            return self._enter(wrong)
        if any(not entry.is_right() for page in env.pages[: env.page] for entry in page):
            return self._because("back", "an entry of an earlier page is not right yet")
        if env.page + 1 < len(env.pages):
            return self._because(env.action_for("page", env.page + 1), "this page is right")
        return self._because(env.action_for("submit"), "every entry is right")

    def explain(self) -> str:
        """Why the last action was chosen."""
        return self._reason

    def _because(self, action: str, reason: str) -> str:
        self._reason = reason
        return action

    def _enter(self, entry: Entry) -> str:
        """Make one entry right."""
        env, aim = self._env, entry.aim()
        name = entry.name.replace("_", " ")
        if entry.told and entry.value:
            reason = f"the form says of {name}: {entry.advice()}"
        else:
            reason = f"{name} is to be {aim}" if aim != entry.initial else f"{name} is to stay as it was"
        if entry.kind == "checkbox":
            return self._because(env.action_for("check", entry), reason)
        if entry.kind == "radio":
            return self._because(env.action_for("radio", (entry, aim or entry.value)), reason)
        return self._because(env.action_for("enter", entry, aim), reason)


def form(env: gym.Env[Any, Any]) -> FormExpert:
    """The expert of LamText/Form-v0."""
    unwrapped = env.unwrapped
    if not isinstance(unwrapped, FormEnv):
        raise ValueError(f"the form expert needs a FormEnv, not {type(unwrapped).__name__}: make LamText/Form-v0.")
    return FormExpert(unwrapped)
