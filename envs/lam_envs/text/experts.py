"""Experts of the text applications: shortest plans from the true state, one step at a time, with reasons in words.

`mail(env)` takes a live environment after its reset; `act(observation)` gives the action, `explain()` its reason.
"""

from __future__ import annotations

from typing import Any

import gymnasium as gym

from lam_envs.text.mail import MailEnv
from lam_envs.text.mailbox import DELETED, Message


class MailExpert:
    """Finds the message, does what is asked in the order of the instruction, and mends what was disturbed before."""

    def __init__(self, env: MailEnv) -> None:
        self._env = env
        self._reason = ""

    def act(self, observation: Any) -> str:
        """The next action of a shortest plan; the observation is not needed, the plan follows the true state."""
        del observation
        env = self._env
        stray = env.mailbox.stray()
        message = stray or env.target
        if env.view[0] == "compose":
            return self._because("back", "writing a new message is not asked for")
        if env.view[-1] is not message:
            return self._find(message)
        return self._mend(message) if stray else self._handle(message)

    def explain(self) -> str:
        """Why the last action was chosen."""
        return self._reason

    def _because(self, action: str, reason: str) -> str:
        self._reason = reason
        return action

    def _find(self, message: Message) -> str:
        """One step towards the message's own screen."""
        env, folder = self._env, message.folder
        if env.view[0] == "home":
            return self._because(env.action_for("folder", folder), f"the message lies in {folder}")
        if env.view[0] != "list" or env.view[1] != folder:
            return self._because("back", "the message is not here")
        row = env.action_for("open", message)
        if row:
            return self._because(row, f"this is the message from {message.sender.full} about {message.subject.spoken}")
        page = env.mailbox.folders[folder].index(message) // env.rows
        return self._because(
            env.action_for("page", env.page + (1 if page > env.page else -1)), "the message is on another page"
        )

    def _handle(self, target: Message) -> str:
        """One step of the first verb that is not done."""
        env = self._env
        for verb in env.verbs:
            if verb == "reply" and not target.replied:
                return self._send("reply", "text", env.slots["phrase"], env.slots["phrase"])
            if verb == "forward" and not target.forwarded:
                return self._send("forward", "to", env.slots["person"], env.recipient.full)
            if verb == "star" and not target.starred:
                return self._press("star", "the message is to be starred")
            if verb == "unread":
                return self._press("unread", "the message is to be unread again")
        if target.starred != target.wanted_starred:
            return self._press("star", "the star was not asked for")
        return self._file(target)

    def _file(self, message: Message) -> str:
        """Put a message where it is wanted."""
        if message.wanted_folder == message.folder:
            return self._because("back", "nothing is left to do here")
        if message.wanted_folder == DELETED:
            return self._press("delete", "the message is to be deleted")
        if message.wanted_folder == "Archive" and self._env.view[0] != "move":
            return self._press("archive", "the message is to be archived")
        if self._env.view[0] == "move":
            return self._because(
                self._env.action_for("put", message.wanted_folder), f"the message belongs in {message.wanted_folder}"
            )
        return self._press("move", f"the message belongs in {message.wanted_folder}")

    def _mend(self, message: Message) -> str:
        """Undo what was done to a message that the instruction is not about."""
        if message.starred != message.wanted_starred:
            return self._press("star", "this message was not to be touched")
        return self._file(message)

    def _press(self, event: str, reason: str) -> str:
        """A button of the message, behind `more` or in view."""
        env = self._env
        action = env.action_for(event)
        if action or env.view[0] not in ("message", "more"):
            return self._because(action or "back", reason)
        more = env.action_for("more")
        return self._because(more or "back", reason)

    def _send(self, panel: str, field: str, words: str, wanted: str) -> str:
        env = self._env
        if env.view[0] != panel:
            return self._press(panel, f"the instruction asks to {panel}")
        if env.fields[field] != wanted:
            return self._because(env.action_for(field, None, words), f"the instruction names {words}")
        return self._because(env.action_for("send"), "everything is filled in")


def mail(env: gym.Env[Any, Any]) -> MailExpert:
    """The expert of LamText/Mail-v0."""
    unwrapped = env.unwrapped
    if not isinstance(unwrapped, MailEnv):
        raise ValueError(f"the mail expert needs a MailEnv, not {type(unwrapped).__name__}: make LamText/Mail-v0.")
    return MailExpert(unwrapped)
