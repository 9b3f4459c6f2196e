"""FrameLayout: which frames of a second are sampled, over a set of cameras; the same in every second. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from producers.simulator.city_camera import CityCamera
from producers.simulator.city_clock import PACKETS, SECOND_US, phase_us, sample_packets
from producers.simulator.outlook import Outlook

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

#: Outlooks whose cameras read plates.
READS_PLATES: Final = frozenset({Outlook.SPEED, Outlook.APPROACH, Outlook.RAIL})


@dataclass(frozen=True, slots=True)
class FrameLayout:
    """C cameras with F sampled frames a second.

    Attributes:
        epoch_us: int64 [C], when each camera's connection began, microseconds since the Unix epoch.
        packets: for each camera the sampled packets of a second.
        first: int64 [C + 1], the frames of camera c are first[c]:first[c + 1].
        camera: int64 [F], place of each frame's camera.
        number: int64 [F], its number in the city.
        after_us: int64 [F], time of the frame after its second's begin.
        size_px: float64 [F, 2], picture.
        zoom: float64 [F], see noise.frames.TrueFrames.
        focal_px: float64 [F].
        reads: bool [F], plates are read of it.
    """

    epoch_us: Ints
    packets: Sequence[Sequence[int]]
    first: Ints
    camera: Ints
    number: Ints
    after_us: Ints
    size_px: Floats
    zoom: Floats
    focal_px: Floats
    reads: NDArray[np.bool_]

    @classmethod
    def of(cls, cameras: Sequence[CityCamera], seed: int, start_us: int) -> "FrameLayout":
        """Lay out the frames of cameras in a run that begins at start_us."""
        packets = [sample_packets(camera.fps) for camera in cameras]
        counts = np.array([len(one) for one in packets], np.int64)
        of = np.repeat(np.arange(len(cameras)), counts)
        picture = np.array([[c.view.width_px, c.view.height_px, c.view.focal_px, c.zoom, c.number] for c in cameras])
        return cls(
            epoch_us=np.array([start_us + phase_us(seed, camera.number) for camera in cameras], np.int64),
            packets=packets,
            first=np.concatenate([[0], np.cumsum(counts)]).astype(np.int64),
            camera=of,
            number=picture[of, 4].astype(np.int64),
            after_us=np.array([p * (SECOND_US // PACKETS) for one in packets for p in one], np.int64),
            size_px=np.ascontiguousarray(picture[of, :2]),
            zoom=picture[of, 3],
            focal_px=picture[of, 2],
            reads=np.array([c.outlook in READS_PLATES for c in cameras], np.bool_)[of],
        )
