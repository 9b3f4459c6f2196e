"""CameraMessages: the arrays of a second as messages of detections and truth-tracks. Pure.

There are no frames in the city. Detections name what a frames message of that second would be: partition 0, the
camera's own sequence as offset, made when the second had ended.
"""

from collections.abc import Iterator, Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from producers.simulator.camera_seconds import SecondSeen
from producers.simulator.city import City
from producers.simulator.city_camera import CityCamera
from producers.simulator.city_clock import PACKETS, SECOND_US
from producers.simulator.city_message import CityMessage
from producers.simulator.daylight import luma_at
from producers.simulator.frame_layout import FrameLayout
from producers.simulator.motions import BICYCLE, PERSON, hashed
from producers.simulator.noise.plate_reading import PlateReads, as_text
from producers.simulator.phases import in_force
from producers.simulator.plates import plate_of
from producers.simulator.scene_change import LUMA, LUMA_SD, MOTION, SHARPNESS
from producers.simulator.sight import Seen
from schemas.messages import (
    ClockSource,
    DecodeStatus,
    Detections,
    PlateCandidate,
    PlateRead,
    Scene,
    SignalState,
    TruthTracks,
)

#: Name of the detection model in messages.
MODEL_NAME: Final = "detector"
#: An outdoor picture in focus: spread of its luma, and variance of its Laplacian, as on the demo's clips.
OUTDOOR_LUMA_SD: Final = 48.0
OUTDOOR_SHARPNESS: Final = 420.0
#: Share of a moving object's box that changes between two sampled frames.
CHANGED_RATIO: Final = 0.5
MOVING_KMH: Final = 1.0


class CameraMessages:
    """Writes the messages of a set of cameras.

    Args:
        city: the city.
        cameras: the cameras.
        layout: their frames.
        model_version: as detections carry it.
    """

    def __init__(self, city: City, cameras: Sequence[CityCamera], layout: FrameLayout, model_version: str) -> None:
        self._city = city
        self._cameras = cameras
        self._model_version = model_version
        self._layout = layout
        self._epoch = layout.epoch_us.tolist()
        self._first = layout.first.tolist()
        self._number = np.array([camera.number for camera in cameras], np.int64)
        own = hashed(self._number, 7)
        self._brightness = 0.9 + 0.2 * own
        self._luma_sd = OUTDOOR_LUMA_SD * self._brightness
        self._sharpness = OUTDOOR_SHARPNESS * (0.7 + 0.6 * own)
        self._area_px2 = (layout.size_px[:, 0] * layout.size_px[:, 1]).astype(np.float64)

    def messages(self, second: SecondSeen) -> Iterator[CityMessage]:
        """Yield detections and truth-tracks of each camera."""
        captured, at_us = second.captured_us.tolist(), second.at_us.tolist()
        noisy, seen = _columns(second), _true_columns(second.seen)
        found, true = second.noisy.first.tolist(), second.seen.first.tolist()
        read = np.searchsorted(second.plate_box, second.noisy.first).tolist()
        scenes = self.scenes(second)
        signals_of: dict[int, Sequence[SignalState]] = {}
        for place, camera in enumerate(self._cameras):
            a, b = self._first[place], self._first[place + 1]
            key, at = camera.camera_id, captured[place]
            signals = self.signals(camera, at, signals_of)
            rows = slice(found[a], found[b])
            yield CityMessage(
                "detections",
                key,
                at,
                Detections(
                    camera_id=key,
                    epoch_us=self._epoch[place],
                    sequence=second.number,
                    captured_at_us=at,
                    duration_us=SECOND_US,
                    clock_source=ClockSource.RTCP,
                    frames_partition=0,
                    frames_offset=second.number,
                    frames_created_at_ms=(at + SECOND_US) // 1000,
                    registry_version=camera.entry.version,
                    model_name=MODEL_NAME,
                    model_version=self._model_version,
                    width_px=camera.view.width_px,
                    height_px=camera.view.height_px,
                    decode_status=DecodeStatus.DECODED,
                    packets=PACKETS,
                    frames_decoded=PACKETS,
                    sample_at_us=at_us[a:b],
                    sample_packet=self._layout.packets[place],
                    box_sample=_samples(found, a, b),
                    box_x1_px=noisy[0][rows],
                    box_y1_px=noisy[1][rows],
                    box_x2_px=noisy[2][rows],
                    box_y2_px=noisy[3][rows],
                    box_score=noisy[4][rows],
                    box_class=noisy[5][rows],
                    plates=_reads(second.plates, second.plate_box, found[a], read[a], read[b]),
                    scene=Scene(*scenes[place]),
                    signals_known=bool(signals),
                    signals=signals,
                ),
            )
            rows = slice(true[a], true[b])
            plates, plate = _plates(seen[5][rows], seen[6][rows])
            yield CityMessage(
                "truth-tracks",
                key,
                at,
                TruthTracks(
                    camera_id=key,
                    epoch_us=self._epoch[place],
                    sequence=second.number,
                    captured_at_us=at,
                    seed=self._city.seed,
                    sample_at_us=at_us[a:b],
                    box_sample=_samples(true, a, b),
                    box_actor=seen[5][rows],
                    box_class=seen[7][rows],
                    box_x1_px=seen[0][rows],
                    box_y1_px=seen[1][rows],
                    box_x2_px=seen[2][rows],
                    box_y2_px=seen[3][rows],
                    box_visible_ratio=seen[4][rows],
                    box_x_m=seen[8][rows],
                    box_y_m=seen[9][rows],
                    box_speed_kmh=seen[10][rows],
                    box_heading_deg=seen[11][rows],
                    box_plate=plate,
                    plates=plates,
                ),
            )

    def scenes(self, second: SecondSeen) -> Sequence[tuple[float, float, float, float]]:
        """Return each camera's scene measurements, in the order of schemas.messages.Scene."""
        change = second.change
        most = np.maximum.reduceat(self._motion(second.seen), self._layout.first[:-1]) + change[MOTION]
        luma = self._luma(second.number, int(second.captured_us[0])) + change[LUMA]
        columns = (
            np.minimum(most, 1.0),
            np.clip(luma, 0.0, 255.0),
            self._luma_sd * change[LUMA_SD],
            self._sharpness * change[SHARPNESS],
        )
        return list(zip(*(column.round(4).tolist() for column in columns), strict=True))

    def signals(self, camera: CityCamera, at_us: int, known: dict[int, Sequence[SignalState]]) -> Sequence[SignalState]:
        """Return the signal phases in force before a camera; empty where it has no junction in view.

        Args:
            camera: the camera.
            at_us: begin of its second.
            known: what was found for other cameras of this second, by junction and second.
        """
        if camera.entry.junction_id is None:
            return ()
        if camera.number in self._city.crossings:
            return in_force(self._city.crossings[camera.number], at_us)
        node = int(self._city.streets.edge_to[camera.edge])
        which = node << 40 | at_us // SECOND_US
        if which not in known:
            known[which] = in_force(self._city.programmes[node], at_us)
        return known[which]

    def _luma(self, number: int, at_us: int) -> NDArray[np.float64]:
        """Return the mean luma of each camera's pictures: by the clock, each a little different."""
        now = hashed(self._number * 1_000_003 + number, 8)
        # the clock's part changes by less than the last digit within a second
        return luma_at(at_us // SECOND_US * SECOND_US) * self._brightness + now

    def _motion(self, seen: Seen) -> NDArray[np.float64]:
        """Return the share of each frame that changes, from the boxes of what moves."""
        frame = np.repeat(np.arange(len(seen.first) - 1), np.diff(seen.first))
        box = (seen.xyxy_px[:, 2] - seen.xyxy_px[:, 0]) * (seen.xyxy_px[:, 3] - seen.xyxy_px[:, 1])
        changed = box * seen.open_ratio * (seen.speed_kmh > MOVING_KMH) * CHANGED_RATIO
        return np.bincount(frame, changed, minlength=len(seen.first) - 1) / self._area_px2


def _columns(second: SecondSeen) -> Sequence[list[Any]]:
    """Return the detector's boxes as lists: x1, y1, x2, y2, score, class."""
    noisy = second.noisy
    return [*(column.tolist() for column in noisy.xyxy_px.T), noisy.score.tolist(), noisy.class_id.tolist()]


def _true_columns(seen: Seen) -> Sequence[list[Any]]:
    """Return the true boxes as lists: x1, y1, x2, y2, visible, actor, kind, class, x, y, speed, heading."""
    arrays = (
        *seen.xyxy_px.T,
        seen.visible_ratio.round(4),
        seen.actor,
        seen.kind,
        seen.coco,
        *seen.ground_m.T,
        seen.speed_kmh,
        seen.heading_deg,
    )
    return [array.tolist() for array in arrays]


def _samples(first: Sequence[int], a: int, b: int) -> list[int]:
    """Return the frame, from 0, of each box of frames a to b."""
    return [n - a for n in range(a, b) for _ in range(first[n], first[n + 1])]


def _plates(actors: Sequence[int], kinds: Sequence[int]) -> tuple[list[str], list[int]]:
    """Return the plates of vehicles among boxes, and for each box which is its own; -1: none."""
    place: dict[int, int] = {}
    of = []
    for actor, kind in zip(actors, kinds, strict=True):
        of.append(-1 if kind in {PERSON, BICYCLE} else place.setdefault(actor, len(place)))
    return [plate_of(actor) for actor in place], of


def _reads(plates: PlateReads, boxes: NDArray[np.int64], first_box: int, a: int, b: int) -> Sequence[PlateRead]:
    """Return the reads a to b, of boxes that are counted from first_box."""
    out = []
    for n in range(a, b):
        ranked = [
            PlateCandidate(as_text(text), float(share))
            for text, share in zip(plates.text[n], plates.probability_ratio[n], strict=True)
            if share > 0.0
        ]
        out.append(PlateRead(int(boxes[n]) - first_box, ranked))
    return out
