"""CameraSeconds: what a set of cameras truly sees in a second, and what the detector makes of it, as arrays. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from producers.simulator.city_camera import CityCamera
from producers.simulator.city_clock import SECOND_US
from producers.simulator.frame_layout import FrameLayout
from producers.simulator.motions import BICYCLE, PERSON, Motions
from producers.simulator.noise.apply import apply_noise, ticks_of
from producers.simulator.noise.frames import NoisyFrames, TrueFrames
from producers.simulator.noise.kernel import PLATE_LENGTH
from producers.simulator.noise.noise_tables import NoiseTables
from producers.simulator.noise.plate_reading import PlateReads, PlateSights, read_plates
from producers.simulator.plates import plate_bytes
from producers.simulator.scene_change import SceneChanges
from producers.simulator.sight import Seen, Sight

Ints = NDArray[np.int64]

#: Height of a plate, metres: 520 x 112 mm.
PLATE_M: Final = 0.112
#: Plates are read of boxes of which at least this share shows.
LEAST_OPEN: Final = 0.8
#: Lowest plate, in pixels of the picture, on which reading is tried.
LEAST_PLATE_PX: Final = 8.0


@dataclass(frozen=True, slots=True)
class SecondSeen:
    """One second of C cameras with F frames.

    Attributes:
        number: of the second, from 0.
        captured_us: int64 [C], when each camera's second begins, microseconds since the Unix epoch.
        at_us: int64 [F], time of each frame.
        seen: the truth.
        noisy: what the detector gives.
        plate_box: int64 [R], boxes of `noisy` on which a plate was read, ascending.
        plates: what was read, R rows.
        change: float64 [4, C], what events do to the scene measurements (scene_change.py).
    """

    number: int
    captured_us: Ints
    at_us: Ints
    seen: Seen
    noisy: NoisyFrames
    plate_box: Ints
    plates: PlateReads
    change: NDArray[np.float64]


class CameraSeconds:
    """Looks through a set of cameras.

    Args:
        cameras: the cameras.
        seed: of the city.
        start_us: begin of the run, microseconds since the Unix epoch.
        noise: what the detector does to the truth.
    """

    def __init__(self, cameras: Sequence[CityCamera], seed: int, start_us: int, noise: NoiseTables) -> None:
        self._seed = seed
        self._noise = noise
        self.layout = FrameLayout.of(cameras, seed, start_us)
        self.sight = Sight(cameras)
        self.changes = SceneChanges(len(cameras))

    def second(self, number: int, motions: Motions) -> SecondSeen:
        """Return the cameras' second `number`.

        Args:
            number: from 0.
            motions: what moves in this second of the city and the next: a camera's second begins within the city's.
        """
        layout = self.layout
        captured = layout.epoch_us + number * SECOND_US
        at_us = captured[layout.camera] + layout.after_us
        seen = self.sight.look(layout.camera, at_us, motions)
        tick = ticks_of(at_us, self._noise.analysis_fps)
        true = TrueFrames(
            camera_number=layout.number,
            tick=tick,
            size_px=layout.size_px,
            zoom=layout.zoom,
            first=seen.first,
            object_id=seen.actor,
            class_index=seen.kind,
            xyxy_px=seen.xyxy_px,
            visible_ratio=seen.open_ratio,
        )
        noisy = apply_noise(self._noise, self._seed, true)
        box, plates = self._plates(tick, seen, noisy)
        return SecondSeen(number, captured, at_us, seen, noisy, box, plates, self.changes.at(captured))

    def _plates(self, tick: Ints, seen: Seen, noisy: NoisyFrames) -> tuple[Ints, PlateReads]:
        """Return the found boxes on which a plate was read, and what was read."""
        layout = self.layout
        frame = np.repeat(np.arange(len(noisy.first) - 1), np.diff(noisy.first))
        found = np.nonzero((noisy.source >= 0) & layout.reads[frame])[0]
        source, frame = noisy.source[found], frame[found]
        kind = seen.kind[source]
        height = PLATE_M * layout.focal_px[frame] / seen.depth_m[source]
        tried = (
            (kind != PERSON) & (kind != BICYCLE) & (seen.open_ratio[source] >= LEAST_OPEN) & (height >= LEAST_PLATE_PX)
        )
        found, source, frame, height = found[tried], source[tried], frame[tried], height[tried]
        actor = seen.actor[source]
        text = np.frombuffer(b"".join(map(plate_bytes, actor.tolist())), np.uint8).reshape(-1, PLATE_LENGTH)
        reads = read_plates(
            self._noise, self._seed, PlateSights(layout.number[frame], actor, tick[frame], height, text)
        )
        kept = np.nonzero(reads.read)[0]
        return found[kept], PlateReads(reads.read[kept], reads.text[kept], reads.probability_ratio[kept])
