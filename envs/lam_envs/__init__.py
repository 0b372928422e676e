"""Environments of lam-gym, usable without the toolkit: importing this package registers their Gymnasium ids.

`LamDrive/<Name>-v0` are the driving tasks, `LamText/<Name>-v0` the text tasks, `LamData/Classify-v0` labeled tables,
`LamTextWorld/Game-v0` TextWorld's games. The catalogue is `envs/README.md`.
"""

from __future__ import annotations

from gymnasium.envs.registration import register, registry

ENTRY_POINTS = {
    "LamDrive/Highway-v0": ("lam_envs.driving.highway:HighwayEnv", 40),
    "LamDrive/HighwayContinuous-v0": ("lam_envs.driving.highway_continuous:HighwayContinuousEnv", 200),
    "LamDrive/LaneKeeping-v0": ("lam_envs.driving.lane_keeping:LaneKeepingEnv", 300),
    "LamDrive/Parking-v0": ("lam_envs.driving.parking:ParkingEnv", 500),
    "LamDrive/Merge-v0": ("lam_envs.driving.merge:MergeEnv", 80),
    "LamDrive/Intersection-v0": ("lam_envs.driving.intersection:IntersectionEnv", 100),
    "LamDrive/Roundabout-v0": ("lam_envs.driving.roundabout:RoundaboutEnv", 100),
    "LamData/Classify-v0": ("lam_envs.data.classify:ClassifyEnv", 1),
    "LamTextWorld/Game-v0": ("lam_envs.textworld_games:TextWorldEnv", 100),
    "LamText/Mail-v0": ("lam_envs.text.mail:MailEnv", 20),
    "LamText/Calendar-v0": ("lam_envs.text.calendar:CalendarEnv", 30),
    "LamText/Form-v0": ("lam_envs.text.form:FormEnv", 40),
    "LamText/Files-v0": ("lam_envs.text.files:FilesEnv", 40),
    "LamText/Shop-v0": ("lam_envs.text.shop:ShopEnv", 30),
    "LamText/Desk-v0": ("lam_envs.text.desk:DeskEnv", 30),
}
"""id -> (entry point, time limit in steps)."""

VECTOR_ENTRY_POINTS = {
    "LamDrive/LaneKeeping-v0": "lam_envs.driving.lane_keeping_vector:LaneKeepingVectorEnv",
    "LamDrive/Parking-v0": "lam_envs.driving.parking:ParkingVectorEnv",
    "LamDrive/Highway-v0": "lam_envs.driving.highway:HighwayVectorEnv",
    "LamDrive/HighwayContinuous-v0": "lam_envs.driving.highway_continuous:HighwayContinuousVectorEnv",
    "LamDrive/Merge-v0": "lam_envs.driving.merge:MergeVectorEnv",
    "LamDrive/Intersection-v0": "lam_envs.driving.intersection:IntersectionVectorEnv",
    "LamDrive/Roundabout-v0": "lam_envs.driving.roundabout:RoundaboutVectorEnv",
}
"""id -> entry point of its native vector environment."""

for _id, (_entry_point, _max_episode_steps) in ENTRY_POINTS.items():
    if _id not in registry:
        register(
            id=_id,
            entry_point=_entry_point,
            vector_entry_point=VECTOR_ENTRY_POINTS.get(_id),
            max_episode_steps=_max_episode_steps,
        )
