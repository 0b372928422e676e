"""Mail: spaces, splits, determinism, one message that fits, mistakes that cannot be undone, the card."""

from __future__ import annotations

import random
from typing import Any

import gymnasium as gym
import pytest
from gymnasium.utils.env_checker import check_env

import lam_envs  # noqa: F401  (registers the ids)
from lam_envs.text.experts import mail
from lam_envs.text.mail import VERBS, MailEnv, combinations
from lam_envs.text.mailbox import ARCHIVE, DELETED, INBOX, Message

DIFFICULTIES = ("easy", "normal", "hard")


def make(difficulty: str = "normal", split: str = "train") -> MailEnv:
    return MailEnv(difficulty, phrasing=split, layout=split, composition=split)


def walk(env: MailEnv, seed: int, steps: int = 20) -> list[Any]:
    """What random admissible actions see."""
    chooser = random.Random(seed)
    observation, info = env.reset(seed=seed)
    seen: list[Any] = [(observation, info)]
    for _ in range(steps):
        seen.append(env.step(chooser.choice(info["admissible_actions"])))
        info = seen[-1][4]
        if seen[-1][2]:
            break
    return seen


def start(verb: str, difficulty: str = "normal") -> MailEnv:
    """An environment whose goal is this verb."""
    env = make(difficulty, "all")
    for seed in range(2000):
        env.reset(seed=seed)
        if env.combination[0] == verb:
            return env
    raise AssertionError(verb)


def follow(env: MailEnv, until: str) -> None:
    """Let the expert act until the view has this name."""
    expert = mail(env)
    while env.view[0] != until:
        env.step(expert.act({}))


@pytest.mark.parametrize("difficulty", DIFFICULTIES)
def test_check_env(difficulty: str) -> None:
    check_env(gym.make("LamText/Mail-v0", difficulty=difficulty, render_mode="ansi").unwrapped)


def test_registered_with_a_time_limit() -> None:
    env = gym.make("LamText/Mail-v0")
    env.reset(seed=0)
    for step in range(20):
        _, _, terminated, truncated, _ = env.step("nothing")
        assert not terminated
        assert truncated == (step == 19)
    assert env.unwrapped.difficulty == "normal"  # type: ignore[attr-defined]


@pytest.mark.parametrize("split", ["train", "held_out"])
@pytest.mark.parametrize("difficulty", DIFFICULTIES)
def test_observations_are_in_their_space_and_ascii(difficulty: str, split: str) -> None:
    env = make(difficulty, split)
    successes = 0
    for seed in range(60):
        for step in walk(env, seed):
            assert env.observation_space.contains(step[0])
            assert step[0]["screen"].isascii()
            assert isinstance(step[-1]["admissible_actions"], tuple)
            assert all(env.action_space.contains(action) for action in step[-1]["admissible_actions"])
            assert 0 < len(step[-1]["admissible_actions"]) <= 32
            assert 0.0 <= step[-1]["progress"] <= 1.0
            assert len(set(step[-1]["admissible_actions"])) == len(step[-1]["admissible_actions"])
        successes += step[-1]["success"]
    assert successes <= 6


def test_deterministic_per_seed() -> None:
    assert [walk(make(), seed) for seed in range(40)] == [walk(make(), seed) for seed in range(40)]
    assert len({make().reset(seed=seed)[0]["instruction"] for seed in range(40)}) > 35


@pytest.mark.parametrize("difficulty", DIFFICULTIES)
def test_compositions_are_disjoint_and_their_words_are_seen(difficulty: str) -> None:
    train, held_out = set(combinations(difficulty, "train")), set(combinations(difficulty, "held_out"))
    assert train
    assert held_out
    assert not train & held_out
    assert train | held_out == set(combinations(difficulty, "all"))
    for position in range(3):
        assert {combination[position] for combination in held_out} <= {combination[position] for combination in train}
    assert {combination[0] for combination in train} == set(VERBS[difficulty])


@pytest.mark.parametrize("split", ["train", "held_out"])
def test_episodes_stay_on_their_side(split: str) -> None:
    env = make("hard", split)
    for seed in range(80):
        env.reset(seed=seed)
        assert {identifier.split("/")[1] for identifier in env.template_ids} == {split}
        assert env.combination in combinations("hard", split)
        for name, words in env.slots.items():
            assert words in env.instruction, name


def fits(env: MailEnv, message: Message) -> bool:
    """Whether a message answers the description in the slots (and, for unread, is unread)."""
    slots, attribute = env.slots, env.combination[2]
    if message.folder != slots.get("folder_place", INBOX):
        return False
    if "person_sender" in slots and slots["person_sender"] not in (message.sender.short, message.sender.full):
        return False
    if attribute == "unread":
        return message.unread
    return slots.get("subject", message.subject.spoken) == message.subject.spoken


@pytest.mark.parametrize("difficulty", DIFFICULTIES)
def test_one_message_fits_the_instruction(difficulty: str) -> None:
    env = make(difficulty, "all")
    alike = 0
    for seed in range(150):
        env.reset(seed=seed)
        everything = [message for messages in env.mailbox.folders.values() for message in messages]
        fitting = [message for message in everything if fits(env, message)]
        oldest_first = sorted(fitting, key=lambda message: -message.age)
        if env.combination[2] == "latest":
            assert oldest_first[-1] is env.target
        elif env.combination[2] == "oldest":
            assert oldest_first[0] is env.target
        else:
            assert fitting == [env.target]
        alike += len([message for message in everything if message.sender is env.target.sender]) > 1
        for messages in env.mailbox.folders.values():
            assert [message.age for message in messages] == sorted(message.age for message in messages)
    assert alike > 110


def test_everything_needed_is_on_the_screen() -> None:
    env = start("forward+archive")
    follow(env, "forward")
    assert f"{env.target.folder} > {env.target.subject.shown}" in env.screen.breadcrumb
    expert = mail(env)
    env.step(expert.act({}))
    observation, *_ = env.step(expert.act({}))
    assert f"Done: forwarded to {env.recipient.full}." in observation["screen"]
    assert "| forwarded" in observation["screen"]
    assert f"From: {env.target.sender.full}" in observation["screen"]


def test_wrong_recipient_ends_the_episode() -> None:
    env = start("forward")
    follow(env, "forward")
    wrong = next(text for text in env.screen.widgets[0].options if env._names[text] is not env.recipient)
    env.step(f"type 1 {wrong}")
    observation, reward, terminated, _, info = env.step("click 2")
    assert (reward, terminated, info["success"]) == (0.0, True, False)
    assert "Failed: a message went to" in observation["screen"]


def test_unasked_deletion_ends_the_episode() -> None:
    env = start("reply+delete")
    follow(env, "message")
    _, _, terminated, _, info = env.step(env.action_for("delete") or env.action_for("more"))
    if not terminated:
        _, _, terminated, _, info = env.step(env.action_for("delete"))
    assert terminated
    assert not info["success"]
    assert env.target.folder == DELETED


def test_unasked_new_message_ends_the_episode() -> None:
    env = start("reply")
    follow(env, "list")
    env.step(env.action_for("compose"))
    assert env.screen.widgets[2].enabled is False
    env.step(env.admissible_actions[0])
    text = next(action for action in env.admissible_actions if action.startswith("type 2"))
    env.step(text)
    _, reward, terminated, _, _ = env.step("click 3")
    assert terminated
    assert reward == 0.0


def test_disturbed_message_must_be_mended() -> None:
    env = start("star")
    other = next(message for message in env.mailbox.folders[INBOX] if message is not env.target)
    env._act("folder", INBOX, "")
    env._act("open", other, "")
    env._act("archive", other, "")
    assert other.folder == ARCHIVE
    assert env.mailbox.stray() is other
    env._act("open", env.target, "")
    env._act("star", env.target, "")
    assert env._progress() < 1.0
    env.mailbox.move(other, INBOX)
    assert env._progress() == 1.0


def test_empty_folder_says_so() -> None:
    env = start("open")
    env.mailbox.folders[ARCHIVE].clear()
    env._act("folder", ARCHIVE, "")
    assert env._screen().lines == ("This folder is empty.",)


def test_card() -> None:
    card = MailEnv.__doc__ or ""
    headings = [line.strip("# ") for line in card.split("\n") if line.strip().startswith("## ")]
    assert headings == [
        *("Description", "Action Space", "Observation Space", "Rewards", "Starting State", "Episode End"),
        *("Arguments", "Version History"),
    ]
    for key in make().observation_space.spaces:  # type: ignore[attr-defined]
        assert f"| {key} | Text |" in card
