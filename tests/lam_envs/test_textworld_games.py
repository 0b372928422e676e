"""TextWorld games: with a stand-in for the package always, with the package itself where it is installed."""

from __future__ import annotations

import importlib.util
import json
import sys
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import gymnasium
import pytest
from gymnasium.utils.env_checker import check_env

import lam_gym
from lam_envs import textworld_games
from lam_envs.textworld_games import FIRST_GAME, SEED_REGION, TextWorldEnv, cache_folder, game_file, planner
from lam_envs.third_party import ExpertFailure
from lam_gym.task import SEED_REGION as TOOLKIT_REGION

PLANS = {"coin": ["go north", "take coin"], "cooking": ["cook apple with stove", "eat meal"]}
RECIPE = "Ingredients:\n  apple\n  milk\nDirections:\n fry the apple\n prepare meal"
STATUS = ">                      -= Kitchen =-0/2"


class StandIn:
    """A world in which a game's plan is played from its file, and "wait" spoils it."""

    def __init__(self, path: str) -> None:
        self.load(path)

    def load(self, path: str) -> None:
        self.game = json.loads(Path(path).with_suffix(".json").read_text())

    def reset(self) -> Any:
        self.plan, self.done, self.spoilt = list(PLANS[self.game["kind"]]), 0, False
        return self._state("")

    def step(self, command: str) -> tuple[Any, float, bool]:
        feedback = f"\n\nYou do it.\n{STATUS}\n"
        if command == "examine cookbook":
            feedback = f"You read:\nRecipe #1\n{RECIPE}\n\n{STATUS}"
        elif command == "wait":
            self.spoilt = True
        elif command.startswith("go"):
            feedback = "-= Bar =-\nA bar."
        if self.plan and command == self.plan[0]:
            self.plan.pop(0)
            self.done += 1
        return self._state(feedback), self.done, not self.plan

    def _state(self, feedback: str) -> Any:
        commands = sorted({*self.plan[:1], "wait", *(["examine cookbook"] if self.game["kind"] == "cooking" else [])})
        return SimpleNamespace(
            feedback=feedback,
            description=f"\n-= Kitchen =-\nA kitchen\u2014tidy. Small.\n\n{STATUS}",
            inventory="You are carrying: some milk, a knife and a fried apple."
            if self.done
            else "You are carrying nothing.",
            objective=f"Win game {self.game['seed']}!  Now.",
            admissible_commands=commands,
            policy_commands=[] if self.spoilt else list(self.plan),
            won=not self.plan,
            score=self.done,
            max_score=2,
        )

    def close(self) -> None:
        pass


@pytest.fixture
def stand_in(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[str]:
    """Puts the stand-in where the package would be; gives the list of compiled games."""
    compiled: list[str] = []

    class GameOptions(SimpleNamespace):
        def __init__(self) -> None:
            super().__init__(grammar=SimpleNamespace(only_last_action=False), seeds=0, path="")

    def make(kind: str, settings: dict[str, Any], options: Any) -> dict[str, Any]:
        return {"kind": kind, "seed": options.seeds, **{key: settings[key] for key in settings if key == "recipe"}}

    def compile_game(game: dict[str, Any], options: Any) -> str:
        Path(options.path).with_suffix(".json").write_text(json.dumps(game))
        Path(options.path).write_bytes(b"story")
        compiled.append(Path(options.path).stem)
        return str(options.path)

    coin = {"make": lambda settings, options: make("coin", settings, options)}
    cooking = {"make": lambda settings, options: make("cooking", settings, options)}
    modules: dict[str, dict[str, Any]] = {
        "textworld": {
            "__version__": "0.0",
            "EnvInfos": SimpleNamespace,
            "start": lambda path, infos: StandIn(path),
            "__spec__": importlib.util.spec_from_loader("textworld", None),
        },
        "textworld.generator": {"compile_game": compile_game},
        "textworld.generator.game": {"GameOptions": GameOptions},
        "textworld.challenges": {},
        "textworld.challenges.tw_coin_collector": {},
        "textworld.challenges.tw_coin_collector.coin_collector": coin,
        "textworld.challenges.tw_cooking": {},
        "textworld.challenges.tw_cooking.cooking": cooking,
    }
    for name, contents in modules.items():
        module = ModuleType(name)
        vars(module).update(contents)
        monkeypatch.setitem(sys.modules, name, module)
    monkeypatch.setenv("LAM_GYM_CACHE", str(tmp_path))
    return compiled


def test_seeds_play_games_of_disjoint_parts(stand_in: list[str]) -> None:
    assert SEED_REGION == TOOLKIT_REGION
    env = TextWorldEnv(games=(3, 2, 4))
    seen = []
    for part, count in enumerate(env.games):
        start = part * SEED_REGION
        shown = [env.reset(seed=start + seed)[0]["instruction"] for seed in range(count)]
        assert [env.reset(seed=start + count)[0]["instruction"]] == shown[:1]
        assert env.reset()[0]["instruction"] in shown
        assert shown == [f"Win game {FIRST_GAME[part] + number}! Now." for number in range(count)]
        seen += shown
    assert len(set(seen)) == 9
    assert sorted(stand_in) == sorted(set(stand_in))  # each compiled once
    env.close()
    env.close()


def test_the_cookbook_is_read_first_and_joins_the_instruction(stand_in: list[str]) -> None:
    env = TextWorldEnv("cooking", 2, render_mode="ansi")
    assert env.render() is None
    observation, info = env.reset(seed=0)
    assert env.observation_space.contains(observation)
    assert observation["instruction"] == f"Win game {FIRST_GAME[0]}! Now."
    assert observation["screen"] == "You are carrying nothing.\n-= Kitchen =-\nA kitchen?tidy.\nSmall."
    expert, played = planner(env), []
    over = False
    while not over:
        played.append(expert.act(observation))
        observation, reward, over, _, info = env.step(played[-1])
    assert played == ["examine cookbook", "cook apple with stove", "eat meal"]
    assert (reward, info) == (1.0, {"admissible_actions": (), "success": True, "progress": 1.0})
    assert observation["screen"].startswith(
        "> eat meal\nYou do it.\nYou are carrying:\nsome milk\na knife\na fried apple\n-= "
    )
    recipe = "Ingredients: apple, milk. Directions: fry the apple, prepare meal."
    assert observation["instruction"] == f"Win game {FIRST_GAME[0]}! Now. {recipe}"
    assert env.render() == observation["screen"]
    with pytest.raises(ValueError, match="is over or has not begun"):
        env.step("eat meal")


def test_a_cookbook_of_another_form_joins_the_instruction_as_it_is() -> None:
    assert textworld_games._recipe("You see\nnothing in it.") == "You see nothing in it."


def test_what_is_not_admissible_changes_nothing(stand_in: list[str]) -> None:
    env = TextWorldEnv("coin", 5)
    _, info = env.reset(seed=0)
    observation, reward, terminated, _, after = env.step("quit\nnow")
    assert observation["screen"].startswith("> quit now\nThat does nothing here.\nYou are carrying")
    assert (reward, terminated, after) == (0.0, False, info)
    assert env.step("go north")[0]["screen"].startswith("> go north\nYou came from the south.\nYou are carrying:\n")
    env.step("wait")
    with pytest.raises(ExpertFailure, match="cannot be won from here"):
        planner(env).act(observation)


def test_a_game_is_compiled_once_and_moved_whole(
    stand_in: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = game_file("coin", 5, 7)
    assert path == game_file("coin", 5, 7) == tmp_path / "textworld" / "0.0" / "coin-5-7.z8"
    assert stand_in == ["coin-5-7"]
    monkeypatch.setattr(textworld_games, "_compile", lambda *_: (_ for _ in ()).throw(RuntimeError("broken")))
    with pytest.raises(RuntimeError, match="broken"):
        game_file("coin", 5, 8)
    assert sorted(file.name for file in path.parent.iterdir()) == ["coin-5-7.json", "coin-5-7.z8"]


def test_the_cache_is_the_users(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("LAM_GYM_CACHE", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", "/cache")
    assert cache_folder() == Path("/cache/lam-gym/textworld")
    monkeypatch.delenv("XDG_CACHE_HOME")
    assert cache_folder() == Path.home() / ".cache" / "lam-gym" / "textworld"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"game": "chess"}, "Expected the game 'coin' with level 1 to 200 or 'cooking' with level 1 to 4"),
        ({"game": "cooking", "level": 5}, "got 'cooking' with level 5"),
        ({"games": (1, 2)}, "Expected 1 to 10000 games for each of train, validation, test"),
        ({"render_mode": "human"}, "render mode 'ansi' or none"),
    ],
)
def test_wrong_arguments(arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        TextWorldEnv(**arguments)


def test_a_whole_recording(stand_in: list[str], tmp_path: Path) -> None:
    task = lam_gym.get_task("textworld/cooking-3")
    demos = lam_gym.record(task, episodes=4, seed=0, out=tmp_path / "demos", num_envs=2)
    assert all(demo.success and len(demo) == 3 for demo in demos)
    assert lam_gym.evaluate(lam_gym.ExpertPolicy(task), task, episodes=3).success_rate == 1


# --- with the package -------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def package() -> None:
    pytest.importorskip("textworld")


@pytest.mark.usefixtures("package")
@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(("game", "level"), [("coin", 5), ("cooking", 1)])
def test_real_games(game: str, level: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LAM_GYM_CACHE", str(tmp_path))
    if game == "coin":
        check_env(gymnasium.make("LamTextWorld/Game-v0", game=game, level=level, games=(1, 1, 1)).unwrapped)
    task = lam_gym.get_task(f"textworld/{game}-{level}")
    one, again = lam_gym.rollout(lam_gym.ExpertPolicy(task), task, seeds=[0, 20])
    assert one.success
    assert again.equals(lam_gym.Trajectory(**{**vars(one), "seed": 20}))
    assert len(list(tmp_path.rglob("*.z8"))) == 1
