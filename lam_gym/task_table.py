"""The rows of `lam_gym.TASKS`: every task that lam-gym ships."""

from __future__ import annotations

from lam_gym.babyai_tasks import BABYAI
from lam_gym.highway_env_tasks import HIGHWAY_ENV
from lam_gym.task_definition import Mirror, Task

_LANE_SCALE = (0.5756, 0.08046, 3.124, 0.07679, 0.01118, 0.0112, 0.01122, 0.01124, 0.01129, 0.01135, 0.01139, 0.01134)

_GOAL_KEYS = ("observation", "achieved_goal", "desired_goal")

TEXTWORLD = (
    ("coin", 5, 30),
    ("coin", 10, 60),
    ("cooking", 1, 30),
    ("cooking", 2, 30),
    ("cooking", 3, 40),
    ("cooking", 4, 60),
)
"""Game, level and time limit of each task of TextWorld's generated games."""
_COMPASS = tuple(
    Mirror(swap_words=pairs)
    for pairs in ((("east", "west"),), (("north", "south"),), (("north", "east"), ("south", "west")))
)
"""The map of a game mirrored and turned: the eight ways to lay out the four directions."""

_SCENARIOS: dict[str, dict[str, str]] = {
    split: {"split": split} for split in ("validation", "held_out", "extrapolation")
}
"""Variations of the driving tasks: the other boxes of scenarios."""
_LANGUAGE: dict[str, dict[str, str]] = {
    f"held_out_{axis}": {axis: "held_out"} for axis in ("phrasing", "layout", "composition")
}
"""Variations of the text applications: one axis held out, the others as in training."""

TABLE: dict[str, Task] = {
    "drive/highway": Task(
        name="drive/highway",
        env_id="LamDrive/Highway-v0",
        instruction="drive fast and safely among the traffic of the highway",
        max_episode_steps=40,
        expert="lam_envs.driving.highway_experts:rule",
        random_return=8.06,
        expert_return=30.08,
        symmetries=(Mirror(negate={"": (2, 4, 6, 7)}, swap_actions=((0, 2),)),),
        variations=_SCENARIOS,
        requires="lam_envs",
        modalities={"": "set"},
    ),
    "drive/highway-continuous": Task(
        name="drive/highway-continuous",
        env_id="LamDrive/HighwayContinuous-v0",
        instruction="drive fast and safely among the traffic of the highway by throttle and steering",
        max_episode_steps=200,
        expert="lam_envs.driving.highway_continuous_experts:stanley_idm",
        random_return=5.12,
        expert_return=149.88,
        symmetries=(Mirror(negate={"": (2, 4, 6, 7)}, negate_actions=(1,)),),
        variations=_SCENARIOS,
        requires="lam_envs",
        modalities={"": "set"},
    ),
    "drive/lane-keeping": Task(
        name="drive/lane-keeping",
        env_id="LamDrive/LaneKeeping-v0",
        instruction="keep the lane to the end of the road",
        max_episode_steps=300,
        expert="lam_envs.driving.experts:stanley",
        random_return=10.69,
        expert_return=129.74,
        symmetries=(Mirror(negate={"": (0, 1, 3, 4, 5, 6, 7, 8, 9, 10, 11)}, negate_actions=(1,)),),
        observation_scale=_LANE_SCALE,
        variations=_SCENARIOS,
        requires="lam_envs",
    ),
    "drive/merge": Task(
        name="drive/merge",
        env_id="LamDrive/Merge-v0",
        instruction="merge onto the highway and drive past the ramp without hitting anyone",
        max_episode_steps=80,
        expert="lam_envs.driving.junction_experts:merge_driver",
        random_return=0.2447,
        expert_return=1.556,
        variations=_SCENARIOS,
        requires="lam_envs",
        modalities={"": "set"},
    ),
    "drive/intersection": Task(
        name="drive/intersection",
        env_id="LamDrive/Intersection-v0",
        instruction="cross or turn at the intersection, and let those with the right of way go first",
        max_episode_steps=100,
        expert="lam_envs.driving.junction_experts:junction_driver",
        random_return=1.158,
        expert_return=1.667,
        variations=_SCENARIOS,
        requires="lam_envs",
        modalities={"": "set"},
    ),
    "drive/roundabout": Task(
        name="drive/roundabout",
        env_id="LamDrive/Roundabout-v0",
        instruction="enter the roundabout when there is room, and leave it by the exit that is wanted",
        max_episode_steps=100,
        expert="lam_envs.driving.junction_experts:junction_driver",
        random_return=1.052,
        expert_return=1.612,
        variations=_SCENARIOS,
        requires="lam_envs",
        modalities={"": "set"},
    ),
    "drive/parking": Task(
        name="drive/parking",
        env_id="LamDrive/Parking-v0",
        instruction="park the car in the marked spot",
        max_episode_steps=500,
        expert="lam_envs.driving.parking_experts:planner",
        random_return=-40.63,
        expert_return=-16.95,
        symmetries=(
            Mirror(negate=dict.fromkeys(_GOAL_KEYS, (1, 3, 5)), negate_actions=(1,)),
            Mirror(negate=dict.fromkeys(_GOAL_KEYS, (0, 2, 4)), negate_actions=(1,)),
        ),
        variations=_SCENARIOS,
        requires="lam_envs",
    ),
    "text/mail": Task(
        name="text/mail",
        env_id="LamText/Mail-v0",
        instruction="do what the instruction asks in the mail application",
        max_episode_steps=20,
        expert="lam_envs.text.experts:mail",
        random_return=0.0018,
        expert_return=1.0,
        synonyms="lam_envs.text.language:SYNONYMS",
        variations=_LANGUAGE,
        requires="lam_envs",
    ),
    "text/calendar": Task(
        name="text/calendar",
        env_id="LamText/Calendar-v0",
        instruction="do what the instruction asks in the calendar",
        max_episode_steps=30,
        expert="lam_envs.text.calendar_expert:calendar",
        random_return=0.0025,
        expert_return=1.0,
        synonyms="lam_envs.text.phrasings.calendar:SYNONYMS",
        variations=_LANGUAGE,
        requires="lam_envs",
    ),
    "text/form": Task(
        name="text/form",
        env_id="LamText/Form-v0",
        instruction="fill in the form as the instruction asks",
        max_episode_steps=40,
        expert="lam_envs.text.form_expert:form",
        random_return=0.0,
        expert_return=1.0,
        synonyms="lam_envs.text.phrasings.form:SYNONYMS",
        variations=_LANGUAGE,
        requires="lam_envs",
    ),
    "text/files": Task(
        name="text/files",
        env_id="LamText/Files-v0",
        instruction="do what the instruction asks in the file manager",
        max_episode_steps=40,
        expert="lam_envs.text.files_expert:files",
        random_return=0.0015,
        expert_return=1.0,
        synonyms="lam_envs.text.phrasings.files:SYNONYMS",
        variations=_LANGUAGE,
        requires="lam_envs",
    ),
    "text/shop": Task(
        name="text/shop",
        env_id="LamText/Shop-v0",
        instruction="do what the instruction asks in the shop",
        max_episode_steps=30,
        expert="lam_envs.text.shop_expert:shop",
        random_return=0.0035,
        expert_return=1.0,
        synonyms="lam_envs.text.phrasings.shop:SYNONYMS",
        variations=_LANGUAGE,
        requires="lam_envs",
    ),
    "text/desk": Task(
        name="text/desk",
        env_id="LamText/Desk-v0",
        instruction="do what the instruction asks at the desk",
        max_episode_steps=30,
        expert="lam_envs.text.desk_expert:desk",
        random_return=0.0,
        expert_return=1.0,
        synonyms="lam_envs.text.phrasings.desk:SYNONYMS",
        variations=_LANGUAGE,
        requires="lam_envs",
    ),
    **BABYAI,
    **HIGHWAY_ENV,
    **{
        f"textworld/{game}-{level}": Task(
            name=f"textworld/{game}-{level}",
            env_id="LamTextWorld/Game-v0",
            instruction="find the coin" if game == "coin" else "prepare the meal of the cookbook and eat it",
            max_episode_steps=steps,
            kwargs={"game": game, "level": level},
            expert="lam_envs.textworld_games:planner",
            symmetries=_COMPASS,
            window=8,
            requires="textworld",
            extra="textworld",
        )
        for game, level, steps in TEXTWORLD
    },
    "data/digits": Task(
        name="data/digits",
        env_id="LamData/Classify-v0",
        instruction="say which digit the picture shows",
        max_episode_steps=1,
        kwargs={"table": "digits"},
        expert="lam_envs.data.classify:true_label",
        random_return=0.1,
        expert_return=1.0,
        requires="lam_envs",
    ),
    "data/requests": Task(
        name="data/requests",
        env_id="LamData/Classify-v0",
        instruction="say which application the request belongs to",
        max_episode_steps=1,
        kwargs={"table": "requests"},
        expert="lam_envs.data.classify:true_label",
        random_return=0.5,
        expert_return=1.0,
        variations={"held_out_phrasing": {"phrasing": "held_out"}},
        requires="lam_envs",
    ),
    "control/cartpole": Task(
        name="control/cartpole",
        env_id="CartPole-v1",
        instruction="balance the pole",
        max_episode_steps=500,
        success="return>=475",
        expert="lam_envs.control:cartpole_controller",
        random_return=22.9,
        expert_return=500.0,
        observation_scale=(0.09447, 0.4049, 0.07129, 0.6056),
        symmetries=(Mirror(negate={"": (0, 1, 2, 3)}, swap_actions=((0, 1),)),),
    ),
}
"""Every task by name; `lam_gym.task.register_task` adds one."""
