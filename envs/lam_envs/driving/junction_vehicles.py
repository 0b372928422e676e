"""The vehicles of a junction: their columns, how they steer and move, and how they follow.

One environment's vehicles are an array `[VEHICLE_COLUMNS, num_vehicles]` (so that a column is contiguous); the ego is
vehicle 0. Motion is a kinematic bicycle (slip beta, axles AXLE = 2.5 m from the center), steered towards a lane by a
heading loop (5 1/s) around a lateral loop (5/3 1/s); followers keep their distance by the intelligent driver model.
"""

from __future__ import annotations

import math
from typing import Any

from numpy.typing import NDArray

from lam_envs.driving.compilation import inlined
from lam_envs.driving.lanes import wrap_angle
from lam_envs.driving.metrics import time_to_collision

X_, Y_, HEADING, SPEED, LENGTH, WIDTH, PRESENT = range(7)
"""Pose [m, m, rad, m/s], size [m], and 1 where the slot holds a vehicle."""
ACCELERATION, SLIP = 7, 8
"""What was decided for the present frame: acceleration [m/s^2] and sin(beta)."""
LANE, TARGET_LANE, TARGET_SPEED, HEADWAY, COURTEOUS = range(9, 14)
"""Highway: lanes by index; speed wanted [m/s]; time headway [s]; 1 for a driver who makes room."""
ROUTE, PLACE, STATION, OFFSET, WANTED, TIME_GAP, MARGIN = range(9, 16)
"""Crossing: route; number of its present lane; station along the route and offset from it [m]; speed wanted [m/s]; time
headway [s]; how much earlier or later than the others the driver wants to be in a zone [s]."""
VEHICLE_COLUMNS = 16

VEHICLE_LENGTH, VEHICLE_WIDTH = 5.0, 2.0
"""Size of every vehicle [m]."""
AXLE = 2.5
"""From the center of gravity to either axle [m]."""

SIMULATION_FREQUENCY = 16
"""Simulation steps per second [1/s]."""
DT = 1.0 / SIMULATION_FREQUENCY
"""Simulation step [s], a power of two so that times add up exactly."""

HEADING_GAIN, LATERAL_GAIN, SPEED_GAIN = 5.0, 5.0 / 3.0, 5.0 / 3.0
"""Gains of the loops [1/s]."""
LOOK_AHEAD = 0.2
"""The lane's direction is steered for this far ahead [s]: what the heading loop lags behind."""
LARGEST_SLIP = 0.65465
"""sin(beta) at the largest steering angle, pi/3."""
SLOWEST = 0.01
"""Speeds below this count as this where they divide [m/s]."""

HIGHWAY_REACH = (6.0, 3.0)
"""Largest braking and acceleration of the ego on the merge [m/s^2]."""
TOWN_REACH = (3.5, 2.0)
"""Largest braking and acceleration of the ego at a junction, within nuPlan's bounds of comfort [m/s^2]."""

IDM_ACCELERATION, IDM_BRAKING, IDM_GAP, IDM_LIMIT = 2.0, 3.0, 2.5, 8.0
"""Acceleration and comfortable braking [m/s^2], standstill gap [m], largest braking [m/s^2] of the traffic."""
FAR = 1e6
"""Stands for no leader [m]."""

Vehicles = NDArray[Any]


POLICY_FREQUENCIES = (2, 1)
"""Decisions per second that may be chosen [1/s]; the first by default."""


def frames_of(policy_frequency: int) -> int:
    """Simulation steps between two decisions; ValueError for a frequency that is not among `POLICY_FREQUENCIES`."""
    if policy_frequency not in POLICY_FREQUENCIES:
        raise ValueError(f"expected policy_frequency to be 1 or 2, got {policy_frequency!r}: choose one of them")
    return SIMULATION_FREQUENCY // policy_frequency


@inlined
def place_vehicle(vehicles: Vehicles, slot: int, x: float, y: float, heading: float, speed: float) -> None:
    """Put a vehicle into a slot, all its other columns 0."""
    for column in range(VEHICLE_COLUMNS):
        vehicles[column, slot] = 0.0
    vehicles[X_, slot], vehicles[Y_, slot] = x, y
    vehicles[HEADING, slot], vehicles[SPEED, slot] = heading, speed
    vehicles[LENGTH, slot], vehicles[WIDTH, slot] = VEHICLE_LENGTH, VEHICLE_WIDTH
    vehicles[PRESENT, slot] = 1.0


@inlined
def steering_slip(offset: float, heading: float, speed: float, ahead: float) -> float:
    """sin(beta) that leads from an offset [m] back to a lane whose direction ahead is `ahead` [rad].

    psi_ref = ahead + clip(asin(-K_y offset / v), +-pi/4);  sin(beta) = clip(l/v K_h wrap(psi_ref - heading), +-largest)
    """
    divisor = max(speed, SLOWEST)
    aside = min(max(-LATERAL_GAIN * offset / divisor, -1.0), 1.0)
    command = min(max(math.asin(aside), -0.25 * math.pi), 0.25 * math.pi)
    slip = AXLE / divisor * HEADING_GAIN * wrap_angle(ahead + command - heading)
    return min(max(slip, -LARGEST_SLIP), LARGEST_SLIP)


@inlined
def move_vehicle(vehicles: Vehicles, slot: int) -> None:
    """One simulation step of a vehicle by its ACCELERATION and SLIP; it never rolls backwards.

    x' = v cos(h + beta), y' = v sin(h + beta), h' = v sin(beta) / l, v' = a (Euler, all from the old state).
    """
    heading, speed, slip = vehicles[HEADING, slot], vehicles[SPEED, slot], vehicles[SLIP, slot]
    course = heading + math.asin(slip)
    vehicles[X_, slot] += speed * math.cos(course) * DT
    vehicles[Y_, slot] += speed * math.sin(course) * DT
    vehicles[HEADING, slot] = wrap_angle(heading + speed * slip / AXLE * DT)
    vehicles[SPEED, slot] = max(speed + vehicles[ACCELERATION, slot] * DT, 0.0)


@inlined
def speed_control(speed: float, target: float, reach: tuple[float, float]) -> float:
    """The ego's acceleration towards its target speed [m/s^2]; `reach` is its largest braking and acceleration."""
    return min(max(SPEED_GAIN * (target - speed), -reach[0]), reach[1])


@inlined
def idm(speed: float, wanted: float, headway: float, gap: float, leader_speed: float) -> float:
    """Acceleration by the intelligent driver model [m/s^2] behind a leader at a gap from bumper to bumper [m].

    a = A (1 - (v / v0)^4 - (g* / g)^2),  g* = g0 + v T + v (v - v_leader) / (2 sqrt(A B))

    within [-IDM_LIMIT, A]; a gap of FAR is none. Source: Treiber, Hennecke and Helbing 2000.
    """
    ratio = speed / max(wanted, SLOWEST)
    free = 1.0 - ratio * ratio * ratio * ratio
    if gap < FAR:
        wish = speed * headway + speed * (speed - leader_speed) / (2.0 * math.sqrt(IDM_ACCELERATION * IDM_BRAKING))
        ratio = (IDM_GAP + max(wish, 0.0)) / max(gap, 0.1)
        free -= ratio * ratio
    return min(max(IDM_ACCELERATION * free, -IDM_LIMIT), IDM_ACCELERATION)


@inlined
def vehicles_overlap(vehicles: Vehicles, one: int, other: int) -> bool:
    """Whether two vehicles' rectangles overlap."""
    dx, dy = vehicles[X_, other] - vehicles[X_, one], vehicles[Y_, other] - vehicles[Y_, one]
    reach = vehicles[LENGTH, one] + vehicles[LENGTH, other]
    if dx * dx + dy * dy > reach * reach:
        return False
    cos, sin = math.cos(vehicles[HEADING, one]), math.sin(vehicles[HEADING, one])
    turned = vehicles[HEADING, other] - vehicles[HEADING, one]
    half_length, half_width = 0.5 * vehicles[LENGTH, one], 0.5 * vehicles[WIDTH, one]
    sizes = (half_length, half_width, 0.5 * vehicles[LENGTH, other], 0.5 * vehicles[WIDTH, other])
    ahead, aside = dx * cos + dy * sin, dy * cos - dx * sin
    return time_to_collision(ahead, aside, 0.0, 0.0, math.cos(turned), math.sin(turned), sizes) == 0.0


@inlined
def level_above(speed: float, top: float, levels: int) -> float:
    """The next higher of `levels` target speeds from 0 to `top`, counted from the present speed [m/s]."""
    step = top / (levels - 1)
    return min(math.floor(speed / step + 0.5) + 1.0, levels - 1.0) * step


@inlined
def level_below(speed: float, top: float, levels: int) -> float:
    """The next lower of `levels` target speeds from 0 to `top`, counted from the present speed [m/s]."""
    step = top / (levels - 1)
    return max(math.floor(speed / step + 0.5) - 1.0, 0.0) * step


@inlined
def choose_speed(
    speed: float, target: float, wanted: float, top: float, levels: int, reach: tuple[float, float]
) -> int:
    """Whether the level below (-1), the present target (0) or the level above (1) accelerates nearest to `wanted`."""
    slower = abs(speed_control(speed, level_below(speed, top, levels), reach) - wanted)
    faster = abs(speed_control(speed, level_above(speed, top, levels), reach) - wanted)
    kept = abs(speed_control(speed, target, reach) - wanted)
    if slower < kept and slower <= faster:
        return -1
    return 1 if faster < kept else 0


@inlined
def pay(way: tuple[float, float], start: float, goal: float, crashed: bool, clock: float) -> float:
    """Reward of a step that led `way` (from, to) along a route from `start` to `goal`, all in meters.

    The share of the route that it made, less 1 for a collision; with the goal reached, the share of the clock that is
    left as well. `clock` is the share that has run.
    """
    before, now = way
    earned = (min(now, goal) - before) / (goal - start) - (1.0 if crashed else 0.0)
    return earned if crashed or now < goal else earned + (1.0 - clock)
