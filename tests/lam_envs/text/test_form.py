"""Form: what a form takes and tells, entries left alone, and bookings that were not asked for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from lam_envs.text.booking_forms import FORMATS, Date, Entry, blank_form
from lam_envs.text.form import FormEnv
from lam_envs.text.form_expert import form


def start(fits: Callable[[FormEnv], Any], difficulty: str = "normal") -> FormEnv:
    """An environment whose goal fits."""
    env = FormEnv(difficulty, composition="all")
    for seed in range(2000):
        env.reset(seed=seed)
        if fits(env):
            return env
    raise AssertionError


def follow(env: FormEnv, until: Callable[[FormEnv], Any]) -> None:
    """Let the expert act until this holds."""
    expert = form(env)
    while not until(env):
        env.step(expert.act({}))


def at_the_end(env: FormEnv) -> bool:
    """Whether the expert sends the form next."""
    return bool(env.action_for("submit")) and form(env).act({}) == env.action_for("submit")


def test_dates_are_written_in_four_ways() -> None:
    date = Date(23, 4)
    assert [date.write(example) for example in FORMATS] == ["23 April", "23/04", "April 23", "04/23"]
    entry = Entry("date", "field", "", "23 April")
    for accepted in FORMATS:
        entry.accepted = accepted
        for example in FORMATS:
            entry.value = date.write(example)
            assert entry.problem() == ("" if example == accepted else f"write it like {accepted}")


def test_numbers_are_written_in_two_ways() -> None:
    entry = Entry("phone", "field", "", "0171 555 203")
    entry.value, entry.accepted = "0171 555 203", "digits"
    assert entry.problem() == "use digits only, without spaces"
    entry.accepted = "spaces"
    assert entry.problem() == ""
    entry.value = "0171555203"
    assert entry.problem() == "use spaces"


def test_form_comes_back_until_the_date_is_right() -> None:
    env = start(lambda env: env.goal.entries["date"].accepted == "31/08" and not env.goal.entries["date"].told)
    follow(env, at_the_end)
    observation, _, terminated, _, info = env.step(env.action_for("submit"))
    assert "| write it like 31/08" in observation["screen"]
    assert "Sent back" in observation["screen"]
    assert not terminated
    entry = env.goal.entries["date"]
    assert f"type {env.action_for('enter', entry, 'x').split()[1]} {entry.wanted}" in info["admissible_actions"]
    follow(env, lambda env: env.booked)
    assert entry.value == entry.wanted


def test_sold_out_choice_gives_way() -> None:
    env = start(lambda env: any(entry.instead for entry in env.goal.entries.values()))
    entry = next(entry for entry in env.goal.entries.values() if entry.instead)
    assert entry.soft
    assert entry.said in env.instruction
    follow(env, at_the_end)
    assert entry.value == entry.said
    env.step(env.action_for("submit"))
    assert entry.told
    follow(env, lambda env: entry.value == entry.instead)
    assert f"{entry.said} is sold out, choose {entry.instead}" in env._text
    follow(env, lambda env: env.booked)


def test_what_is_missing_is_told() -> None:
    env = start(lambda env: env._labels["pages"] == "what who extras")
    env.step(env.action_for("service", env.goal.service))
    observation, *_ = env.step(env.action_for("submit"))
    assert observation["screen"].count("fill this in") == len(
        [entry for entry in env.goal.entries.values() if entry.kind == "field"]
    )
    follow(env, lambda env: env.booked)
    assert "fill this in" not in env._text


@pytest.mark.parametrize("kind", ["checkbox", "dropdown", "radio"])
def test_what_was_not_asked_for_must_stay(kind: str) -> None:
    def unasked(env: FormEnv) -> list[Entry]:
        return [entry for entry in env.goal.entries.values() if entry.kind == kind and entry not in env._asked]

    env = start(unasked)
    follow(env, at_the_end)
    entry = unasked(env)[0]
    first = entry.value
    while entry not in env.pages[env.page]:
        env.step("back")
    argument = (entry, entry.options[0]) if kind == "radio" else entry
    event = {"checkbox": "check", "dropdown": "enter", "radio": "radio"}[kind]
    env.step(env.action_for(event, argument, entry.options[1] if kind == "dropdown" else ""))
    assert entry.value != first
    follow(env, at_the_end)
    assert entry.value == first
    entry.value = "other"
    env.goal.entries["date"].value = env.goal.entries["date"].wanted
    for other in env.goal.entries.values():
        if other.instead:
            other.value = other.instead
    observation, reward, terminated, _, info = env.step(env.action_for("submit"))
    if not terminated:  # another date was not taken either
        env._act("submit", None, "")
    assert "not asked for" in observation["screen"] or not info["success"]
    assert reward == 0.0


def test_another_service_is_not_asked_for() -> None:
    env = start(lambda env: env.goal.service != "table")
    env.step(env.action_for("service", "table"))
    assert env.form is not env.goal
    assert form(env).act({}) == "back"
    assert env.form is not None
    for entry in env.form.entries.values():
        if entry.kind == "field":
            entry.value = "something"
    env._submit(env.form)
    assert "a booking was made that was not asked for" in env._status()
    assert [entry.kind for entry in blank_form("table").entries.values()].count("field") == 4


def test_earlier_pages_are_summed_up() -> None:
    env = start(lambda env: len(env._labels["pages"].split("/")) == 2)
    env.step(env.action_for("service", env.goal.service))
    env.step(env.action_for("page", 1))
    assert "So far: nothing." in env._text
    follow(env, lambda env: env.page == 0)
    follow(env, lambda env: env.page == 1)
    assert f"So far: {next(iter(env.goal.entries.values())).value}" in env._text
