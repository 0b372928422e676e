"""The engine with a small application of its own: every kind of widget, admissible actions, complaints, spans."""

from __future__ import annotations

from typing import Any

import pytest

from lam_envs.text.engine import SPANS, Screen, ScreenEnv, Widget
from lam_envs.text.language import Dice


class Order(ScreenEnv):
    """Order one thing: size, gift wrap, name, then confirm."""

    def _begin(self, dice: Dice) -> None:
        self.slots = {"name": dice.pick(("Anna", "Piet")), "name_second": "Lena"}
        self.chosen: dict[str, Any] = {"size": "", "wrap": False, "name": ""}
        self.left = False

    def _say(self, side: str, dice: Dice, used: list[str]) -> str:
        used.append(f"order/{side}/0")
        return f"Order a large one for {self.slots['name']}, not for Lena."

    def _screen(self) -> Screen:
        if self.left:
            return Screen("Shop", ("Come back soon.",), [Widget("link", "Order", "enter")], False)
        ready = bool(self.chosen["size"] and self.chosen["name"])
        widgets = [
            Widget("dropdown", f"Size: {self.chosen['size']}", "size", None, ("small", "large")),
            Widget("checkbox", f"Gift wrap: {'on' if self.chosen['wrap'] else 'off'}", "wrap"),
            Widget("field", f"Name: {self.chosen['name']}", "name", None, self._spans("name")),
            Widget("button", "Confirm", "confirm", None, (), ready),
        ]
        return Screen("Shop > Order", (), widgets)

    def _act(self, event: str, argument: Any, value: str) -> None:
        if event == "enter":
            self.left = False
        elif event == "confirm":
            if self.chosen["size"] == "large":
                self.chosen["confirmed"] = True
            else:
                self._fail("the wrong size is on its way")
        else:
            self.chosen[event] = value or not self.chosen[event]
            self._report(f"{event} set")

    def _back(self) -> None:
        self.left = True

    def _progress(self) -> float:
        return 1.0 if self.chosen.get("confirmed") else 0.25 * bool(self.chosen["size"])


@pytest.fixture
def env() -> Order:
    made = Order()
    made.reset(seed=1)
    return made


def test_screen_and_admissible_actions(env: Order) -> None:
    observation, info = env.reset(seed=1)
    name = env.slots["name"]
    assert observation["screen"].split("\n") == [
        *("Shop > Order", "Done: nothing yet.", "[1] dropdown Size: ", "[2] checkbox Gift wrap: off"),
        *("[3] field Name: ", "[4] button Confirm (dimmed)"),
    ]
    types = [f"type 3 {text}" for text in sorted((name, "Lena"))]
    assert info["admissible_actions"] == ("select 1 small", "select 1 large", "check 2", *types, "back")
    assert env.admissible_actions == info["admissible_actions"]
    assert info["success"] is False
    assert info["progress"] == 0.0


def test_plan(env: Order) -> None:
    name = env.slots["name"]
    assert env.action_for("confirm") == ""
    for event, value in (("size", "large"), ("wrap", ""), ("name", name)):
        observation, reward, terminated, _, info = env.step(env.action_for(event, None, value))
        assert reward == 0.0
        assert not terminated
    assert "Done: size set; wrap set; name set." in observation["screen"]
    assert info["progress"] == 0.25
    _, reward, terminated, truncated, info = env.step(env.action_for("confirm"))
    assert (reward, terminated, truncated, info["success"], info["progress"]) == (1.0, True, False, True, 1.0)


def test_irreversible_mistake_ends_without_success(env: Order) -> None:
    for action in ("select 1 small", f"type 3 {env.slots['name']}"):
        env.step(action)
    observation, reward, terminated, _, info = env.step("click 4")
    assert (reward, terminated, info["success"]) == (0.0, True, False)
    assert "Failed: the wrong size is on its way." in observation["screen"]


@pytest.mark.parametrize(
    ("action", "why"),
    [
        ("jump", "an action is click, type, select or check with a number, or back"),
        ("click 9", "the numbers here are 1 to 4"),
        ("click x", "the numbers here are 1 to 4"),
        ("click 1", "1 is a dropdown, use select"),
        ("click 2", "2 is a checkbox, use check"),
        ("click 4", "Confirm is dimmed"),
        ("type 3 Omar", "3 takes only words of the instruction or of what was read"),
        ("type 3", "3 is a field, use type"),
        ("", "an action is click"),
    ],
)
def test_inadmissible_action_changes_nothing_and_says_why(env: Order, action: str, why: str) -> None:
    before = dict(env.chosen)
    admissible = env.admissible_actions
    observation, reward, terminated, _, info = env.step(action)
    assert why in observation["screen"]
    assert (reward, terminated, env.chosen, info["admissible_actions"]) == (0.0, False, before, admissible)
    assert "Not possible" not in env.step("check 2")[0]["screen"]


def test_back_where_there_is_nothing(env: Order) -> None:
    env.step("back")
    assert env.admissible_actions == ("click 1",)
    assert "there is nothing to go back to" in env.step("back")[0]["screen"]
    env.step("click 1")
    assert env.screen.breadcrumb == "Shop > Order"


def test_another_wording_offers_only_its_own_spans(env: Order) -> None:
    observation, info = env.reset(seed=1, options={"instruction": "Order one for Lena."})
    assert observation["instruction"] == "Order one for Lena."
    assert [action for action in info["admissible_actions"] if action.startswith("type")] == ["type 3 Lena"]
    with pytest.raises(ValueError, match="printable ASCII"):
        env.reset(seed=1, options={"instruction": "Bestell f\u00fcr Lena."})
    assert env.paraphrase(Dice(env.np_random)).startswith("Order a large one")


def test_fields_offer_the_last_spans_read(env: Order) -> None:
    env._note("name", [f"name {number:02d}" for number in range(20)])
    env._note("name", ["name 03"])
    assert len(env._spans("name")) == SPANS + 2
    assert {"name 03", "name 19", "Lena"} <= set(env._spans("name"))


def test_ansi_rendering() -> None:
    env = Order(render_mode="ansi")
    env.reset(seed=0)
    text = env.render()
    assert text is not None
    assert text.startswith("Instruction: Order")
    assert "[4] button Confirm" in text
    silent = Order()
    silent.reset(seed=0)
    assert silent.render() is None


@pytest.mark.parametrize("argument", ["difficulty", "phrasing", "layout", "composition", "render_mode"])
def test_wrong_argument(argument: str) -> None:
    with pytest.raises(ValueError, match=f"{argument} must be one of"):
        Order(**{argument: "other"})
