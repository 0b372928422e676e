"""Tapes: blocks that turn, lanes that end, restart and leave, and the same episodes from both kinds."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from lam_gym import tapes

INFO: dict[str, Any] = {}


def observe(lane: int, step: int) -> NDArray[np.float32]:
    return np.array([lane, step], dtype=np.float32)


def play(tape: tapes.Tape, ends: dict[int, dict[int, str]], steps: int) -> list[Any]:
    """Run lanes 0, 1, 2 for `steps`; `ends[step]` says which rows are restarted or removed after that step."""
    cuts: list[Any] = []
    lanes, following = [0, 1, 2], 3
    for step in range(1, steps + 1):
        actions = [10 * lane + step for lane in lanes]
        observations = [observe(lane, step) for lane in lanes]
        tape.append(actions, observations, [lane + step / 8 for lane in lanes], [INFO] * len(lanes))
        removed = []
        for row, what in ends.get(step, {}).items():
            cuts.append(tape.cut(row))
            if what == "restart":
                lanes[row], following = following, following + 1
                tape.restart(row, observe(lanes[row], step), INFO)
            else:
                removed.append(row)
        tape.remove(removed)
        for row in reversed(removed):
            del lanes[row]
        assert [list(each) for each in tape.batch()] == [[lane, step] for lane in lanes]
    return cuts


@pytest.mark.parametrize("block_bytes", [1, 200, 2**22])
def test_both_tapes_cut_the_same_episodes(monkeypatch: pytest.MonkeyPatch, block_bytes: int) -> None:
    monkeypatch.setattr(tapes, "BLOCK_BYTES", block_bytes)
    ends = {1: {1: "restart"}, 2: {0: "restart"}, 5: {0: "restart", 2: "remove"}, 6: {1: "remove"}, 9: {0: "remove"}}
    starts = [observe(lane, 0) for lane in range(3)]
    blocks = tapes.make_tape(starts, [INFO] * 3, np.zeros((), np.int64))
    lists = tapes.ListTape(starts, [INFO] * 3)
    assert isinstance(blocks, tapes.ArrayTape)
    first, second = play(blocks, ends, 9), play(lists, ends, 9)
    assert len(first) == len(second) == 6
    for left, right in zip(first, second):
        for mine, theirs in zip(left[:3], right[:3]):
            assert mine.dtype == theirs.dtype
            np.testing.assert_array_equal(mine, theirs)
    lane, last = first[-1][0][-1]
    assert (lane, last) == (5, 9)
    np.testing.assert_array_equal(first[-1][1], [56, 57, 58, 59])


def test_what_the_tape_is_made_for_decides_its_kind() -> None:
    action = np.zeros((), np.int64)
    assert isinstance(tapes.make_tape([3], [INFO], action), tapes.ArrayTape)
    assert isinstance(tapes.make_tape([observe(0, 0)], [INFO], None), tapes.ListTape)
    assert isinstance(tapes.make_tape([{"image": observe(0, 0)}], [INFO], action), tapes.ListTape)
    assert isinstance(tapes.make_tape(["a screen"], [INFO], None), tapes.ListTape)


def test_observations_that_the_environment_reuses_are_copied() -> None:
    reused: dict[str, Any] = {"image": np.zeros(2), "words": "go"}
    info = {"admissible_actions": ["a", "b"]}
    tape = tapes.make_tape([reused], [info], None)
    for step in (1, 2):
        reused["image"] += 1
        tape.append(["a"], [reused], [0.0], [info])
        assert tape.batch()[0]["admissible_actions"] == ("a", "b")
        assert tape.batch()[0]["image"].tolist() == [step, step]
    cut: Any = tape.cut(0)
    observations, actions, rewards, admissible = cut
    assert observations["image"].tolist() == [[0, 0], [1, 1], [2, 2]]
    assert observations["words"].tolist() == ["go"] * 3
    assert actions.tolist() == ["a", "a"]
    assert rewards.tolist() == [0.0, 0.0]
    assert admissible == (("a", "b"),) * 3


@pytest.mark.parametrize(
    "observations",
    [
        [np.arange(6, dtype=np.float32).reshape(2, 3), np.ones((2, 3), np.float32)],
        [np.arange(6, dtype=np.float32).reshape(2, 3), np.ones((2, 3), np.int32)],
        [np.arange(6, dtype=np.float64).reshape(2, 3), np.ones((2, 3), np.float32)],
        [np.asfortranarray(np.arange(6, dtype=np.float32).reshape(2, 3)), np.ones((2, 3), np.float32)],
        [np.arange(12, dtype=np.float32).reshape(2, 6)[:, ::2], np.ones((2, 3), np.float32)],
        [[[0, 1, 2], [3, 4, 5]], np.ones((2, 3), np.float32)],
        [np.arange(6, dtype=object).reshape(2, 3), np.ones((2, 3), dtype=object)],
    ],
)
def test_rows_are_filled_with_the_values_whatever_their_form(observations: list[Any]) -> None:
    row = np.zeros((2, 2, 3), np.float32)
    tapes.fill(row, observations)
    np.testing.assert_array_equal(row, np.array([np.asarray(each, np.float32) for each in observations]))


def test_observations_of_another_size_are_refused() -> None:
    with pytest.raises(ValueError, match=r"shape|broadcast|inhomogeneous"):
        tapes.fill(np.zeros((2, 4), np.float32), [np.zeros(4, np.float32), np.zeros(3, np.float32)])
