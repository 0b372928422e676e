"""The symmetries of TextWorld's games, beside the rules and tables of the games themselves."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import lam_gym
from lam_gym.augmentation.symmetries import Elements, draw, swap_words, transform_trajectory
from lam_gym.task_definition import Mirror
from lam_gym.textworld_tasks import FOODS, ROOMS, SYMMETRIES

CUTS = [symmetry for symmetry in SYMMETRIES["cooking"] if isinstance(symmetry, Mirror)][3:]


@pytest.fixture(scope="module")
def package() -> Any:
    """The cooking game's own module."""
    pytest.importorskip("textworld")
    return importlib.import_module("textworld.challenges.tw_cooking.cooking")


def test_foods_that_change_places_are_alike_in_the_games_table(package: Any) -> None:
    named = [food for foods in FOODS for food in foods]
    assert len(set(named)) == len(named)
    for foods in FOODS:
        assert all(package.FOODS[food] == package.FOODS[foods[0]] for food in foods)
        some = "indefinite" in package.FOODS[foods[0]]
        assert some or not any(food[0] in "aeiou" for food in foods)  # "a", never "an"


def test_rooms_that_change_places_are_names_of_the_games_grammar(package: Any) -> None:
    folder = Path(package.__file__).parents[1] / "tw_coin_collector" / "textworld_data" / "text_grammars"
    lines = [line.partition(":") for line in (folder / "house_obj.twg").read_text().split("\n")]
    names = {name for symbol, _, names in lines if "_(r)_noun" in symbol for name in names.split(";")}
    assert names >= set(ROOMS)
    assert names - set(ROOMS) == {"attic", "office"}  # "an"


def test_ways_to_cut_are_alike_in_the_games_rules(package: Any) -> None:
    written = Path(package.KB_LOGIC_PATH, "food.twl").read_text()
    rules = {line.strip() for line in written.partition("rules {")[2].partition("}")[0].split("\n")}
    assert sum(cut in rule for rule in rules for cut in ("chop ::", "slice ::", "dice ::")) == 3
    for cut in CUTS:
        words = Elements((cut,), (np.array([1]),)).words[0]
        assert {swap_words(rule, words) for rule in rules} == rules


def test_the_exchanges_of_ways_to_cut_make_all_six_orders() -> None:
    choices = np.indices((2, 2, 2)).reshape(3, -1)
    elements = Elements(tuple(CUTS), tuple(choices))
    cuts = {tuple(swap_words(word, words) for word in ("chop", "slice", "dice")) for words in elements.words}
    assert len(cuts) == 6
    for words in elements.words:
        acts = [swap_words(word, words) for word in ("chop", "slice", "dice")]
        done = [swap_words(word, words) for word in ("chopped", "sliced", "diced")]
        assert done == [{"chop": "chopped", "slice": "sliced", "dice": "diced"}[act] for act in acts]


@pytest.mark.filterwarnings("ignore")
def test_a_moved_game_stays_a_game(package: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LAM_GYM_CACHE", str(tmp_path))
    task = lam_gym.get_task("textworld/cooking-3")
    (played,) = lam_gym.rollout(lam_gym.ExpertPolicy(task), task, seeds=[0])
    elements = draw(task.symmetries, np.random.default_rng(0), 20)
    asked = set()
    for index in range(20):
        moved = transform_trajectory(elements, index, played)
        assert moved.admissible_actions is not None
        assert played.admissible_actions is not None
        for action, offered, before in zip(moved.actions, moved.admissible_actions, played.admissible_actions):
            assert action in offered
            assert len(set(offered)) == len(set(before))
        back = transform_trajectory(elements.inverse(), index, moved)
        assert back.fields()["instruction"].tolist() == played.fields()["instruction"].tolist()
        assert back.actions.tolist() == played.actions.tolist()
        asked.add(moved.fields()["instruction"][-1])
    assert len(asked) > 10
