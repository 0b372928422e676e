"""The rows of highway-env's own environments in `lam_gym.TASKS` (extra `highway`); see `lam_envs.driving.highway_env`.

The straight highways have our lookahead as their expert, through a copy of the live state, and parking our planner,
which needs the observation alone. The others have none: they are to be evaluated on. `drive/highway@highway-env` is
highway-v0 with the observations and actions of drive/highway, for policies that were trained there.
"""

from __future__ import annotations

from lam_gym.task_definition import Mirror, Task

_LOOKAHEAD = "lam_envs.driving.highway_env:lookahead_driver"
_INSTRUCTIONS = {
    "highway-v0": ("drive fast and safely among the traffic of the highway", 40, _LOOKAHEAD),
    "highway-fast-v0": ("drive fast and safely among the traffic of the highway", 30, _LOOKAHEAD),
    "merge-v0": ("stay on the highway while another vehicle merges", 30, ""),
    "intersection-v0": ("turn left at the intersection without hitting anyone", 13, ""),
    "roundabout-v0": ("pass the roundabout without hitting anyone", 11, ""),
    "parking-v0": ("park the car in the marked spot", 500, "lam_envs.driving.parking_experts:planner"),
    "racetrack-v0": ("follow the racetrack without hitting anyone", 1500, ""),
}
_PARKING_MIRROR = Mirror(
    negate=dict.fromkeys(("observation", "achieved_goal", "desired_goal"), (1, 3, 5)), negate_actions=(1,)
)

HIGHWAY_ENV: dict[str, Task] = {
    f"highway-env/{name}": Task(
        name=f"highway-env/{name}",
        env_id=f"highway-env/{name}",
        instruction=instruction,
        max_episode_steps=limit,
        expert=expert,
        symmetries=(_PARKING_MIRROR,) if name == "parking-v0" else (),
        requires="highway_env",
        extra="highway",
        modalities={"": "set"} if name not in ("parking-v0", "racetrack-v0") else {},
    )
    for name, (instruction, limit, expert) in _INSTRUCTIONS.items()
}
"""Every task by name."""

HIGHWAY_ENV["drive/highway@highway-env"] = Task(
    name="drive/highway@highway-env",
    env_id="highway-env/highway-v0",
    instruction="drive fast and safely among the traffic of the highway",
    max_episode_steps=40,
    kwargs={"view": "native"},
    expert="lam_envs.driving.highway_env:rule_driver",
    requires="highway_env",
    extra="highway",
    modalities={"": "set"},
)
# Its name makes a policy that was trained on drive/highway act in highway-env's highway-v0, which here shows the same.
