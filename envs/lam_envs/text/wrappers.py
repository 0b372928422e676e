"""Text tasks for libraries that know only numbers: admissible actions as Discrete with a mask, texts as hashed words.

    env = HashedText(DiscreteActions(gym.make("LamText/Mail-v0")))     # runs under Stable-Baselines3 and imitation
    sb3_contrib.MaskablePPO("MlpPolicy", env)                          # asks for `action_masks` by itself

Words are hashed with crc32, so that the numbers are the same in every process.
"""

from __future__ import annotations

import re
from typing import Any
from zlib import crc32

import gymnasium as gym
import numpy as np
from gymnasium import spaces
from gymnasium.utils import RecordConstructorArgs
from numpy.typing import NDArray

_WORDS = re.compile(r"[a-z0-9]+|[^a-z0-9\s]")


class DiscreteActions(gym.Wrapper[Any, Any, Any, Any], RecordConstructorArgs):
    """Action i is the i-th of `info["admissible_actions"]`; `info["action_mask"]` (int8, [n]) marks those there are.

    An index without an action is not admissible: it costs the step, and the screen says so. With more than n admissible
    actions only the first n can be chosen.
    """

    def __init__(self, env: gym.Env[Any, Any], actions: int = 32) -> None:
        RecordConstructorArgs.__init__(self, actions=actions)
        gym.Wrapper.__init__(self, env)
        if actions < 1:
            raise ValueError(
                f"actions must be at least 1, not {actions}: pass the largest number of admissible actions."
            )
        self.action_space = spaces.Discrete(actions)
        self._actions = actions
        self._admissible: tuple[str, ...] = ()

    def reset(self, *, seed: int | None = None, options: dict[str, Any] | None = None) -> tuple[Any, dict[str, Any]]:
        """Reset, with the mask in the info."""
        observation, info = self.env.reset(seed=seed, options=options)
        return observation, self._masked(info)

    def step(self, action: Any) -> tuple[Any, Any, bool, bool, dict[str, Any]]:
        """Take the admissible action with this index."""
        observation, reward, terminated, truncated, info = self.env.step(self.text(int(action)))
        return observation, reward, terminated, truncated, self._masked(info)

    def text(self, index: int) -> str:
        """The action text of an index; of an index without an action, a text that is not admissible."""
        return self._admissible[index] if index < len(self._admissible) else f"choose {index}"

    def index(self, action: str) -> int:
        """The index of an action text. ValueError when it is not admissible now."""
        if action not in self._admissible:
            raise ValueError(f"expected one of the admissible actions, not {action!r}: see info['admissible_actions'].")
        return self._admissible.index(action)

    def action_masks(self) -> NDArray[np.bool_]:
        """[n] which indices are admissible now (the name that sb3-contrib's MaskablePPO asks for)."""
        return np.arange(self._actions) < len(self._admissible)

    def _masked(self, info: dict[str, Any]) -> dict[str, Any]:
        self._admissible = info["admissible_actions"][: self._actions]
        return {**info, "action_mask": self.action_masks().astype(np.int8)}


class HashedText(gym.ObservationWrapper[Any, Any, Any], RecordConstructorArgs):
    """Observation as one float32 vector: hashed words of the instruction, then of the screen bound to their line.

    Values are word counts cut at 4, divided by 4; the vector has 2 * size numbers.
    """

    def __init__(self, env: gym.Env[Any, Any], size: int = 512) -> None:
        RecordConstructorArgs.__init__(self, size=size)
        gym.ObservationWrapper.__init__(self, env)
        if size < 1:
            raise ValueError(f"size must be at least 1, not {size}: a few hundred do.")
        self._size = size
        self.observation_space = spaces.Box(0.0, 1.0, (2 * size,), np.float32)

    def action_masks(self) -> NDArray[np.bool_]:
        """[n] the mask of the `DiscreteActions` inside."""
        masks: NDArray[np.bool_] = self.get_wrapper_attr("env").get_wrapper_attr("action_masks")()
        return masks

    def observation(self, observation: Any) -> NDArray[np.float32]:
        """Count hashed words."""
        size = self._size
        vector = np.zeros(2 * size, np.float32)
        for word in _WORDS.findall(observation["instruction"].lower()):
            vector[crc32(word.encode()) % size] += 0.25
        for line, text in enumerate(observation["screen"].lower().split("\n")):
            for word in _WORDS.findall(text):
                vector[size + crc32(f"{line}:{word}".encode()) % size] += 0.25
        return np.minimum(vector, 1.0, out=vector)
