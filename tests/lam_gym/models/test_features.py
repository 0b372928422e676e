"""Feature tables: names, flattening, vocabularies, candidates, and what they refuse."""

from __future__ import annotations

import numpy as np
import pytest

from lam_gym import ExpertPolicy, rollout
from lam_gym.errors import BadCheckpoint
from lam_gym.models.features import CandidateTable, FeatureTable, learn_words, mark_words
from lam_gym.models.spaces import describe
from lam_gym.task import get_task


def test_words_that_tell_texts_apart() -> None:
    texts = ["go to the red ball", "go to the blue ball", "go to the red key 12", "go to the red ball"]
    assert learn_words(texts) == ("ball", "red")
    assert learn_words(texts, most=1) == ("ball",)
    marks = mark_words(("ball", "red"), ["a RED thing", "two balls", "ball, red"])
    np.testing.assert_array_equal(marks, [[0, 1], [0, 0], [1, 1]])


def test_grids_codes_and_texts_in_one_row() -> None:
    task = get_task("babyai/GoToLocal")
    demos = rollout(ExpertPolicy(task), task, seeds=range(20))
    table = FeatureTable.learn(describe(task), demos)
    observation = demos[0].observation(1)
    row = table.encode([observation])
    assert row.shape == (1, len(table.names))
    assert row.dtype == np.float32
    assert row[0, table.names.index("image[3,5,1]")] == observation["image"][3, 5, 1]
    assert row[0, table.names.index("direction")] == observation["direction"]
    assert row[0, table.names.index("'red' in mission")] == ("red" in observation["mission"])
    assert FeatureTable.from_json(table.to_json()) == table
    with pytest.raises(BadCheckpoint, match="reads the observation field 'mission', which is missing"):
        table.encode([{key: value for key, value in observation.items() if key != "mission"}])
    with pytest.raises(BadCheckpoint, match="reads 147 numbers from 'image', got 3"):
        table.encode([{**observation, "image": np.zeros(3)}])


def test_candidates_say_how_they_match_the_instruction() -> None:
    task = get_task("text/mail")
    demos = rollout(ExpertPolicy(task), task, seeds=range(20))
    table = CandidateTable.learn(describe(task), demos)
    assert CandidateTable.from_json(table.to_json()) == table
    observation = {
        "instruction": 'Answer Marta with "Let us talk"',
        "screen": "Mail > Inbox\n[1] row Lunch | from Piet\n[2] row Budget | from Marta\n[3] field Text: Let us talk",
        "admissible_actions": ("click 1", "click 2", "type 3 Let us talk", "type 3 See you"),
    }
    assert table.describe(observation)[1] == "click row | Budget | from Marta"
    rows = dict(zip(table.names, table.encode([observation]).T))
    assert rows["words shared with the instruction"].tolist() == [0, 1, 3, 3]
    assert rows["shares most words"].tolist() == [0, 0, 1, 1]
    assert rows["typed text is in the instruction"].tolist() == [0, 0, 1, 0]
    assert rows["typed text is on the screen"].tolist() == [0, 0, 1, 0]
    assert rows["place in the list"].tolist() == [0, 1, 2, 3]
    assert rows["place from the end"].tolist() == [4, 3, 2, 1]
    twice = table.encode([observation, demos[0].observation(0)])
    assert len(twice) == 4 + len(demos[0].observation(0)["admissible_actions"])
