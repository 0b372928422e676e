"""The expert of Shop: sets every control that the instruction names, opens the first row, does what is asked.

`shop(env)` takes a live environment after its reset; `act(observation)` gives the action, `explain()` its reason. Its
plans are the shortest that leave nothing to guess: no row is opened before the controls of the list single it out.
"""

from __future__ import annotations

from typing import Any

import gymnasium as gym

from lam_envs.text.shop import ROWS, ShopEnv
from lam_envs.text.stock import Goal


class ShopExpert:
    """Removes what does not belong, reaches the goals in the order of the instruction, then orders."""

    def __init__(self, env: ShopEnv) -> None:
        self._env = env
        self._reason = ""

    def act(self, observation: Any) -> str:
        """The next action of a shortest plan; the observation is not needed, the plan follows the true state."""
        del observation
        env = self._env
        if env.stray_items():
            return self._remove()
        strays = env.stray_saved()
        if strays:
            return self._forget(strays[0])
        for goal in env.goals:
            if not env.is_done(goal):
                return self._reach(goal)
        return self._order()

    def explain(self) -> str:
        """Why the last action was chosen."""
        return self._reason

    def _because(self, action: str, reason: str) -> str:
        self._reason = reason
        return action

    def _remove(self) -> str:
        """Take something out of the basket."""
        env = self._env
        if env.view[0] != "basket":
            return self._go("basket", "something in the basket was not asked for")
        item = env.stray_items()[0]
        return self._because(env.action_for("remove", item), f"{item} was not asked for")

    def _forget(self, product: Any) -> str:
        """Take a product off the saved ones, on its own page or in their list."""
        env, reason = self._env, f"{product.shown} was not to be saved"
        if env.view == ("product", product):
            return self._because(env.action_for("save") or env.action_for("more"), reason)
        if env.view == ("more", product):
            return self._because(env.action_for("save"), reason)
        return (
            self._because(env.action_for("forget", product), reason)
            if env.view[0] == "saved"
            else self._go("saved", "something is saved that was not asked for")
        )

    def _go(self, place: str, reason: str) -> str:
        """One step towards the basket or the saved products."""
        return self._because(self._env.action_for("go", place) or "back", reason)

    def _reach(self, goal: Goal) -> str:
        env = self._env
        if env.view == ("product", goal.product):
            return self._handle(goal)
        if env.view == ("more", goal.product) and goal.verb == "save":
            return self._because(env.action_for("save"), "the product is to be saved")
        if env.view[0] == "home":
            return self._because(env.action_for("search", None, goal.kind), f"the instruction asks for a {goal.kind}")
        if env.view[0] != "list" or env.query != goal.kind:
            return self._because("back", f"the {goal.kind} asked for is not here")
        return self._narrow(goal)

    def _narrow(self, goal: Goal) -> str:
        """Set the topmost control that is not as asked, then open the first row."""
        env = self._env
        for widget in env.screen.widgets:
            name = widget.event
            if widget.kind == "dropdown" and env.filters.get(name, "") != goal.wanted.get(name, ""):
                shown = env.names[name][goal.wanted.get(name, "")]
                return self._because(
                    env.action_for(name, None, shown), f"{widget.text.split(':')[0]} should be {shown}"
                )
        row = env.action_for("open", goal.product)
        if row:
            return self._because(row, "the list is as asked, so this is the product")
        page = env.page + (1 if env.results.index(goal.product) // ROWS > env.page else -1)
        return self._because(env.action_for("page", page), "the product is on another page")

    def _handle(self, goal: Goal) -> str:
        env = self._env
        if goal.verb == "save":
            return self._because(env.action_for("save") or env.action_for("more"), "the product is to be saved")
        if env.size != goal.size:
            return self._because(
                env.action_for("choose", None, goal.size), f"the instruction asks for size {goal.size}"
            )
        return self._because(env.action_for("add"), "the product is the one asked for")

    def _order(self) -> str:
        """Set gift wrap and delivery, then order."""
        env = self._env
        wrong = [name for name, value in env.wanted_checkout().items() if env.checkout[name] != value]
        if env.view[0] not in ("basket", "options") or (env.view[0] == "options" and not wrong):
            return self._go("basket", "everything is in the basket")
        if not wrong:
            return self._because(env.action_for("buy"), "the order is complete")
        names = [widget.event for widget in env.screen.widgets if widget.event in wrong]
        if not names:
            return self._because(env.action_for("options"), f"the {wrong[0]} is not as asked")
        value = env.names["delivery"][env.wanted_checkout()["delivery"]] if names[0] == "delivery" else ""
        return self._because(env.action_for(names[0], None, value), f"the {names[0]} is not as asked")


def shop(env: gym.Env[Any, Any]) -> ShopExpert:
    """The expert of LamText/Shop-v0."""
    unwrapped = env.unwrapped
    if not isinstance(unwrapped, ShopEnv):
        raise ValueError(f"the shop expert needs a ShopEnv, not {type(unwrapped).__name__}: make LamText/Shop-v0.")
    return ShopExpert(unwrapped)
