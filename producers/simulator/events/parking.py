"""Vehicles that stand where they must not. Pure."""

from dataclasses import replace

from producers.simulator.actor import Actor
from producers.simulator.events.driving import stopping
from producers.simulator.events.scene import Scene
from producers.simulator.events.staged import Staged
from producers.simulator.motions import CAR
from schemas.messages import TruthFamily

#: Longer than this a vehicle does not merely let somebody in or out: the i-LIDS parked vehicle scenario's 60 s.
DWELL_S = 60.0
#: Who comes to stand comes into being so far before, and is gone so far beyond, metres.
COMES_M, GOES_M = 75.0, 80.0


def come_and_stand(scene: Scene, stop_m: float, right_m: float, lane_m: float, stand_s: float) -> tuple[Actor, float]:
    """Put a car on the stage that comes in a lane, stands at a place, and leaves; return it and when it stands.

    Args:
        scene: before which camera and when.
        stop_m: where it stands, along the street.
        right_m: where it stands, right of the middle line.
        lane_m: the lane that it comes in and leaves by, likewise.
        stand_s: how long it stands.
    """
    path, stood, _ = stopping(stop_m - COMES_M, stop_m, stop_m + GOES_M, lane_m, right_m, stand_s)
    return scene.act(CAR, path), stood


def comes_by_m(scene: Scene) -> float:
    """Return how far right of the middle line who comes to stand at the kerb drives: along it, but on no shoulder."""
    streets, edge = scene.city.streets, scene.camera.edge
    return streets.lane_right_m(edge, 0) if "shoulder" in scene.camera.areas else streets.kerb_right_m(edge)


def stands_in_the_way(staged: Staged, vehicle: int, stood_us: int, left_us: int) -> Staged:
    """Return the incident that a vehicle that stands for longer than DWELL_S is, beside what else is true of it."""
    return replace(
        staged,
        family=TruthFamily.INCIDENT,
        kind="stopped_vehicle",
        started_us=stood_us,
        due_us=stood_us + round(DWELL_S * 1e6),
        ended_us=left_us,
        actors=(vehicle,),
        vehicle=vehicle,
        measured=round((left_us - stood_us) / 1e6, 1),
        limit=DWELL_S,
        unit="s",
        article=None,
        also=(),
    )
