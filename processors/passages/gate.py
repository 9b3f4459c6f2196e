"""Gate: where a camera's zone ends or begins a section, as a line across the road on the ground."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from processors.rules.geometry import ground_area_m2
from processors.rules.place import Place
from schemas.messages import Calibration, Camera, SectionEnd, Zone

#: Kinds of zone that are an end of a section.
ENDS = {"section_start": SectionEnd.START, "section_end": SectionEnd.END}
#: What such a zone must say.
LIMITS = ("section", "section_length_m", "section_limit_kmh")
#: The line is so far inside the zone, from the edge nearest to the camera: a calibration errs least there (by metres at
#: a zone's far edge, by decimetres here), and a vehicle is still seen on both sides. The middle of a zone shorter than
#: twice this.
INSIDE_M = 10.0


@dataclass(frozen=True, slots=True)
class Gate:
    """One end of one section in one camera's view.

    Attributes:
        section_id: the section's number, as text.
        end: which end.
        zone_id: the zone.
        bit: the zone's bit in Second.zone_mask.
        east, north: direction of travel on the camera's ground plane, a unit vector.
        line_m: where the line across the road is along that direction, metres from the ground origin.
        past_m: where the zone ends along it.
        length_m: the section's length from this gate to the other.
        limit_kmh: its speed limit.
    """

    section_id: str
    end: SectionEnd
    zone_id: str
    bit: int
    east: float
    north: float
    line_m: float
    past_m: float
    length_m: float
    limit_kmh: float


def gates_of(place: Place) -> tuple[Gate, ...]:
    """Return the gates of an enforcement camera; a zone that cannot be one is named in `problems`."""
    camera, calibration = place.camera, place.calibration
    if not camera.enabled or not camera.analysis.enforcement or "speed" not in camera.capabilities:
        return ()
    gates = []
    for z, zone in enumerate(place.zones):
        if zone.kind not in ENDS:
            continue
        gate = _gate(camera, calibration, zone, 1 << z)
        if isinstance(gate, str):
            place.name_problem(
                f"camera {camera.camera_id} version {camera.version}: zone {zone.zone_id} is no end of a section: "
                f"{gate}; correct it in the registry"
            )
        else:
            gates.append(gate)
    return tuple(gates)


def _gate(camera: Camera, calibration: Calibration | None, zone: Zone, bit: int) -> Gate | str:
    for name in LIMITS:
        value = zone.limits.get(name)
        if value is None or not math.isfinite(value) or value <= 0:
            return f"its limit {name} is {value}, expected a number above 0"
    if calibration is None:
        return "the camera has no calibration that can be used"
    if zone.heading_deg is None or not math.isfinite(zone.heading_deg):
        return f"its heading_deg is {zone.heading_deg}, expected the direction of travel"
    if ground_area_m2(calibration, zone.polygon_px, camera.width_px, camera.height_px) is None:
        return "it reaches beyond the horizon"
    angle = math.radians(zone.heading_deg)
    east, north = math.sin(angle), math.cos(angle)
    along = _along(camera, calibration, zone, east, north)
    first, last = float(along.min()), float(along.max())
    near = float(along[int(np.argmax(zone.polygon_px[1::2]))])
    inside = min(INSIDE_M, (last - first) / 2.0)
    line = last - inside if near - first > last - near else first + inside
    return Gate(
        section_id=str(int(zone.limits["section"])),
        end=ENDS[zone.kind],
        zone_id=zone.zone_id,
        bit=bit,
        east=east,
        north=north,
        line_m=round(line, 2),
        past_m=round(last, 2),
        length_m=zone.limits["section_length_m"],
        limit_kmh=zone.limits["section_limit_kmh"],
    )


def _along(camera: Camera, calibration: Calibration, zone: Zone, east: float, north: float) -> NDArray[np.float64]:
    """Return where each corner of a zone is along a direction on the ground, float64 (corners,), metres."""
    corners = np.array(zone.polygon_px, np.float64).reshape(-1, 2)
    scale = (calibration.width_px / camera.width_px, calibration.height_px / camera.height_px)
    homography = np.array(calibration.homography, np.float64).reshape(3, 3)
    ground = np.column_stack([corners * scale, np.ones(len(corners))]) @ homography.T
    along: NDArray[np.float64] = (ground[:, 0] * east + ground[:, 1] * north) / ground[:, 2]
    return along
