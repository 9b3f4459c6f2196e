"""A vehicle that stands where traffic should flow, longer than the minute from which on it counts as stopped."""

from collections.abc import Mapping
from dataclasses import replace
from typing import ClassVar

from producers.simulator.events.driving import stopping
from producers.simulator.events.parking import DWELL_S
from producers.simulator.events.scene import Scene
from producers.simulator.events.staged import Staged
from producers.simulator.motions import BUS, CAR, TRUCK
from producers.simulator.outlook import Area, Outlook
from schemas.messages import TruthFamily

STAND_S = (85.0, 210.0)
#: What else a short stop must not be taken for.
NEGATIVES = {
    Outlook.STOP: ("no_stopping", "sidewalk_parking"),
    Outlook.WASTE: ("no_stopping",),
    Outlook.SPEED: ("double_row",),
}


class ParkedInTheWay:
    """Comes, stands at the kerb, leaves."""

    name: ClassVar[str] = "parked_in_the_way"
    shares: ClassVar[Mapping[Outlook, float]] = {Outlook.SPEED: 1.0, Outlook.STOP: 2.0, Outlook.WASTE: 0.5}

    def stage(self, scene: Scene) -> Staged:
        """Stage it."""
        # where lorries are banned by the hour it would be an offence of another kind
        lorry = scene.random.random() < 0.15 and scene.city.streets.truck_ban_h(scene.camera.edge) is None
        kind = TRUCK if lorry else CAR
        staged = stand(scene, self.name, kind, float(scene.random.uniform(*STAND_S)), "parked")
        if not {"bus-stop", "access"} & scene.camera.areas.keys():
            return staged
        # where a sign or the law forbids stopping it is an offence, too
        offence = replace(staged, family=TruthFamily.VIOLATION, kind="no_stopping", article="KoAP 597.1")
        return replace(staged, also=(offence,))


def stand(scene: Scene, name: str, kind: int, stand_s: float, why: str) -> Staged:
    """Stage a vehicle that stands: an incident from DWELL_S on, else a hard negative."""
    streets, camera = scene.city.streets, scene.camera
    waste = camera.outlook is Outlook.WASTE
    area = camera.areas.get("bus-stop", scene.area)
    kerb = sum(area.right_m) / 2 if waste else streets.kerb_right_m(camera.edge)
    lane = kerb if waste else streets.lane_right_m(camera.edge, 0)
    stop = _stop(scene, area, kind)
    begin, end = stop - (75.0 if not waste else 55.0), stop + 80.0
    path, stood, left = stopping(begin, stop, end, lane, kerb, stand_s)
    actor = scene.act(kind, path)
    true = stand_s >= DWELL_S
    return Staged(
        family=TruthFamily.INCIDENT,
        kind="stopped_vehicle",
        scenario=name,
        negative_of=() if true else ("stopped_vehicle", *NEGATIVES.get(camera.outlook, ())),
        started_us=scene.at(stood),
        due_us=scene.at(stood + (DWELL_S if true else 0.0)),
        ended_us=scene.at(left),
        free_us=actor.end_us,
        along_m=stop,
        right_m=kerb,
        actors=(actor.actor,),
        vehicle=actor.actor,
        measured=round(stand_s, 1),
        limit=DWELL_S,
        unit="s",
        notes=f"{why}, {stand_s:.0f} s",
    )


def _stop(scene: Scene, area: Area, kind: int) -> float:
    """Return where the middle of a vehicle comes to stand, along the street, so that it stands inside the area."""
    half = 6.5 if kind == BUS else 4.5
    low, high = area.along_m[0] + half, area.along_m[1] - half
    # not at the far end of a long view, where the detector misses most
    low = max(low, high - 45.0)
    return float(scene.random.uniform(low, max(low, high)))
