"""Cameras and camera-seconds for the tests of rules: what is seen is written down, the arrays follow from it."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from processors.stage_core import KeyBatch, Record, StageCore
from schemas.messages import (
    Analysis,
    Calibration,
    Camera,
    ClockSource,
    DecodeStatus,
    Owner,
    RuleSetting,
    Tracks,
    Zone,
)

EPOCH_US = 1_760_000_000_000_000
PERSON, CAR = 0, 2


@dataclass(frozen=True, slots=True)
class Seen:
    """One track as it is seen in one second: its box in each sampled frame is the same."""

    track_id: str
    track_class: int
    box: tuple[float, float, float, float]
    x_m: float | None = None
    y_m: float | None = None
    speed_kmh: float | None = None
    error_kmh: float | None = None
    heading_deg: float | None = None
    first_seen_us: int = EPOCH_US
    boxes: int = 100


class Cameras:
    """A registry of the cameras given."""

    def __init__(self, *cameras: Camera) -> None:
        self._cameras = {(c.camera_id, c.version): c for c in cameras}

    def latest(self, camera_id: str) -> Camera | None:
        """Return the newest entry."""
        return max((c for (i, _), c in self._cameras.items() if i == camera_id), key=lambda c: c.version, default=None)

    def version(self, camera_id: str, version: int) -> Camera | None:
        """Return one version."""
        return self._cameras.get((camera_id, version))


def zone(
    zone_id: str,
    kind: str,
    polygon: Sequence[float] = (0, 0, 1000, 0, 1000, 1000, 0, 1000),
    heading_deg: float | None = None,
    **limits: float,
) -> Zone:
    """Return a zone; by default the whole picture."""
    return Zone(zone_id, kind, list(polygon), heading_deg, limits)


def calibration(metres_a_pixel: float = 0.1, **changes: Any) -> Calibration:
    """Return the calibration of a camera that looks straight down."""
    s = metres_a_pixel
    base = Calibration(3, "survey", [s, 0, 0, 0, s, 0, 0, 0, 1], 1000, 1000, 0.2, 0.01)
    return replace(base, **changes)


def camera(*zones: Zone, rules: Mapping[str, Mapping[str, float]] | None = None, **changes: Any) -> Camera:
    """Return a camera of 1000 x 1000 pixels with all capabilities."""
    base = Camera(
        camera_id="cam-1",
        version=1,
        name="Camera 1",
        site_id="site-1",
        district="Medeu",
        owner=Owner.PUBLIC,
        latitude_deg=43.2,
        longitude_deg=76.9,
        height_m=8.0,
        heading_deg=0.0,
        source_uri="rtsp://camera-1.example/1",
        source_start_us=None,
        enabled=True,
        width_px=1000,
        height_px=1000,
        calibration=None,
        zones=list(zones),
        speed_limit_kmh=None,
        junction_id=None,
        capabilities=["incidents", "speed"],
        analysis=Analysis(True, 1.0, 5.0, 0.3, []),
        rules=[RuleSetting(kind, True, params) for kind, params in (rules or {}).items()],
        updated_at_us=0,
    )
    return replace(base, **changes)


def second(number: int, seen: Sequence[Seen] = (), samples: int = 2, **changes: Any) -> Tracks:
    """Return camera-second `number` of cam-1's connection, in which these tracks are seen in each sampled frame."""
    at = EPOCH_US + number * 1_000_000
    order = [(i, s) for s in range(samples) for i in range(len(seen))]
    base = Tracks(
        camera_id="cam-1",
        epoch_us=EPOCH_US,
        sequence=number,
        captured_at_us=at,
        duration_us=1_000_000,
        clock_source=ClockSource.RTCP,
        frames_partition=1,
        frames_offset=7_000 + number,
        frames_created_at_ms=at // 1000,
        detections_partition=1,
        detections_offset=8_000 + number,
        registry_version=1,
        calibration_version=3,
        model_version="m1",
        width_px=1000,
        height_px=1000,
        decode_status=DecodeStatus.DECODED if samples else DecodeStatus.NOT_SAMPLED,
        sample_at_us=[at + s * 1_000_000 // samples for s in range(samples)],
        track_id=[s.track_id for s in seen],
        track_class=[s.track_class for s in seen],
        track_score=[0.9 for _ in seen],
        track_first_seen_us=[s.first_seen_us for s in seen],
        track_boxes=[s.boxes for s in seen],
        track_x_m=[s.x_m for s in seen],
        track_y_m=[s.y_m for s in seen],
        track_speed_kmh=[s.speed_kmh for s in seen],
        track_speed_error_kmh=[s.error_kmh for s in seen],
        track_heading_deg=[s.heading_deg for s in seen],
        box_track=[i for i, _ in order],
        box_sample=[s for _, s in order],
        box_x1_px=[seen[i].box[0] for i, _ in order],
        box_y1_px=[seen[i].box[1] for i, _ in order],
        box_x2_px=[seen[i].box[2] for i, _ in order],
        box_y2_px=[seen[i].box[3] for i, _ in order],
        box_x_m=[],
        box_y_m=[],
        plates=[],
        scene=None,
        signals_known=False,
        signals=[],
    )
    return replace(base, **changes)


def person(name: str, x: float, y: float, **more: Any) -> Seen:
    """Return a person of 30 x 80 pixels whose foot is at x, y."""
    return Seen(name, PERSON, (x - 15, y - 80, x + 15, y), **more)


def car(name: str, x: float, y: float, **more: Any) -> Seen:
    """Return a car of 80 x 50 pixels whose lower edge's middle is at x, y."""
    return Seen(name, CAR, (x - 40, y - 50, x + 40, y), **more)


def play(
    core: StageCore[Tracks, Any],
    registry: Cameras,
    messages: Sequence[Tracks],
    *,
    at_once: bool = True,
) -> tuple[list[Any], bytes]:
    """Run messages through a core; return its outputs' messages and its last state.

    Args:
        core: the core.
        registry: the cameras.
        messages: the seconds of cam-1, in order.
        at_once: one batch; else one batch a message, the state through its bytes each time.
    """
    records = [Record(m, 2, 500 + i, 0) for i, m in enumerate(messages)]
    state = core.initial("cam-1")
    out: list[Any] = []
    batches = [records] if at_once else [[record] for record in records]
    for batch in batches:
        if not at_once:
            state = core.from_bytes("cam-1", core.to_bytes(state))
        (result,) = asyncio.run(core.advance([KeyBatch("cam-1", state, batch)], registry))  # type: ignore[arg-type, unused-ignore]
        assert not result.refusals, result.refusals
        state = result.state
        out += [o.message for o in result.outputs]
    return out, core.to_bytes(state)
