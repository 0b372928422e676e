"""What every driving environment is made of: a batch that steps in compiled kernels, and a single environment on it.

`DrivingVectorEnv` holds the state of `num_envs` episodes as named arrays whose leading dimension is `num_envs`, and
`DrivingEnv` is a thin view of a batch of one. A task subclasses `DrivingVectorEnv`, fills in five hooks (`_spaces`,
`_allocate`, `_reset`, `_advance`, `_observe`), and names it as the `vector_class` of a `DrivingEnv`.

    environments = make_vec("LamDrive/Highway-v0", num_envs=256, autoreset="same_step")

An episode depends on (split, seed, number of the episode since that seed was given) alone: not on `num_envs`, not on
its neighbors, not on compilation.
"""

from __future__ import annotations

import difflib
import importlib
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

import gymnasium
import numpy as np
from gymnasium import spaces
from gymnasium.vector.utils import batch_space
from numpy.typing import NDArray

from lam_envs import VECTOR_ENTRY_POINTS
from lam_envs.driving.infos import autoreset_metadata, copy_of, final_infos, metric_arrays, row_of, zeros_of
from lam_envs.driving.metrics import NUM_METRICS, describe_metrics
from lam_envs.driving.scenario import SPLIT_CODES
from lam_envs.driving.scene import Trails
from lam_envs.driving.stepping import find_ended, open_step, read_choices, read_controls, start_episodes

AUTORESETS = ("next_step", "same_step", "disabled")
"""What happens to an episode that ended: it is reset by the next step (whose action is ignored there), at once, or
not at all (it stands still and earns nothing until it is reset)."""

SEED_LIMIT = 2**62
"""Seeds lie below this."""


Arrays = dict[str, NDArray[Any]]


def make_vec(id: str, num_envs: int = 1, **kwargs: Any) -> DrivingVectorEnv:
    """The batch of `num_envs` environments behind a `LamDrive` id; further keywords go to its class.

    ValueError when there is no such id.
    """
    if id not in VECTOR_ENTRY_POINTS:
        near = difflib.get_close_matches(id, VECTOR_ENTRY_POINTS, n=1, cutoff=0.0)[0]
        raise ValueError(f"expected one of {', '.join(VECTOR_ENTRY_POINTS)}, got {id!r}: did you mean {near!r}?")
    module, _, name = VECTOR_ENTRY_POINTS[id].partition(":")
    made: DrivingVectorEnv = getattr(importlib.import_module(module), name)(num_envs, **kwargs)
    return made


def choose(keyword: str, value: str | None, options: Sequence[str]) -> str:
    """`value`, or the first option for None; ValueError when it is not among the options."""
    if value is None:
        return options[0]
    if value not in options:
        raise ValueError(f"expected {keyword} to be one of {', '.join(options)}, got {value!r}: choose one of them")
    return value


class DrivingVectorEnv(gymnasium.vector.VectorEnv):
    """Many driving episodes at once, as a Gymnasium vector environment.

    Args:
        num_envs: episodes side by side.
        split: which scenarios: "train", "validation", "held_out" or "extrapolation".
        observation: one of the class's `views`; the first by default.
        mode: one of the class's `modes`; the first by default.
        autoreset: "next_step" (Gymnasium 1's default), "same_step" or "disabled"; see `AUTORESETS`.
        max_episode_steps: the clock; the task's `time_limit` by default.
        render_mode: None or "rgb_array".

    `info` of a step at which episodes ended holds their metrics (`metrics.METRICS`), one array `[num_envs]` each with
    its mask "_<name>"; with `autoreset="same_step"` they lie in "final_info", beside the last observation.
    """

    metadata: dict[str, Any] = {"render_modes": ["rgb_array"], "render_fps": 10}  # noqa: RUF012
    modes: ClassVar[tuple[str, ...]] = ("native",)
    views: ClassVar[tuple[str, ...]] = ()
    time_limit: ClassVar[int] = 0
    """Steps of an episode."""

    def __init__(
        self,
        num_envs: int = 1,
        *,
        split: str = "train",
        observation: str | None = None,
        mode: str | None = None,
        autoreset: str = "next_step",
        max_episode_steps: int | None = None,
        render_mode: str | None = None,
    ) -> None:
        if num_envs < 1:
            raise ValueError(f"expected num_envs to be positive, got {num_envs}: ask for at least one")
        if render_mode is not None:
            choose("render_mode", render_mode, self.metadata["render_modes"])
        self.num_envs = num_envs
        self.is_vector_env = True
        self.closed = False
        self.viewer = None
        self.split = choose("split", split, tuple(SPLIT_CODES))
        self.mode = choose("mode", mode, self.modes)
        self.view = choose("observation", observation, self.views)
        self.autoreset = choose("autoreset", autoreset, AUTORESETS)
        self.max_episode_steps = self.time_limit if max_episode_steps is None else int(max_episode_steps)
        self.render_mode = render_mode
        self.metadata = {**self.metadata, **autoreset_metadata(self.autoreset)}
        self.single_observation_space: Any
        self.single_action_space: Any
        self.single_observation_space, self.single_action_space = self._spaces()
        self.observation_space = batch_space(self.single_observation_space, num_envs)
        self.action_space = batch_space(self.single_action_space, num_envs)
        integers, flags = np.dtype(np.int64), np.dtype(np.bool_)
        kinds = {"seed": integers, "episode": integers, "steps": integers, "key": integers}
        self.state: Arrays = {name: np.zeros(num_envs, kind) for name, kind in kinds.items()}
        self.state.update(terminated=np.zeros(num_envs, flags), truncated=np.zeros(num_envs, flags))
        self.state["metrics"] = self.metrics = np.zeros((num_envs, NUM_METRICS))
        self.observations: Any = zeros_of(self.observation_space)
        self.rewards = np.zeros(num_envs)
        self.skipped, self.ended = np.zeros(num_envs, flags), np.zeros(num_envs, flags)
        self.terminated, self.truncated = self.state["terminated"], self.state["truncated"]
        self._seeded = False
        self._waiting: Any = None
        self.trails = Trails()
        discrete = isinstance(self.single_action_space, spaces.Discrete)
        self.actions: NDArray[Any] = np.zeros(self.action_space.shape or (), np.int64 if discrete else np.float64)
        if not discrete:
            self._low = self.single_action_space.low.astype(np.float64)
            self._high = self.single_action_space.high.astype(np.float64)
        self._allocate()

    # Hooks -----------------------------------------------------------------------------------------------------------

    def _spaces(self) -> tuple[Any, Any]:
        """(observation space, action space) of one environment."""
        raise NotImplementedError

    def _allocate(self) -> None:
        """Add the task's own arrays, leading dimension `num_envs`, to `self.state`."""

    def _reset(self, rows: NDArray[np.bool_]) -> None:
        """Start an episode in each of `rows` from `self.state["key"]`, and write `self.observations` there."""
        raise NotImplementedError

    def _advance(self, actions: NDArray[Any]) -> None:
        """One policy step of the rows that are not `self.skipped`, in place.

        Writes `self.observations`, `self.rewards`, `self.terminated` and, where the episode ends (`self.truncated`
        already tells the clock's word, `self.state["steps"]` counts this step), `self.metrics`.
        """
        raise NotImplementedError

    def _observe(self) -> None:
        """Write `self.observations` of every row from the state."""
        raise NotImplementedError

    def _render(self, index: int) -> NDArray[np.uint8]:
        """The frame of environment `index`."""
        raise NotImplementedError

    # Gymnasium -------------------------------------------------------------------------------------------------------

    def reset(
        self, *, seed: int | Sequence[int | None] | None = None, options: dict[str, Any] | None = None
    ) -> tuple[Any, dict[str, Any]]:
        """Start an episode in every environment, or where `options["reset_mask"]` is true.

        Environment `i` gets the seed `seed + i`, or the `i`-th of a sequence. Without a seed each goes on to the next
        episode of its own seed; the first time, seeds are drawn from the system.
        """
        mask = (options or {}).get("reset_mask")
        rows = np.ones(self.num_envs, np.bool_) if mask is None else np.array(mask, np.bool_)
        if rows.shape != (self.num_envs,):
            raise ValueError(f"expected a reset_mask of shape ({self.num_envs},), got {rows.shape}: one entry each")
        if seed is not None or not self._seeded:
            self._seed(seed, rows)
        else:
            self.state["episode"][rows] += 1
        self._begin(rows)
        return copy_of(self.observations), {}

    def step(  # type: ignore[override]
        self, actions: Any
    ) -> tuple[Any, NDArray[np.float64], NDArray[np.bool_], NDArray[np.bool_], dict[str, Any]]:
        """One policy step of every environment; the arrays returned are the caller's own.

        ValueError when the actions do not fit the action space.
        """
        count = self.run(actions)
        terminated, truncated = self.terminated.copy(), self.truncated.copy()
        infos: dict[str, Any] = {}
        if count and self.autoreset == "same_step":
            infos = final_infos(self.observations, self.metrics, self.ended)
            self.state["episode"][self.ended] += 1
            self._begin(self.ended)
        elif count:
            infos = metric_arrays(self.metrics, self.ended)
        return copy_of(self.observations), self.rewards.copy(), terminated, truncated, infos

    def run(self, actions: Any) -> int:
        """`step` without copies: the results are left in `observations`, `rewards`, `terminated`, `truncated`,
        `metrics`. Gives the number of episodes that ended; of the automatic resets only "next_step" is done."""
        self._read(actions)
        state, disabled = self.state, self.autoreset == "disabled"
        skipped = open_step(
            disabled,
            self.max_episode_steps,
            state["steps"],
            self.terminated,
            self.truncated,
            self.rewards,
            self.skipped,
        )
        if skipped and not disabled:
            state["episode"][self.skipped] += 1
            self._begin(self.skipped)
        self._advance(self.actions)
        return find_ended(self.terminated, self.truncated, self.skipped, self.ended)

    def get_state(self) -> Arrays:
        """A copy of everything that decides the rest of the episodes: named arrays, leading dimension `num_envs`."""
        return {name: array.copy() for name, array in self.state.items()}

    def set_state(self, state: Mapping[str, NDArray[Any]], rows: Sequence[int] | NDArray[Any] | None = None) -> Any:
        """Put a state of `m` episodes into the `m` environments `rows` (default: all); gives all observations.

        A state of one episode fills every one of `rows`. It may come from a batch of another size or split, not from
        one whose arrays have other shapes (ValueError).
        """
        place: Any = slice(None) if rows is None else np.asarray(rows)
        count = self.num_envs if rows is None else len(place)
        for name, array in self.state.items():
            given = state.get(name)
            if given is None or given.shape[1:] != array.shape[1:] or len(given) not in (1, count):
                shape = (count, *array.shape[1:])
                got = "nothing" if given is None else given.shape
                raise ValueError(f"expected {name!r} of shape {shape} in the state, got {got}: use the same arguments")
        for name, array in self.state.items():
            array[place] = state[name]
        self._seeded = True
        self._observe()
        return copy_of(self.observations)

    def render(self, index: int = 0) -> NDArray[np.uint8] | None:  # type: ignore[override]
        """The frame `[height, width, 3]` uint8 of environment `index`, or None without a render mode."""
        return None if self.render_mode is None else self._render(index)

    def reset_async(self, seed: Any = None, options: dict[str, Any] | None = None) -> None:
        """Gymnasium 0.29's first half of `reset`."""
        self._waiting = (seed, options)

    def reset_wait(self, seed: Any = None, options: dict[str, Any] | None = None) -> tuple[Any, dict[str, Any]]:
        """Gymnasium 0.29's second half of `reset`."""
        seed, options = self._waiting
        return self.reset(seed=seed, options=options)

    def step_async(self, actions: Any) -> None:
        """Gymnasium 0.29's first half of `step`."""
        self._waiting = actions

    def step_wait(self, **kwargs: Any) -> Any:
        """Gymnasium 0.29's second half of `step`."""
        return self.step(self._waiting)

    # Inside ----------------------------------------------------------------------------------------------------------

    def _seed(self, seed: int | Sequence[int | None] | None, rows: NDArray[np.bool_]) -> None:
        """Give each of `rows` its seed and call its episode number 0."""
        drawn = np.random.default_rng().integers(2**31, size=self.num_envs)
        if seed is None:
            seeds: list[int] = drawn.tolist()
        elif isinstance(seed, (int, np.integer)):
            seeds = [int(seed) + row for row in range(self.num_envs)]
        else:
            seeds = [int(drawn[row]) if each is None else int(each) for row, each in enumerate(seed)]
        if len(seeds) != self.num_envs or min(seeds) < 0 or max(seeds) >= SEED_LIMIT:
            raise ValueError(f"expected {self.num_envs} seeds from 0 to 2**62 - 1, got {seed!r}: give one or a list")
        self.state["seed"][rows] = np.array(seeds, np.int64)[rows]
        self.state["episode"][rows] = 0
        self._seeded = True

    def _begin(self, rows: NDArray[np.bool_]) -> None:
        """Start the episodes of `rows`, whose seed and number stand in the state."""
        state = self.state
        code = SPLIT_CODES[self.split]
        flags = (self.terminated, self.truncated)
        start_episodes(rows, code, state["seed"], state["episode"], state["steps"], state["key"], *flags)
        self._reset(rows)

    def _read(self, actions: Any) -> None:
        """Check `actions` and put them into `self.actions`."""
        discrete = self.actions.dtype.kind == "i"
        given = np.asarray(actions)
        if given.shape != self.actions.shape or given.dtype.kind not in ("iu" if discrete else "iuf"):
            kind = "integers" if discrete else "numbers"
            raise ValueError(
                f"expected actions of {kind} and shape {self.actions.shape}, got {given.dtype} of shape {given.shape}: "
                "give one for each environment"
            )
        if discrete:
            size = int(self.single_action_space.n)
            wrong = read_choices(np.ascontiguousarray(given, np.int64), size, self.actions)
        else:
            size = 0
            wrong = read_controls(np.ascontiguousarray(given, np.float64), self._low, self._high, self.actions)
        if wrong >= 0:
            wanted = f"actions from 0 to {size - 1}" if discrete else "finite actions"
            raise ValueError(f"expected {wanted}, got {given[wrong]!r}: check what the policy computed")


class DrivingEnv(gymnasium.Env[Any, Any]):
    """One driving episode at a time: a batch of one of `vector_class`, which takes the same arguments.

    `info` of the last step of an episode holds its metrics (`metrics.METRICS`); `truncated` is the task's clock.
    """

    metadata: dict[str, Any] = {"render_modes": ["rgb_array"], "render_fps": 10}  # noqa: RUF012
    vector_class: ClassVar[type[DrivingVectorEnv]]

    def __init__(
        self,
        split: str = "train",
        observation: str | None = None,
        mode: str | None = None,
        render_mode: str | None = None,
        **arguments: Any,
    ) -> None:
        self.arguments = {"split": split, "observation": observation, "mode": mode, **arguments}
        """What makes a batch of the same episodes (`vector_class(num_envs, **arguments)`)."""
        self.batch = self.vector_class(1, autoreset="disabled", render_mode=render_mode, **self.arguments)
        self.split, self.render_mode = self.batch.split, render_mode
        self.observation_space = self.batch.single_observation_space
        self.action_space = self.batch.single_action_space

    def reset(self, *, seed: int | None = None, options: dict[str, Any] | None = None) -> tuple[Any, dict[str, Any]]:
        """Start the episode of a seed; without one, the next episode of the last seed."""
        super().reset(seed=seed)
        self.batch.reset(seed=seed)
        return row_of(self.batch.observations, 0), {}

    def step(self, action: Any) -> tuple[Any, float, bool, bool, dict[str, Any]]:
        """One policy step; after the end of an episode nothing moves and nothing is earned.

        ValueError when the action does not fit the action space.
        """
        batch = self.batch
        batch.run(np.asarray(action)[None])
        terminated, truncated = bool(batch.terminated[0]), bool(batch.truncated[0])
        info = describe_metrics(batch.metrics[0]) if terminated or truncated else {}
        return row_of(batch.observations, 0), float(batch.rewards[0]), terminated, truncated, info

    def render(self) -> NDArray[np.uint8] | None:  # type: ignore[override]
        """The frame `[height, width, 3]` uint8 of the present state, or None without a render mode."""
        return self.batch.render(0)

    def get_state(self) -> Arrays:
        """A copy of everything that decides the rest of the episode and later ones: arrays of leading dimension 1."""
        return self.batch.get_state()

    def set_state(self, state: Mapping[str, NDArray[Any]]) -> Any:
        """Return to what `get_state` gave; gives the observation there."""
        self.batch.set_state(state)
        return row_of(self.batch.observations, 0)
