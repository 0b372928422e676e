"""Calendar: one meeting fits, the first free hour, refused hours, and what cannot be undone."""

from __future__ import annotations

from typing import Any

import pytest

from lam_envs.text.agenda import HOURS, WEEK, day_name
from lam_envs.text.calendar import CalendarEnv
from lam_envs.text.calendar_expert import calendar


def start(verb: str, difficulty: str = "normal") -> CalendarEnv:
    """An environment whose goal is this verb."""
    env = CalendarEnv(difficulty)
    for seed in range(2000):
        env.reset(seed=seed)
        if env.combination[0] == verb:
            return env
    raise AssertionError(verb)


def follow(env: CalendarEnv, until: str) -> Any:
    """Let the expert act until the view has this name."""
    expert, result = calendar(env), None
    while env.view[0] != until:
        result = env.step(expert.act({}))
    return result


@pytest.mark.parametrize("difficulty", ["easy", "normal", "hard"])
def test_one_meeting_fits_the_instruction(difficulty: str) -> None:
    env = CalendarEnv(difficulty, composition="all")
    for seed in range(150):
        env.reset(seed=seed)
        target, attribute, slots = env.target, env.combination[2], env.slots
        if target is None:
            continue
        fitting = [
            meeting
            for meeting in env.agenda.meetings(env.goal_week)
            if slots.get("day") in (None, day_name(meeting.day))
            and slots.get("subject") in (None, meeting.subject.spoken)
            and slots.get("person") in (None, meeting.person.short)
            and slots.get("hour") in (None, HOURS[meeting.hour])
        ]
        if attribute in ("first", "last"):
            fitting = [fitting[0 if attribute == "first" else -1]]
        assert fitting == [target]
        assert env.goal_day // WEEK == target.day // WEEK == env.goal_week
        assert env.goal_hour in env.agenda.free_hours(env.goal_day)


@pytest.mark.parametrize("verb", ["move first", "create last", "move after"])
def test_hour_is_read_off_the_day(verb: str) -> None:
    env = start(verb, "hard" if "after" in verb else "normal")
    follow(env, "hours" if env.target else "day")
    while env.view not in (("hours", (env.target, env.goal_day)), ("day", env.goal_day)):
        env.step(calendar(env).act({}))
    rows = [row.text for row in env.screen.widgets]
    free = [hour for hour, row in enumerate(rows) if env._labels["free"] in row]
    assert free == env.agenda.free_hours(env.goal_day)
    if "after" in verb:
        taken = HOURS.index(env.slots["hour_to"])
        assert taken not in free
        assert env.goal_hour == min(hour for hour in free if hour > taken)
    else:
        assert env.goal_hour == free[0 if "first" in verb else -1]


def test_taken_hour_is_refused() -> None:
    env = start("move")
    follow(env, "hours")
    meeting, day = env.view[1]
    hour = next(iter(env.agenda.days[day]))
    observation, _, terminated, _, _ = env.step(f"click {hour + 1}")
    assert (
        f"Refused: {day_name(day)} {HOURS[hour]} is taken by {env.agenda.days[day][hour].describe()}."
        in (observation["screen"])
    )
    assert not terminated
    assert meeting.day != day
    assert "Refused" not in env.step("back")[0]["screen"]


def test_wrong_hour_can_be_mended() -> None:
    env = start("move+rename")
    follow(env, "hours")
    hour = next(hour for hour in env.agenda.free_hours(env.goal_day) if hour != env.goal_hour)
    observation, _, terminated, _, _ = env.step(f"click {hour + 1}")
    assert not terminated
    assert "Done: moved" in observation["screen"]
    assert not env.is_done("move")
    expert = calendar(env)
    while not terminated:
        *_, terminated, _, info = env.step(expert.act({}))
    assert info["success"]


@pytest.mark.parametrize(("verb", "view"), [("cancel", "cancel"), ("rename", "rename"), ("invite", "invite")])
def test_another_meeting_must_not_be_changed(verb: str, view: str) -> None:
    env = start(verb)
    other = next(meeting for meeting in env.agenda.meetings(0) if meeting is not env.target)
    env._act("open", other, "")
    env._act(view, other, "")
    env._show("")
    if verb != "cancel":
        env.step(env.admissible_actions[0])
    observation, reward, terminated, _, info = env.step(env.action_for("confirm") or f"click {len(env.screen.widgets)}")
    assert (reward, terminated, info["success"]) == (0.0, True, False)
    assert "although nobody asked for it" in observation["screen"]


def test_wrong_guest_and_wrong_new_meeting_end_the_episode() -> None:
    env = start("invite")
    follow(env, "invite")
    wrong = next(text for text in env.screen.widgets[0].options if env._names[text] is not env.person)
    env.step(f"type 1 {wrong}")
    assert "was not to be invited" in env.step("click 2")[0]["screen"]
    env = start("create")
    follow(env, "new")
    env._act("new", (env.goal_day, env.agenda.free_hours(env.goal_day)[0]), "")
    env._fields["title"] = "Rehearsal"
    env._show("")
    observation, _, terminated, _, info = env.step(env.action_for("save"))
    assert "which was not asked for" in observation["screen"]
    assert terminated
    assert not info["success"]


def test_wrong_title_can_be_mended() -> None:
    env = start("rename")
    follow(env, "rename")
    title = env.title.title
    wrong = next(text for text in env.screen.widgets[0].options if text != title)
    env.step(f"type 1 {wrong}")
    env.step("click 2")
    assert env.target is not None
    assert env.target.title == wrong
    follow(env, "rename")
    env.step(f"type 1 {title}")
    assert env.step("click 2")[4]["success"]
