"""The screen engine: a desktop application as numbered widgets, one a line, with admissible actions as strings.

Actions: `click N` (button, row, link, tab, radio), `type N text` (field), `select N option` (dropdown), `check N`
(checkbox: toggles it), `back`. An application subclasses `ScreenEnv` and writes six methods: `_begin` (scenario from
the dice), `_say` (the instruction), `_screen` (what is shown), `_act` (one widget used), `_back` and `_progress` (1.0
is success). Fields offer typed spans: words of one kind that the instruction or the screens have named.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import gymnasium as gym
import numpy as np
from gymnasium import spaces

from lam_envs.text.language import SPLITS, Dice, Rules, choose_layout, choose_side, redraw_layout

DIFFICULTIES = ("easy", "normal", "hard")
PRINTABLE = "".join(chr(code) for code in range(32, 127))
"""Characters of instructions and actions; a screen also has line ends."""
INSTRUCTION_LENGTH, SCREEN_LENGTH, ACTION_LENGTH = 400, 2400, 120

SPANS = 8
"""How many texts of one type, last read, a field offers besides those of the instruction."""

CLICKED = frozenset(("button", "row", "link", "tab", "radio"))
_VERBS = {"field": "type", "dropdown": "select"}
_NUMBERS = tuple(f"[{number}] " for number in range(100))
_CLICKS = tuple(f"click {number}" for number in range(100))


class Widget(NamedTuple):
    """One line of a screen. The application's `_act` receives event and argument back when the widget is used."""

    kind: str
    text: str
    event: str
    argument: Any = None
    options: Sequence[str] = ()
    """What may be typed into a field or chosen in a dropdown."""
    enabled: bool = True


class Screen(NamedTuple):
    """What is shown: a breadcrumb, lines to read, widgets to use, and whether `back` leads anywhere."""

    breadcrumb: str
    lines: Sequence[str]
    widgets: Sequence[Widget]
    back: bool = True


class ScreenEnv(gym.Env[dict[str, str], str]):
    """Base of the text applications; see an application for the card."""

    metadata: dict[str, Any] = {"render_modes": ["ansi"], "render_fps": 4}  # noqa: RUF012

    def __init__(
        self,
        difficulty: str = "normal",
        phrasing: str = "train",
        layout: str = "train",
        composition: str = "train",
        redraw: int = 0,
        render_mode: str | None = None,
    ) -> None:
        _expect("difficulty", difficulty, DIFFICULTIES)
        for name, value in (("phrasing", phrasing), ("layout", layout), ("composition", composition)):
            _expect(name, value, SPLITS)
        if not isinstance(redraw, int) or redraw < 0:
            raise ValueError(f"redraw must be 0 or the number of another layout, not {redraw!r}: give 0, 1, 2, ...")
        if render_mode is not None:
            _expect("render_mode", render_mode, ("ansi",))
        self.difficulty, self.phrasing, self.layout, self.composition = difficulty, phrasing, layout, composition
        self.redraw, self.render_mode = redraw, render_mode
        self.observation_space: spaces.Dict = spaces.Dict(
            instruction=spaces.Text(INSTRUCTION_LENGTH, charset=PRINTABLE),
            screen=spaces.Text(SCREEN_LENGTH, charset=PRINTABLE + "\n"),
        )
        self.action_space = spaces.Text(ACTION_LENGTH, charset=PRINTABLE)
        self.instruction = ""
        self.slots: dict[str, str] = {}
        self.template_ids: tuple[str, ...] = ()
        self.screen: Screen = Screen("", (), (), False)
        self._text = ""
        self._admissible: tuple[str, ...] = ()
        self._done: list[str] = []
        self._failure = ""
        self._spoken: dict[str, list[str]] = {}
        self._read: dict[str, dict[str, None]] = {}

    # ---- what an application writes ----------------------------------------------------------------------------------

    @abstractmethod
    def _begin(self, dice: Dice) -> None:
        """Build the scenario and set `slots`."""

    @abstractmethod
    def _say(self, side: str, dice: Dice, used: list[str]) -> str:
        """Word the current goal on one side; ids of the templates go into `used`."""

    @abstractmethod
    def _screen(self) -> Screen:
        """What is shown now."""

    @abstractmethod
    def _act(self, event: str, argument: Any, value: str) -> None:
        """Use a widget; value is what was typed or selected."""

    @abstractmethod
    def _back(self) -> None:
        """Leave the current screen."""

    @abstractmethod
    def _progress(self) -> float:
        """Share of the goal reached, in [0, 1]; 1 is success."""

    # ---- what an application calls -----------------------------------------------------------------------------------

    def _draw_layout(self, layouts: Mapping[str, Rules], dice: Dice) -> dict[str, str]:
        """One label (or order, or nesting) for each key of the application's layout table.

        With `redraw`, one of the train side that no seed draws by itself; what else the dice draw stays as it is.
        """
        drawn = choose_layout(layouts, self.layout, dice)
        return redraw_layout(layouts, dice.fork(self.redraw)) if self.redraw else drawn

    def _report(self, what: str) -> None:
        """Add to the status line what has just been done."""
        self._done.append(what)

    def _fail(self, why: str) -> None:
        """An act that cannot be undone went wrong: the episode ends without success."""
        self._failure = why

    def _note(self, kind: str, texts: Iterable[str]) -> None:
        """Remember what has been read, by type, so that fields of that type offer it."""
        read = self._read.setdefault(kind, {})
        for text in texts:
            read.pop(text, None)
            read[text] = None

    def _spans(self, kind: str) -> list[str]:
        """Texts of one type in the instruction, and the last ones read on screens; sorted."""
        return sorted({*self._spoken.get(kind, ()), *list(self._read.get(kind, ()))[-SPANS:]})

    # ---- gymnasium ---------------------------------------------------------------------------------------------------

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[dict[str, str], dict[str, Any]]:
        """Start an episode. options={"instruction": text} shows another wording of the same goal (for augmentation)."""
        super().reset(seed=seed)
        dice = Dice(self.np_random)
        self._done, self._failure, self._spoken, self._read, self.slots = [], "", {}, {}, {}
        self._begin(dice)
        used: list[str] = []
        self.instruction = self._say(choose_side(self.phrasing, dice), dice, used)
        self.template_ids = tuple(used)
        if options and "instruction" in options:
            self.instruction = str(options["instruction"])
            if not self.observation_space["instruction"].contains(self.instruction):
                raise ValueError(
                    f"expected an instruction of 1 to {INSTRUCTION_LENGTH} printable ASCII characters, not "
                    f"{self.instruction!r}: shorten or transliterate it."
                )
        self._note_instruction()
        self._show("")
        return {"instruction": self.instruction, "screen": self._text}, self._info(self._progress())

    def step(self, action: str) -> tuple[dict[str, str], float, bool, bool, dict[str, Any]]:
        """Use a widget; an action that is not admissible changes nothing and the screen says why."""
        if action in self._admissible:
            if action == "back":
                self._back()
            else:
                words = action.split(" ", 2)
                widget = self.screen.widgets[int(words[1]) - 1]
                self._act(widget.event, widget.argument, words[2] if len(words) > 2 else "")
            self._show("")
        else:
            self._show(self._why_not(action))
        info = self._info(self._progress())
        success = info["success"]
        observation = {"instruction": self.instruction, "screen": self._text}
        return observation, float(success), success or bool(self._failure), False, info

    def render(self) -> str | None:  # type: ignore[override]
        """Instruction and screen as text, when render_mode is "ansi"."""
        return f"Instruction: {self.instruction}\n\n{self._text}\n" if self.render_mode == "ansi" else None

    # ---- for experts and augmentation --------------------------------------------------------------------------------

    @property
    def admissible_actions(self) -> tuple[str, ...]:
        """Every action that does something now."""
        return self._admissible

    def action_for(self, event: str, argument: Any = None, value: str = "") -> str:
        """The action that uses the first widget with this event (and argument, unless None); "" when there is none."""
        for number, widget in enumerate(self.screen.widgets, 1):
            if widget.event == event and widget.enabled and (argument is None or widget.argument == argument):
                if widget.kind in CLICKED:
                    return _CLICKS[number]
                return f"{_VERBS[widget.kind]} {number} {value}" if widget.kind in _VERBS else f"check {number}"
        return ""

    def paraphrase(self, dice: Dice) -> str:
        """Another train wording of the current instruction: same meaning, same slots."""
        return self._say("train", dice, [])

    def paraphrases(self, count: int, seed: int) -> list[str]:
        """Up to `count` different paraphrases of the current instruction, a function of the seed."""
        dice = Dice(np.random.default_rng(seed))
        drawn = (self.paraphrase(dice) for _ in range(2 * count))
        return list(dict.fromkeys(text for text in drawn if text != self.instruction))[:count]

    # ---- inside ------------------------------------------------------------------------------------------------------

    def _note_instruction(self) -> None:
        """Slots named "kind" or "kind_role" are spans of that kind, as long as the instruction shows them."""
        for name, words in self.slots.items():
            if words in self.instruction:
                self._spoken.setdefault(name.partition("_")[0], []).append(words)

    def _info(self, progress: float) -> dict[str, Any]:
        success = progress >= 1.0 and not self._failure
        return {"admissible_actions": self._admissible, "success": success, "progress": progress}

    def _show(self, complaint: str) -> None:
        """Write the screen and list the admissible actions."""
        self.screen = breadcrumb, lines, widgets, back = self._screen()
        text = [breadcrumb, self._status()]
        if complaint:
            text.append(complaint)
        text.extend(lines)
        admissible = []
        for number, (kind, words, _, _, options, enabled) in enumerate(widgets, 1):
            text.append(
                f"{_NUMBERS[number]}{kind} {words}" if enabled else f"{_NUMBERS[number]}{kind} {words} (dimmed)"
            )
            if not enabled:
                continue
            if kind in CLICKED:
                admissible.append(_CLICKS[number])
            elif kind in _VERBS:
                verb = _VERBS[kind]
                admissible.extend([f"{verb} {number} {option}" for option in options])
            else:
                admissible.append(f"check {number}")
        if back:
            admissible.append("back")
        self._text = "\n".join(text)
        self._admissible = tuple(admissible)

    def _status(self) -> str:
        if self._failure:
            return f"Failed: {self._failure}."
        return f"Done: {'; '.join(self._done[-4:])}." if self._done else "Done: nothing yet."

    def _why_not(self, action: str) -> str:
        """One sentence on why an action is not admissible."""
        verb, number, value = [*action.split(" ", 2), "", ""][:3]
        if verb == "back":
            return "Not possible: there is nothing to go back to."
        if verb not in ("click", "type", "select", "check"):
            return "Not possible: an action is click, type, select or check with a number, or back."
        widgets = self.screen.widgets
        if not (number.isascii() and number.isdigit() and 1 <= int(number[:4]) <= len(widgets)):
            return f"Not possible: the numbers here are 1 to {len(widgets)}."
        widget = widgets[int(number[:4]) - 1]
        if not widget.enabled:
            return f"Not possible: {widget.text} is dimmed, fill in the fields first."
        wanted = "click" if widget.kind in CLICKED else _VERBS.get(widget.kind, "check")
        if verb != wanted or not value:
            return f"Not possible: {number[:4]} is a {widget.kind}, use {wanted}."
        return f"Not possible: {number[:4]} takes only words of the instruction or of what was read."


def _expect(name: str, value: str, allowed: Sequence[str]) -> None:
    if value not in allowed:
        raise ValueError(f"{name} must be one of {', '.join(allowed)}, not {value!r}: choose one of them.")
