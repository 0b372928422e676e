"""Roundabout: four roads meet in a ring, and the ego leaves it by the exit it wants; a batch, and one environment.

Roads are in `junction_roads`, the traffic's drivers in `junction_traffic`, the kernels in `junction_kernels`, the
experts in `junction_experts`.
"""

from __future__ import annotations

from typing import Any, ClassVar

from lam_envs.driving.junction import JunctionVectorEnv
from lam_envs.driving.junction_roads import build_road, roundabout_lanes, roundabout_routes
from lam_envs.driving.junction_scenario import JunctionScenario
from lam_envs.driving.vector import DrivingEnv

APPROACH, LEAVING, FLARE, SPEED_LIMIT = 80.0, 60.0, 12.0, 12.0
"""Length of the roads towards and away from the ring [m], radius of the ways in and out [m], speed limit [m/s]."""
RADII = (20.0, 24.0, 22.0, 16.0, 28.0)
"""Radius of the ring of each geometry [m]: two to train, one between them, two outside."""
TOP_SPEED = 12.0
"""Largest target speed of the ego [m/s]."""

TRAIN = JunctionScenario(geometry=((0.0, 2.0),), flow=((0.12, 0.2), (0.24, 0.3)))
SPLITS = {
    "train": TRAIN,
    "validation": TRAIN,
    "held_out": JunctionScenario(
        geometry=((2.0, 3.0),),
        flow=((0.2, 0.24),),
        speed=((7.75, 8.25),),
        time_gap=((1.2, 1.3),),
        margin=((1.0, 1.2),),
    ),
    "extrapolation": JunctionScenario(
        geometry=((3.0, 5.0),),
        flow=((0.35, 0.45),),
        speed=((9.25, 10.0),),
        time_gap=((0.8, 0.95),),
        margin=((0.5, 0.7),),
    ),
}
"""The scenarios of each split; "validation" has the ranges of "train" and other episodes."""


class RoundaboutVectorEnv(JunctionVectorEnv):
    """Many episodes of `RoundaboutEnv` at once; see there, and `DrivingVectorEnv` for the arguments."""

    time_limit: ClassVar[int] = 100
    road = build_road(
        [roundabout_lanes(APPROACH, LEAVING, radius, FLARE, SPEED_LIMIT) for radius in RADII], *roundabout_routes()
    )
    splits = SPLITS
    top_speed = TOP_SPEED
    ring = True


class RoundaboutEnv(DrivingEnv):
    """
    ## Description

    Enter a roundabout, go round against the clock and leave it by the exit that is wanted: the first (right), the
    second (straight on) or the third (left). Who is in the ring goes first; the other drivers that come give way by
    predicting who is where when, with a margin. Physics runs at 16 Hz, the policy at 2 Hz (or 1 Hz).

    ## Action Space

    `Discrete(3)`. The ego steers by itself along its route, and towards its target speed of 0, 4, 8 or 12 m/s with an
    acceleration within [-3.5, 2] m/s^2.

    | Num | Action |
    | --- | --- |
    | 0 | SLOWER: the target speed becomes the next level below the present speed |
    | 1 | IDLE: keep the target speed |
    | 2 | FASTER: the target speed becomes the next level above the present speed |

    ## Observation Space

    `Box(-1, 1, (11, 14), float32)`: row 0 is the ego, then the 10 nearest vehicles within 100 m, then rows of zeros. x
    points east and y south, from the middle of the junction.

    | Num | Feature | Ego | Others |
    | --- | --- | --- | --- |
    | 0 | presence | 1 | 1 |
    | 1 | x | / 100 m | / 100 m |
    | 2 | y | / 100 m | / 100 m |
    | 3 | vx | / 15 m/s | / 15 m/s |
    | 4 | vy | / 15 m/s | / 15 m/s |
    | 5 | cos heading | from east to south | from east to south |
    | 6 | sin heading | from east to south | from east to south |
    | 7 | turn signal | 1 before its exit | 1 before its exit |
    | 8 | wants to go left | 0 or 1 | 0 |
    | 9 | wants to go straight on | 0 or 1 | 0 |
    | 10 | wants to go right | 0 or 1 | 0 |
    | 11 | target speed | / 15 m/s | 0 |
    | 12 | distance of the front to the stop line | / 100 m | 0 |
    | 13 | distance to the goal | / 100 m | 0 |

    With `observation="grid"` it is `Box(-1, 1, (3, 11, 11), float32)`, with `"topdown"` `Box(0, 255, (64, 128), uint8)`
    (see `observations`), both turned with the ego; they show neither target speed nor route.

    ## Rewards

    The share of the way to the goal that the step made, -1 for a collision, and at the goal the share of the clock
    that is left: a return is in [-1, 2].

    ## Starting State

    Drawn from the seed: the scenario, the ego 35 to 55 m before the junction on the south road at two thirds of the top
    speed (8 m/s), and traffic on all roads.

    ## Episode End

    1. Termination: the ego hits a vehicle.
    2. Termination: the ego is 25 m past the junction, on the road that it wants.
    3. Truncation: 100 steps (50 s) pass.

    `info` of the last step holds the metrics; `success` means that the goal was reached, without a collision and
    without leaving the road.

    ## Arguments

    * `split`: the scenarios, `"train"`, `"validation"` (the same ranges), `"held_out"` (values between those of
      training) or `"extrapolation"` (denser, faster, bolder traffic
      on rings of 16 or 28 m; the others have 20, 24 and, held out, 22 m).
    * `observation`: `"kinematics"` (above), `"grid"` (`Box(-1, 1, (3, 11, 11), float32)`, cells of 5 m around the ego
      and turned with it: presence and relative velocity) or `"topdown"` (`Box(0, 255, (64, 128), uint8)`, a gray
      picture, turned likewise).
    * `policy_frequency`: 2 or 1 decisions per second.
    * `max_episode_steps`: the clock.
    * `render_mode`: `None` or `"rgb_array"` (a top-down frame, 600 x 400).

    ## Version History

    * v0: first version.
    """

    metadata: dict[str, Any] = {"render_modes": ["rgb_array"], "render_fps": 2}  # noqa: RUF012
    vector_class = RoundaboutVectorEnv
