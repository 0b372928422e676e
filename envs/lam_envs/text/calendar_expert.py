"""The expert of Calendar: a shortest plan from the true state, one step at a time, with reasons in words.

`calendar(env)` takes a live environment after its reset; `act(observation)` gives the action, `explain()` its reason.
"""

from __future__ import annotations

from typing import Any

import gymnasium as gym

from lam_envs.text.agenda import HOURS, WEEK, Meeting, day_name
from lam_envs.text.calendar import CalendarEnv


class CalendarExpert:
    """Finds the meeting or the free hour, and does what is asked in the order of the instruction."""

    def __init__(self, env: CalendarEnv) -> None:
        self._env = env
        self._reason = ""

    def act(self, observation: Any) -> str:
        """The next action of a shortest plan; the observation is not needed, the plan follows the true state."""
        del observation
        env = self._env
        if env.target is None:
            return self._create()
        if self._shown() is env.target:
            return self._handle(env.target)
        return self._find(env.target)

    def explain(self) -> str:
        """Why the last action was chosen."""
        return self._reason

    def _because(self, action: str, reason: str) -> str:
        self._reason = reason
        return action

    def _shown(self) -> Meeting | None:
        """The meeting of the current screen or panel."""
        name, *rest = self._env.view
        if name in ("week", "agenda", "day", "new"):
            return None
        shown = rest[0][0] if name == "hours" else rest[0]
        assert isinstance(shown, Meeting)
        return shown

    def _turn_to(self, day: int) -> str:
        """One step from the days of a week towards one of them."""
        env, week = self._env, day // WEEK
        if env.week != week:
            return self._because(env.action_for("turn", week), "the day lies in the other week")
        return self._because(env.action_for("day", day), f"{day_name(day)} is the day")

    def _find(self, target: Meeting) -> str:
        """One step towards the meeting's own screen."""
        env = self._env
        row = env.action_for("open", target)
        if row:
            return self._because(row, f"this is the {target.title} with {target.person.full}")
        if env.view[0] != "week":
            return self._because("back", "the meeting is not here")
        if "day" in env.slots or env.week != env.goal_week:
            return self._turn_to(target.day)
        return self._because(env.action_for("agenda"), "the instruction does not say on which day the meeting is")

    def _handle(self, target: Meeting) -> str:
        """One step of the first verb that is not done."""
        env = self._env
        verb = next(verb for verb in env.verbs if not env.is_done(verb))
        if verb == "move":
            return self._move(target)
        if verb == "cancel" and env.view[0] == "cancel":
            return self._because(env.action_for("confirm"), "the meeting is to be canceled")
        if verb == "cancel" or env.view[0] != verb:
            return self._press(verb)
        if verb == "rename":
            return self._fill("title", env.title.title, "save")
        return self._fill("person", env.person.full, "send")

    def _press(self, verb: str) -> str:
        """A button of the meeting, behind `more` or in view."""
        env, reason = self._env, f"the instruction asks to {verb} the meeting"
        if env.view[0] in ("meeting", "more"):
            action = env.action_for(verb) or env.action_for("more")
            if action:
                return self._because(action, reason)
        return self._because("back", reason)

    def _move(self, target: Meeting) -> str:
        env, day = self._env, self._env.goal_day
        when = (day, env.goal_hour)
        if env.view[0] == "hours" and env.view[1][1] == day:
            return self._because(env.action_for("put", when), f"{HOURS[env.goal_hour]} is the hour asked for, and free")
        if env.view[0] == "move":
            return self._because(env.action_for("hours", (target, day)), f"the meeting goes to {day_name(day)}")
        if env.view[0] == "hours":
            return self._because("back", f"the meeting goes to {day_name(day)}")
        return self._press("move")

    def _fill(self, field: str, wanted: str, button: str) -> str:
        """Type what a field must hold, then send or save."""
        env = self._env
        if env.fields[field] == wanted:
            return self._because(env.action_for(button), "everything is filled in")
        return self._type(field, wanted)

    def _type(self, field: str, wanted: str) -> str:
        """Type a title or a person as the instruction says it."""
        env = self._env
        words = wanted if field == "title" else env.person.short
        return self._because(env.action_for(field, None, words), f"the instruction names {words}")

    def _create(self) -> str:
        """One step of making a new meeting."""
        env = self._env
        when = (env.goal_day, env.goal_hour)
        if env.view[0] == "new":
            fields = [name for name in env.screen_fields if env.fields[name] != env.wanted_fields[name]]
            if env.view[1] != when or any(not env.wanted_fields[name] for name in fields):
                return self._because("back", "a meeting like this was not asked for")
            if fields:
                return self._type(fields[0], env.wanted_fields[fields[0]])
            return self._because(env.action_for("save"), "everything is filled in")
        if env.view == ("day", env.goal_day):
            return self._because(env.action_for("new", when), f"{HOURS[env.goal_hour]} is the hour asked for, and free")
        if env.view[0] == "week":
            return self._turn_to(env.goal_day)
        return self._because("back", f"the new meeting is to be on {day_name(env.goal_day)}")


def calendar(env: gym.Env[Any, Any]) -> CalendarExpert:
    """The expert of LamText/Calendar-v0."""
    unwrapped = env.unwrapped
    if not isinstance(unwrapped, CalendarEnv):
        raise ValueError(
            f"the calendar expert needs a CalendarEnv, not {type(unwrapped).__name__}: make LamText/Calendar-v0."
        )
    return CalendarExpert(unwrapped)
